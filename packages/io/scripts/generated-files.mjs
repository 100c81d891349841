// Files made up from their formats: structures that overlap, share, repeat and point anywhere, of sizes that mean harm. Each
// generator makes one file of the numbers that `next` gives, so that a failure can be repeated.
import { gzipSync } from 'node:zlib';
import { writeZip } from '@lamella/files';
import {
  costlyFiles,
  functional,
  hdf5,
  inputLayer,
  keras,
  layer,
  shards,
  tensor,
  text,
  tfjs,
} from './costly-files.mjs';
import { costlyLayers } from './costly-layers.mjs';
import { count, one, several, sizes } from './draws.mjs';
import { layers, loneLayers } from './generated-layers.mjs';
import { programs } from './generated-programs.mjs';
import {
  continuation,
  floats,
  heapHead,
  heapItem,
  link,
  longTexts,
  nothing,
  symbolTable,
  texts,
} from './hdf5-images.mjs';

/** @typedef {import('./costly-files.d.mts').CostlyFile} CostlyFile */
/** @typedef {() => number} Next */

/** @param {Next} next @returns {number[]} */
const shape = (next) =>
  several(next, 5, () => (next() < 0.7 ? 1 + Math.floor(next() * 4) : one(next, sizes)));

/** Files that ask for much, of any size. @param {Next} next @returns {CostlyFile} */
function costly(next) {
  const makers = { ...costlyFiles, ...costlyLayers };
  return makers[one(next, Object.keys(makers))](1 + count(next, 600));
}

/**
 * Objects, blocks, heaps and data anywhere, pointing to one another: half of the files at what they should point to, so that
 * they are read to their end. @param {Next} next @returns {CostlyFile}
 */
function overlappingHdf5(next) {
  const isSound = next() < 0.5;
  const isRight = () => isSound || next() < 0.95;
  return hdf5((image) => {
    /** Where what stands, by what it is. @type {Record<'object' | 'block' | 'heap' | 'data', number[]>} */
    const places = { object: [image.object([])], block: [], heap: [], data: [image.end] };
    const all = () => Object.values(places).flat();
    const place = (/** @type {keyof typeof places} */ kind) =>
      isRight() ? one(next, places[kind].length > 0 ? places[kind] : all()) : one(next, [...all(), ...sizes]);
    const size = (/** @type {number[]} */ ...usual) => one(next, isRight() ? usual : sizes);
    let k = 0;
    const name = () =>
      next() < 0.9
        ? `${one(next, ['a', 'layer_names', 'n'.repeat(count(next, 3000))])}${k++}`
        : one(next, ['vars', '0', 'layer_names']);
    /** @returns {import('./hdf5-images.d.mts').Message[]} */
    const messages = () => {
      if (next() < 0.2) return floats([size(1, 2, 4)], place('data'), size(16, 64));
      return several(next, 12, () => {
        const kind = next();
        if (kind < 0.4) return link(name(), place('object'));
        if (kind < 0.55) return continuation(place('block'), size(16, 24, 48));
        if (kind < 0.7) return texts(name(), [size(1, 2, 3)], size(0, 1, 2), [97, 98, 99, 100, 101, 102]);
        if (kind < 0.85)
          return longTexts(
            name(),
            several(next, 40, () => ({ length: size(1, 3), heap: place('heap'), index: 1 })),
          );
        if (kind < 0.97)
          return symbolTable(
            image,
            several(next, 40, () => ({ offset: count(next, 100), address: place('object') })),
            'n'.repeat(count(next, 300)),
          );
        return nothing();
      });
    };
    for (let i = count(next, 80); i > 0; i--) {
      const kind = next();
      if (kind < 0.6) places.object.push(image.object(messages()));
      else if (kind < 0.7) places.block.push(image.block(messages()).at);
      else if (kind < 0.85)
        places.heap.push(
          image.put([...heapHead(size(48, 64)), ...heapItem(1, size(4, 16)), ...Array(32).fill(97)]),
        );
      else places.data.push(image.put(Array(64).fill(1)));
    }
    return messages();
  });
}

