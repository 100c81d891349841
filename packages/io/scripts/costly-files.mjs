// Small files that ask for much: each does one thing as often, as large or as deep as its format lets it. Reading one gives a
// model or a coded error, for little work either way. `n` is how often.
import { writeZip } from '@lamella/files';
import {
  continuation,
  floats,
  heapHead,
  heapItem,
  Hdf5Image,
  link,
  longTexts,
  nothing,
  symbolTable,
  texts,
} from './hdf5-images.mjs';

/** @typedef {import('./costly-files.d.mts').CostlyFile} CostlyFile */

export const text = new TextEncoder();
const numbered = (/** @type {number} */ n, /** @type {(i: number) => any} */ make) =>
  Array.from({ length: n }, (_, i) => make(i));

/** @param {unknown} config @param {string} [json] @returns {CostlyFile} */
export function keras(config, json = JSON.stringify(config)) {
  return {
    name: 'm.keras',
    bytes: writeZip(
      {
        'metadata.json': text.encode('{"keras_version": "3.15.1"}'),
        'config.json': text.encode(json),
        'model.weights.h5': hdf5(() => []).bytes,
      },
      { compressed: true },
    ),
  };
}

/** @param {(image: Hdf5Image) => import('./hdf5-images.d.mts').Message[]} make @returns {CostlyFile} */
export function hdf5(make) {
  const image = new Hdf5Image();
  return { name: 'm.weights.h5', bytes: image.file(image.object(make(image))) };
}

/** @param {number} i */
export const tensor = (i, layer = 'x', node = i) => ({
  class_name: '__keras_tensor__',
  config: { shape: [null, 1], dtype: 'float32', keras_history: [layer, node, 0] },
});

/** @param {string} className @param {object} config @param {readonly unknown[]} nodes */
export const layer = (className, config, nodes) => ({
  module: 'keras.layers',
  class_name: className,
  config,
  registered_name: null,
  name: /** @type {any} */ (config).name,
  inbound_nodes: nodes,
});

export const inputLayer = layer('InputLayer', { name: 'x', batch_shape: [null, 1], dtype: 'float32' }, []);

/** @param {readonly unknown[]} layers @param {unknown} outputs */
export const functional = (layers, outputs, name = 'm', inputs = ['x']) => ({
  module: 'keras',
  class_name: 'Functional',
  registered_name: 'Functional',
  config: { name, layers, input_layers: inputs.map((input) => [input, 0, 0]), output_layers: outputs },
});

