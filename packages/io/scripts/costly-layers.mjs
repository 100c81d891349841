// Small files that ask for much of layers and of what compile() is given: `n` of each kind. Not here: containers and graphs
// (costly-files.mjs).
import { functional, inputLayer, keras, layer, tensor, text } from './costly-files.mjs';

/** @typedef {import('./costly-files.d.mts').CostlyFile} CostlyFile */

const numbered = (/** @type {number} */ n, /** @type {(i: number) => any} */ make) =>
  Array.from({ length: n }, (_, i) => make(i));
const call = (/** @type {unknown[]} */ ...args) => ({ args, kwargs: {} });
const part = (/** @type {string} */ className, /** @type {object} */ config) => ({
  module: 'keras.layers',
  class_name: className,
  config,
  registered_name: null,
});

/** Layers called on one input of some shape and dtype. */
const on = (/** @type {(number | null)[]} */ shape, /** @type {any[]} */ layers, dtype = 'float32') => {
  const x = { ...inputLayer, config: { ...inputLayer.config, batch_shape: shape, dtype } };
  return keras(functional([x, ...layers], [[layers[0].name, 0, 0]]));
};
const many =
  (/** @type {string} */ className, /** @type {object} */ config, inputs = 1) =>
  (/** @type {number} */ n) =>
    numbered(n, (i) =>
      layer(className, { name: `l${i}`, ...config }, [call(...numbered(inputs, () => tensor(0)))]),
    );

/** @param {object} state */
const compiled = (state) => {
  const dense = layer('Dense', { name: 'd', units: 1 }, [call(tensor(0))]);
  const model = functional([inputLayer, dense], [['d', 0, 0]]);
  return {
    name: 'm.json',
    bytes: text.encode(JSON.stringify({ ...model, compile_config: { optimizer: 'sgd', ...state } })),
  };
};

/** @param {readonly object[]} layers */
const keras2 = (layers) => {
  const config = { name: 'm', layers: [{ class_name: 'InputLayer', config: inputLayer.config }, ...layers] };
  return {
    name: 'm.json',
    bytes: text.encode(JSON.stringify({ class_name: 'Sequential', keras_version: '2.4.0', config })),
  };
};

/** @type {Readonly<Record<string, (n: number) => CostlyFile>>} */
export const costlyLayers = {
  'Keras 2: a long chain': (n) =>
    keras2(numbered(n, (i) => ({ class_name: 'Flatten', config: { name: `f${i}` } }))),
  'layers: a loop written out': (n) =>
    on([null, n, 1], [layer('LSTM', { name: 'l', units: 1, unroll: true }, [call(tensor(0))])]),
  'layers: cells upon cells': (n) => {
    const cells = numbered(n, (i) => part('LSTMCell', { name: `c${i}`, units: 1 }));
    const stack = part('StackedRNNCells', { name: 's', cells });
    return on([null, 3, 1], [layer('RNN', { name: 'l', cell: stack }, [call(tensor(0))])]);
  },
  'layers: wrappers in wrappers': (n) => {
    const depth = Math.min(n, 25);
    let inner = part('Dense', { name: 'd', units: 1 });
    for (let i = 0; i < depth; i++) inner = part('TimeDistributed', { name: `t${i}`, layer: inner });
    return on(
      [null, ...numbered(depth, () => 1), 1],
      [{ ...inner, name: `t${depth - 1}`, inbound_nodes: [call(tensor(0))] }],
    );
  },
  'layers: attention': (n) =>
    on([null, 3, 1], many('MultiHeadAttention', { num_heads: 2, key_dim: 2 }, 2)(n)),
  'layers: recurrent ones': (n) => on([null, 3, 1], many('GRU', { units: 1 })(n)),
  'layers: transposed convolutions': (n) =>
    on([null, 4, 4, 1], many('Conv2DTranspose', { filters: 1, kernel_size: 2, strides: 2 })(n)),
  'layers: vocabularies': (n) =>
    on([null, 1], many('TextVectorization', { vocabulary: ['a', 'b'] })(n), 'string'),
  'layers: a long vocabulary': (n) =>
    on([null, 1], many('StringLookup', { vocabulary: numbered(n, (i) => `w${i}`) })(1), 'string'),
  'layers: numbers for unknown tokens': (n) =>
    on([null, 1], many('StringLookup', { num_oov_indices: n * 1000 })(1), 'string'),
  'layers: a token after numbers for unknown ones': (n) =>
    on([null, 1], many('IntegerLookup', { vocabulary: [1], num_oov_indices: n * 1000 })(1), 'int64'),
  'layers: many boundaries': (n) =>
    on(
      [null, 1],
      many('Discretization', { bin_boundaries: numbered(n, (i) => i), output_mode: 'one_hot' })(1),
    ),
  'layers: means of many axes': (n) =>
    on([null, n], many('Normalization', { mean: numbered(n, (i) => i), variance: numbered(n, () => 1) })(1)),
  'layers: many lengths of n-grams': (n) =>
    on(
      [null, 1],
      many('TextVectorization', { vocabulary: ['a'], ngrams: numbered(n, (i) => i + 1) })(1),
      'string',
    ),
  'layers: states of wide images': (n) =>
    on([null, 2, 5, n, 2], many('ConvLSTM2D', { filters: 1, kernel_size: [2, 3], padding: 'same' })(1)),
  'layers: images made larger': (n) =>
    on([null, 2, 2, 1], many('Resizing', { height: n, width: 2, interpolation: 'nearest' })(1)),
  'layers: images made much larger by many weights': (n) =>
    on([null, 2, 5, 1], many('UpSampling2D', { size: [n, n], interpolation: 'lanczos3' })(1)),
  'layers: bands of sounds': (n) => on([null, 4096], many('MelSpectrogram', { num_mel_bins: n })(1)),
  'layers: texts of many tokens': (n) =>
    on([null, 1], many('TextVectorization', { vocabulary: ['a'], output_sequence_length: n })(1), 'string'),
  'layers: a place for each of many bins': (n) =>
    on([null, 1], many('Hashing', { num_bins: n, output_mode: 'one_hot' })(1), 'string'),
  'layers: Lambdas of nobody': (n) =>
    on(
      [null, 1],
      numbered(n, (i) => {
        const fn = { class_name: 'function', config: `a>f${i}` };
        return layer('Lambda', { name: `l${i}`, function: fn, arguments: {} }, [call(tensor(0))]);
      }),
    ),
  'compile: losses of no output': (n) => compiled({ loss: numbered(n, () => 'mse') }),
  'compile: metrics by name': (n) =>
    compiled({ loss: 'mse', metrics: Object.fromEntries(numbered(n, (i) => [`q${i}`, ['mae']])) }),
};