const small = [1, 2, 3, [1, 1], [2, 2], null, true, 'same', 'valid'];
const harmful = [
  0,
  -1,
  0.5,
  1e9,
  2 ** 31,
  2 ** 53,
  [],
  [1e6, 1e6],
  [2 ** 31],
  {},
  'nothing',
  Array(300).fill(1),
];
const value = (/** @type {Next} */ next) => one(next, next() < 0.9 ? small : harmful);
const number = (/** @type {Next} */ next) =>
  next() < 0.95 ? 1 + Math.floor(next() * 4) : one(next, harmful);

/** Classes, with the options that they need. @type {Readonly<Record<string, (next: Next) => Record<string, unknown>>>} */
const classes = {
  Dense: (next) => ({ units: number(next) }),
  Conv1D: (next) => ({
    filters: number(next),
    kernel_size: number(next),
    padding: one(next, ['same', 'valid']),
  }),
  Embedding: (next) => ({ input_dim: number(next), output_dim: number(next), mask_zero: next() < 0.5 }),
  Reshape: (next) => ({ target_shape: next() < 0.5 ? [-1] : shape(next) }),
  RepeatVector: (next) => ({ n: number(next) }),
  Dropout: () => ({ rate: 0.5 }),
  MaxPooling1D: (next) => ({ pool_size: number(next), padding: 'same' }),
  Activation: () => ({ activation: 'relu' }),
  ...Object.fromEntries(
    ['Add', 'Concatenate', 'Multiply', 'Flatten', 'Softmax', 'LayerNormalization', 'BatchNormalization'].map(
      (name) => [name, () => ({})],
    ),
  ),
};
const options = [
  'strides',
  'dilation_rate',
  'padding',
  'axis',
  'groups',
  'use_bias',
  'activation',
  'trainable',
];

/** Layers of known classes, most of them called on what is there. @param {Next} next @returns {any} */
function graph(next, depth = 0) {
  /** @type {[name: string, calls: number][]} */
  const made = [['x', 1]];
  const reference = () => {
    const [name, calls] = one(next, made);
    return tensor(next() < 0.97 ? Math.floor(next() * calls) : count(next, 9), name);
  };
  const node = (/** @type {string} */ className) => ({
    args: [/Add|Mul|Conca/.test(className) ? [reference(), ...several(next, 50, reference)] : reference()],
    kwargs: next() < 0.95 ? {} : { mask: reference(), training: one(next, small) },
  });
  const x = {
    ...inputLayer,
    config: {
      ...inputLayer.config,
      batch_shape: [null, ...(next() < 0.8 ? [3, 2].slice(count(next, 2) - 1) : shape(next))],
    },
  };
  const layers = several(next, 20, (i) => {
    const name = next() < 0.95 ? `l${i}` : `${i}${'n'.repeat(count(next, 2000))}`;
    const className = one(next, Object.keys(classes));
    const nodes = [node(className), ...(next() < 0.2 ? several(next, 40, () => node(className)) : [])];
    const inner =
      next() < 0.1 && depth < 4 ? { ...graph(next, depth + 1), name, inbound_nodes: nodes } : undefined;
    made.push([name, nodes.length]);
    if (inner !== undefined) return { ...inner, config: { ...inner.config, name } };
    const more = next() < 0.1 ? { [one(next, options)]: value(next) } : {};
    return layer(className, { name, ...classes[className](next), ...more }, nodes);
  });
  const ends = [made.at(-1), ...(next() < 0.2 ? made : [])].map((end) => [end?.[0], 0, 0]);
  const model = functional([x, ...layers], ends, `m${depth}`);
  return next() < 0.9 ? model : { ...model, class_name: 'Sequential' };
}

/** @param {Next} next @returns {CostlyFile} */
function configs(next) {
  const model = graph(next);
  if (next() < 0.5) return keras(model);
  return { name: 'm.json', bytes: text.encode(JSON.stringify(model)) };
}