/** @type {Readonly<Record<string, (n: number) => CostlyFile>>} */
export const costlyFiles = {
  'HDF5: texts of no width': (n) => hdf5(() => [texts('a', [n * 1000], 0, [])]),
  'HDF5: heaps in heaps': (n) =>
    hdf5((image) => {
      const start = image.end;
      const end = start + 32 * n + 16 * n;
      for (let i = 0; i < n; i++) {
        const at = start + 32 * i;
        image.put([...heapHead(end - at), ...heapItem(1, 32 * (n - 1 - i))]);
      }
      for (let i = 0; i < n; i++) image.put(heapItem(2 + (i % 60_000), 0));
      const items = numbered(n, (i) => ({ length: 1, heap: start + 32 * i, index: 2 }));
      return numbered(Math.ceil(n / 1000), (k) => longTexts(`a${k}`, items.slice(k * 1000, (k + 1) * 1000)));
    }),
  'HDF5: names that are tails of one': (n) =>
    hdf5((image) => {
      const links = numbered(n, (i) => ({ offset: i, address: image.object([]) }));
      return [symbolTable(image, links, 'n'.repeat(n))];
    }),
  'HDF5: headers that share what they go on with': (n) =>
    hdf5((image) => {
      const { at, length } = image.block(numbered(Math.min(n, 60_000), nothing));
      return numbered(n, (i) => link(`g${i}`, image.object([continuation(at, length)])));
    }),
  'HDF5: attributes in what headers share': (n) =>
    hdf5((image) => {
      const { at, length } = image.block(numbered(n, (i) => texts(`a${i}`, [], 1, [65])));
      return numbered(n, (i) => link(`g${i}`, image.object([continuation(at, length)])));
    }),
  'HDF5: one text under many attributes': (n) =>
    hdf5((image) => {
      const heap = image.put([
        ...heapHead(32 + 16 * n),
        ...heapItem(1, 16 * n),
        ...new Array(16 * n).fill(65),
      ]);
      return numbered(n, (i) => longTexts(`a${i}`, [{ length: 16 * n, heap, index: 1 }]));
    }),
  'HDF5: one array under many names': (n) =>
    hdf5((image) => {
      const data = image.put(new Array(4 * n).fill(1));
      return numbered(n, (i) => link(`d${i}`, image.object(floats([n], data, 4 * n))));
    }),
  'HDF5: a long name above many': (n) =>
    hdf5((image) => {
      const data = image.put([0, 0, 128, 63]);
      const inner = image.object(numbered(n, (i) => link(`${i}`, image.object(floats([1], data, 4)))));
      return [link('n'.repeat(Math.min(20 * n, 65_000)), inner)];
    }),
  'HDF5: the same layer listed again and again': (n) =>
    hdf5((image) => {
      const width = 8;
      const names = (/** @type {string} */ name, /** @type {(i: number) => string} */ item) => {
        const part = 4000;
        return numbered(Math.ceil(n / part), (k) => {
          const data = numbered(Math.min(part, n - k * part), (i) => [
            ...text.encode(item(i + k * part).padEnd(width, '\0')),
          ]).flat();
          return texts(`${name}${k}`, [data.length / width], width, data);
        });
      };
      const data = image.object(floats([1], image.put([0, 0, 128, 63]), 4));
      const group = image.object([...names('weight_names', () => 'w'), link('w', data)]);
      return [...names('layer_names', () => 'l'), link('l', group)];
    }),
  'JSON: lists of nothing': (n) => keras(null, `[${numbered(n, () => '[]').join(',')}]`),
  'JSON: records of nothing': (n) => keras(null, `[${numbered(n, () => '{}').join(',')}]`),
  'JSON: floats in lists of their own': (n) => keras(null, `[${numbered(n, () => '[1.0]').join(',')}]`),
  'JSON: layers of no known class': (n) =>
    keras(
      functional(
        numbered(n, (i) => layer(`Nobody${i}`, { name: `l${i}` }, [])),
        [['x', 0, 0]],
      ),
    ),
  'Keras: many calls of one layer on one tensor': (n) =>
    keras(
      functional(
        [
          inputLayer,
          layer(
            'Dense',
            { name: 'd', units: 1 },
            numbered(n, () => ({ args: [tensor(0)], kwargs: {} })),
          ),
        ],
        [['d', n - 1, 0]],
      ),
    ),
  'Keras: a chain of calls of one layer': (n) =>
    keras(
      functional(
        [
          inputLayer,
          layer(
            'Dense',
            { name: 'd', units: 1 },
            numbered(n, (i) => ({ args: [i === 0 ? tensor(0) : tensor(i - 1, 'd')], kwargs: {} })),
          ),
        ],
        [['d', n - 1, 0]],
      ),
    ),
  'Keras: a layer called on one tensor many times over': (n) =>
    keras(
      functional(
        [inputLayer, layer('Add', { name: 'd' }, [{ args: [numbered(n, () => tensor(0))], kwargs: {} }])],
        [['d', 0, 0]],
      ),
    ),
  'Keras: a layer of a long name, called again and again': (n) => {
    const name = 'n'.repeat(20 * n);
    const nodes = numbered(n, () => ({ args: [tensor(0)], kwargs: {} }));
    return keras(functional([inputLayer, layer('Dense', { name, units: 1 }, nodes)], [['x', 0, 0]]));
  },
  'Keras: an input of many axes': (n) => {
    const wide = { ...inputLayer, config: { ...inputLayer.config, batch_shape: numbered(n, () => 1) } };
    const relu = layer('Softmax', { name: 'd' }, [{ args: [tensor(0)], kwargs: {} }]);
    return keras(functional([wide, relu], [['d', 0, 0]]));
  },
  'Keras: a tensor reshaped to many axes': (n) => {
    const config = { name: 'd', target_shape: numbered(n, () => 1) };
    const reshaped = layer('Reshape', config, [{ args: [tensor(0)], kwargs: {} }]);
    const relu = layer('Softmax', { name: 'e' }, [{ args: [tensor(0, 'd')], kwargs: {} }]);
    return keras(functional([inputLayer, reshaped, relu], [['e', 0, 0]]));
  },
  'Keras: many metrics': (n) => {
    const config = { optimizer: 'sgd', loss: 'mse', metrics: numbered(n, () => 'mae') };
    const dense = layer('Dense', { name: 'd', units: 1 }, [{ args: [tensor(0)], kwargs: {} }]);
    const model = functional([inputLayer, dense], [['d', 0, 0]]);
    return { name: 'm.json', bytes: text.encode(JSON.stringify({ ...model, compile_config: config })) };
  },
  'Keras: a long chain': (n) => {
    const layers = [inputLayer, ...numbered(n, (i) => layer('Flatten', { name: `f${i}` }, []))];
    return keras({ ...functional([], []), class_name: 'Sequential', config: { name: 'm', layers } });
  },
  'Keras: many inputs': (n) => {
    const inputs = numbered(n, (i) => ({
      ...inputLayer,
      name: `x${i}`,
      config: { ...inputLayer.config, name: `x${i}` },
    }));
    return keras(functional([inputLayer, ...inputs], [['x', 0, 0]]));
  },
  'Keras: objects in a list for one': (n) => {
    const zeros = { module: 'keras.initializers', class_name: 'Zeros', config: {}, registered_name: null };
    const config = { name: 'd', units: 1, kernel_initializer: numbered(n, () => zeros) };
    return keras(
      functional([inputLayer, layer('Dense', config, [{ args: [tensor(0)], kwargs: {} }])], [['d', 0, 0]]),
    );
  },
  'Keras: a class of a long name': (n) => keras(functional([layer('N'.repeat(n), { name: 'n' }, [])], [])),
  'Keras 2: names that are alike without their slashes': (n) => {
    const name = (/** @type {number} */ i) =>
      [...i.toString(2).padStart(16, '0')].map((bit) => (bit === '1' ? 'a/' : 'a_')).join('');
    const layers = numbered(n, (i) => ({ class_name: 'Flatten', config: { name: name(i) } }));
    const config = {
      name: 'm',
      layers: [{ class_name: 'InputLayer', config: inputLayer.config }, ...layers],
    };
    return {
      name: 'm.json',
      bytes: text.encode(JSON.stringify({ class_name: 'Sequential', keras_version: '2.4.0', config })),
    };
  },
  'Keras: an einsum of many letters': (n) => {
    const letters = numbered(n, (i) => String.fromCharCode(97 + (i % 26))).join('');
    const operation = {
      ...layer('Einsum', { name: 'e', subscripts: `${letters},${letters}->${letters}` }, [
        { args: [tensor(0), tensor(0)], kwargs: {} },
      ]),
      module: 'keras.src.ops.numpy',
    };
    return keras(functional([inputLayer, operation], [['e', 0, 0]]));
  },
  'Keras: many outputs': (n) =>
    keras(
      functional(
        [inputLayer],
        numbered(n, () => ['x', 0, 0]),
      ),
    ),
  'Keras: models in models, each twice': (n) => {
    let inner = /** @type {any} */ (
      functional(
        [inputLayer, layer('Dense', { name: 'd', units: 1 }, [{ args: [tensor(0)], kwargs: {} }])],
        [['d', 0, 0]],
      )
    );
    for (let i = 0; i < Math.log2(n); i++) {
      const calls = [
        { args: [tensor(0)], kwargs: {} },
        { args: [tensor(0, 'm', 0)], kwargs: {} },
      ];
      inner = functional([inputLayer, { ...inner, name: 'm', inbound_nodes: calls }], [['m', 2, 0]]);
    }
    return keras(inner);
  },
  'Keras: a constant that is larger than its numbers': (n) => {
    const size = Math.floor(n / 3);
    const zeros = numbered(size - 1, () => 0);
    const value = [[[0, ...zeros], ...zeros], ...zeros];
    const constant = { class_name: '__tensor__', config: { value, dtype: 'float32' } };
    const node = { args: [tensor(0), constant], kwargs: {} };
    const add = { ...layer('Add', { name: 'add' }, [node]), module: 'keras.src.ops.numpy' };
    return keras(functional([inputLayer, add], [['add', 0, 0]]));
  },
  'Keras: one operation called again and again on a constant': (n) => {
    const constant = { class_name: '__tensor__', config: { value: numbered(n, () => 1), dtype: 'float32' } };
    const node = { args: [tensor(0), constant], kwargs: {} };
    const nodes = numbered(Math.ceil(n / 10), () => node);
    const add = { ...layer('Add', { name: 'add' }, nodes), module: 'keras.src.ops.numpy' };
    return keras(functional([inputLayer, add], [['add', 0, 0]]));
  },
  'architecture: weights drawn anew': (n) => ({
    name: 'm.json',
    bytes: text.encode(
      JSON.stringify(
        functional(
          [
            inputLayer,
            ...numbered(8, (i) =>
              layer('Dense', { name: `d${i}`, units: n }, [
                { args: [i === 0 ? tensor(0) : { ...tensor(0, `d${i - 1}`), shape: [null, n] }], kwargs: {} },
              ]),
            ),
          ],
          [['d7', 0, 0]],
        ),
      ),
    ),
  }),
  'manifest: one file in many groups': (n) =>
    tfjs(
      numbered(n, (i) => ({
        paths: ['a.bin'],
        weights: [{ name: `w${i}`, shape: [n, 64], dtype: 'float32' }],
      })),
      { 'a.bin': new Uint8Array(256 * n) },
    ),
  'manifest: one file by many names': (n) =>
    tfjs(
      numbered(n, (i) => ({
        paths: [`${'./'.repeat(i % 2)}a.bin`],
        weights: [{ name: `w${i}`, shape: [n, 64], dtype: 'float32' }],
      })),
      { 'a.bin': new Uint8Array(256 * n) },
    ),
  'manifest: weights of no values with names alike': (n) =>
    tfjs([
      {
        paths: [],
        weights: numbered(n, (i) => ({ name: `a/b/c/d_${i}_kernel`, shape: [0], dtype: 'float32' })),
      },
    ]),
  'manifest: a name of many parts': (n) =>
    tfjs([{ paths: [], weights: [{ name: `${'a_'.repeat(n)}kernel`, shape: [0], dtype: 'float32' }] }]),
  'manifest: bytes that become floats': (n) =>
    tfjs(
      [
        {
          paths: ['a.bin'],
          weights: [
            {
              name: 'w',
              shape: [n, 256],
              dtype: 'float32',
              quantization: { dtype: 'uint8', scale: 1, min: 0 },
            },
          ],
        },
      ],
      { 'a.bin': new Uint8Array(256 * n) },
    ),
  'weights.json: many paths': (n) =>
    shards(Object.fromEntries(numbered(n, (i) => [`/layers/l${i}/vars`, 'm_00000.weights.h5']))),
  'weights.json: many spellings of one path': (n) =>
    shards(
      Object.fromEntries(numbered(n, (i) => [`${'/'.repeat(1 + i)}a`, 'm_00000.weights.h5'])),
      (image) => [link('a', image.object(numbered(n, (i) => texts(`t${i}`, [], 1, [65]))))],
    ),
  'weights.json: one file for each path': (n) =>
    shards({ '/a': numbered(n, () => 'm_00000.weights.h5') }, (image) => [link('a', image.object([]))]),
  'safetensors: tensors of nothing': (n) => {
    const entries = numbered(n, (i) => [`t${i}`, { dtype: 'F32', shape: [0], data_offsets: [0, 0] }]);
    const header = text.encode(JSON.stringify(Object.fromEntries(entries)));
    const bytes = new Uint8Array(8 + header.length);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
    bytes.set(header, 8);
    return { name: 'm.safetensors', bytes };
  },
};

/** @param {readonly unknown[]} groups @param {Record<string, Uint8Array>} [siblings] @returns {CostlyFile} */
export function tfjs(groups, siblings = {}) {
  const model = functional(
    [inputLayer, layer('Dense', { name: 'd', units: 1 }, [{ args: [tensor(0)], kwargs: {} }])],
    [['d', 0, 0]],
  );
  const json = {
    format: 'layers-model',
    modelTopology: { keras_version: '3.15.1', model_config: model },
    weightsManifest: groups,
  };
  return { name: 'model.json', bytes: text.encode(JSON.stringify(json)), siblings };
}

/** @param {Record<string, unknown>} map @param {(image: Hdf5Image) => import('./hdf5-images.d.mts').Message[]} [make] @returns {CostlyFile} */
export function shards(map, make = () => []) {
  return {
    name: 'm.weights.json',
    bytes: text.encode(JSON.stringify({ metadata: {}, weight_map: map })),
    siblings: { 'm_00000.weights.h5': hdf5(make).bytes },
  };
}
