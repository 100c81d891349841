// Stored Programs that look right and mean harm: kernels on what came before, of sizes that no memory holds, Programs in Programs,
// values that many nodes share. Each is the Lambda of a small model.
import { functional, inputLayer, keras } from './costly-files.mjs';
import { count, one, sizes } from './draws.mjs';

/** @typedef {import('./draws.mjs').Next} Next */
/** @typedef {Record<string, unknown>} Json */

const batch = { $: 'polynomial', terms: [[1, 1]] };

/** A size: mostly small, or the batch. @param {Next} next */
const size = (next) => (next() < 0.9 ? one(next, [1, 2, 3, 4]) : next() < 0.3 ? batch : one(next, sizes));
/** @param {Next} next */
const shape = (next) => Array.from({ length: Math.floor(next() * 4) }, () => size(next));

/** Attributes of kernels that make, repeat, cut, pad and move. @type {Readonly<Record<string, (next: Next) => Json>>} */
const makers = {
  Fill: (next) => ({ shape: shape(next), value: next(), dtype: one(next, ['float32', 'int32', 'bool']) }),
  Range: (next) => ({ start: 0, stop: size(next), step: one(next, [1, 0.001, 1e-9]), dtype: 'float32' }),
  LinSpace: (next) => ({ start: 0, stop: 1, num: size(next) }),
};

/** Of their input `x`. @type {Readonly<Record<string, (next: Next) => Json>>} */
const changers = {
  Relu: () => ({}),
  Cast: (next) => ({ dtype: one(next, ['float32', 'int32', 'bool', 'float16', 'nonsense']) }),
  Tile: (next) => ({ reps: [1, size(next)] }),
  Reshape: (next) => ({ shape: [batch, -1, ...(next() < 0.3 ? shape(next) : [])] }),
  BroadcastTo: (next) => ({ shape: shape(next) }),
  PadV2: (next) => ({
    paddings: [
      [0, 0],
      [size(next), size(next)],
    ],
    constantValue: 0,
  }),
  Slice: (next) => ({ begin: [0, 0], size: [-1, size(next)] }),
  Sum: (next) => ({ axis: one(next, [0, 1, -1, [0, 1], null]), keepDims: next() < 0.5 }),
  SplitV: (next) => ({ numOrSizeSplits: size(next), axis: 1 }),
  AvgPool: (next) => ({ filterSize: size(next), strides: size(next), pad: one(next, ['same', 'valid']) }),
};

/** Nodes on values of this and, of Programs in it, of its own. */
class Maker {
  id = 0;

  /** @param {Next} next */
  constructor(next) {
    this.next = next;
  }

  /** @param {number} inputs @param {number} depth @returns {Json} */
  graph(inputs, depth) {
    const { next } = this;
    const own = Array.from({ length: inputs }, () => this.id++);
    const values = [...own];
    const constants = Array.from({ length: count(next, 6) }, () => {
      const id = this.id++;
      values.push(id);
      return { id, dtype: 'float32', shape: shape(next), splat: next() };
    });
    const nodes = Array.from({ length: count(next, depth === 0 ? 400 : 12) }, () => {
      const { made, node } = this.node(values, depth);
      values.push(...made);
      return node;
    });
    return {
      inputs: own.map((id, i) => ({
        id,
        name: `x${i}`,
        kind: 'argument',
        dtype: 'float32',
        shape: depth === 0 ? [batch, 1] : [],
      })),
      constants,
      nodes,
      outputs: [{ id: next() < 0.5 ? /** @type {number} */ (values.at(-1)) : one(next, values), name: 'y' }],
    };
  }

  /** @param {readonly number[]} values @param {number} depth */
  node(values, depth) {
    const { next } = this;
    const pick = () => (next() < 0.7 ? /** @type {number} */ (values.at(-1)) : one(next, values));
    const kind = next();
    if (kind < 0.1 && depth < 20) return this.holder(pick, depth);
    const table = kind > 0.95 ? makers : changers;
    const kernel =
      kind < 0.4
        ? one(next, ['Add', 'Multiply', 'Concat'])
        : kind < 0.8
          ? 'Relu'
          : one(next, Object.keys(table));
    const id = this.id++;
    const [a, b] = [pick(), pick()];
    const [first, second] = kernel === 'Concat' ? ['0', '1'] : ['a', 'b'];
    const inputs = kind < 0.4 ? { [first]: a, [second]: next() < 0.8 ? a : b } : { x: a };
    const isMade = Object.hasOwn(makers, kernel);
    const attrs = isMade ? makers[kernel](next) : (changers[kernel]?.(next) ?? { axis: 1 });
    return { made: [id], node: { kernel, inputs: isMade ? {} : inputs, attrs, outputs: [id], scope: '' } };
  }

  /** @param {() => number} pick @param {number} depth */
  holder(pick, depth) {
    const { next } = this;
    const kernel = one(next, ['Scan', 'While', 'Cond']);
    const [value, id] = [pick(), this.id++];
    const programs = Object.fromEntries(
      { Scan: ['body'], While: ['condition', 'body'], Cond: ['then', 'otherwise'] }[kernel].map((name) => [
        name,
        this.graph(1, depth + 1),
      ]),
    );
    const attrs = { carries: 1, sequences: 0, length: size(next), reverse: false, maximumIterations: null };
    const inputs = kernel === 'Cond' ? { 0: pick(), 1: value } : { 0: value };
    return { made: [id], node: { kernel, inputs, attrs, outputs: [id], scope: '', programs } };
  }
}

/** A model whose Lambda such a Program is. @param {Next} next @returns {import('./costly-files.d.mts').CostlyFile} */
export function programs(next) {
  const inference = {
    format: 'lamella.program',
    version: 2,
    unknowns: ['batch'],
    ...new Maker(next).graph(1, 0),
  };
  const lambda = {
    module: 'keras.layers',
    class_name: 'Lambda',
    name: 'l',
    config: {
      name: 'l',
      function: { class_name: 'function', config: 'lamella>captured_program' },
      arguments: {},
    },
    inbound_nodes: [{ args: [reference('x')], kwargs: {} }],
    lamella: { version: 1, structures: { inputs: '*', outputs: '*' }, programs: { inference } },
  };
  const model = functional([inputLayer, lambda], [['l', 0, 0]]);
  const json = JSON.stringify(model);
  // Some end too early.
  return keras(model, next() < 0.05 ? json.slice(0, next() * json.length) : json);
}

/** @param {string} name */
function reference(name) {
  return {
    class_name: '__keras_tensor__',
    config: { shape: [null, 1], dtype: 'float32', keras_history: [name, 0, 0] },
  };
}