/** @param {Next} next @returns {CostlyFile} */
function manifests(next) {
  let k = 0;
  const spec = () => ({
    name:
      next() < 0.9
        ? one(next, [`w${k++}`, `m/d_${k++}/kernel`, `${'a_'.repeat(count(next, 500))}${k++}`])
        : 'd/kernel',
    shape: next() < 0.9 ? [one(next, [0, 1, 2, 25])] : shape(next),
    dtype: one(next, ['float32', 'int32', 'bool', ...(next() < 0.02 ? ['string'] : [])]),
    ...(next() < 0.2 && {
      quantization: {
        dtype: one(next, ['uint8', 'uint16', 'float16']),
        scale: next() < 0.95 ? 0.5 : 'x',
        min: 0,
      },
    }),
    ...(next() < 0.2 && { group: 'optimizer' }),
  });
  const groups = several(next, 30, (i) => ({
    paths:
      next() < 0.9
        ? [`${i}.bin`]
        : several(next, 4, () => `${'./'.repeat(count(next, 2) - 1)}${count(next, 9)}.bin`),
    weights: several(next, 20, spec),
  }));
  // As many bytes as the group needs, or not.
  const widths = { float32: 4, int32: 4, bool: 1, uint8: 1, uint16: 2, float16: 2, string: 1 };
  const siblings = groups.map(({ weights }, i) => {
    const size = weights.reduce(
      (sum, w) =>
        sum +
        w.shape.reduce((a, b) => a * b, 1) * widths[/** @type {any} */ (w).quantization?.dtype ?? w.dtype],
      0,
    );
    return [`${i}.bin`, new Uint8Array(size < 1e5 && next() < 0.98 ? size : count(next, 1e5))];
  });
  return tfjs(groups, Object.fromEntries(siblings));
}

/** @param {Next} next @returns {CostlyFile} */
function indexes(next) {
  const spelled = () =>
    `/${'/'.repeat(count(next, 20) - 1)}${one(next, ['a', 'layers', 'layers//vars', 'a/', next() < 0.02 ? '..' : 'layers/vars'])}`;
  const map = Object.fromEntries(
    several(next, 500, () => [
      spelled(),
      several(next, 8, () => one(next, ['m_00000.weights.h5', './m_00000.weights.h5'])),
    ]),
  );
  return shards(map, (image) => {
    const data = image.object(floats([1], image.put([0, 0, 128, 63]), 4));
    const inner = image.object([...(next() < 0.2 ? [link('0', data)] : []), texts('name', [], 1, [97])]);
    return [link('a', inner), link('layers', image.object([link('vars', image.object([]))]))];
  });
}

/** Arrays of NumPy in archives, and of MNIST packed, that say sizes which may not be theirs. @param {Next} next @returns {CostlyFile} */
function arrays(next) {
  const zeros = () => new Uint8Array(next() < 0.9 ? count(next, 5_000) : count(next, 3_000_000));
  if (next() < 0.3) {
    const head = [0, 0, one(next, [8, 13, 14]), 1, ...u32(next() < 0.5 ? 100 : one(next, sizes))];
    return { name: 'a.idx', bytes: gzipSync(Uint8Array.from([...head, ...zeros()])) };
  }
  const widths = { '<f4': 4, '|b1': 1, '>i8': 8, '<c8': 8, '|O': 8 };
  const member = () => {
    const type = one(next, next() < 0.97 ? ['<f4', '|b1', '>i8', '<c8'] : ['|O']);
    const own = shape(next);
    const order = one(next, ['True', 'False']);
    const header = `{'descr': '${type}', 'fortran_order': ${order}, 'shape': (${own.map((size) => `${size},`).join('')}), }\n`;
    const size = own.reduce((a, b) => a * b, widths[/** @type {keyof typeof widths} */ (type)]);
    const data = size < 1e5 && next() < 0.95 ? new Uint8Array(size) : zeros();
    const head = [0x93, ...text.encode('NUMPY'), 1, 0, header.length & 255, header.length >> 8];
    return Uint8Array.from([...head, ...text.encode(header), ...data]);
  };
  const members = several(next, 12, (i) => [`a${i}.npy`, member()]);
  return { name: 'a.npz', bytes: writeZip(Object.fromEntries(members), { compressed: next() < 0.8 }) };
}

/** High byte first. @param {number} value */
function u32(value) {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) & 255);
}

/** The generators, by what they make. @type {Readonly<Record<string, (next: Next) => CostlyFile>>} */
export const generators = {
  'files that ask for much': costly,
  'HDF5 that overlaps': overlappingHdf5,
  'graphs of Keras': configs,
  'layers of Keras': layers,
  'layers by themselves': loneLayers,
  'stored Programs': programs,
  'manifests of TensorFlow.js': manifests,
  'indexes of weights': indexes,
  'arrays of numbers': arrays,
};

/** Mulberry32: small, and the same everywhere. @param {number} seed @returns {Next} */
export function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
