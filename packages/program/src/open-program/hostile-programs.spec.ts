// Stored Programs from a hostile hand: whatever stands in the JSON, only coded errors come out, soon and without much memory.
// LAMELLA_FUZZ_RUNS says how many inputs each property tries.
import { describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { Budget, withBudget } from '../budget.js';
import { isLamellaError } from '../errors.js';
import { cond } from '../control-flow/cond.js';
import { scan } from '../control-flow/scan.js';
import { whileLoop } from '../control-flow/while-loop.js';
import { kernels as definitions } from '../kernels.js';
import { random } from '../random.js';
import { openProgram } from './capture-open-program.js';
import type { OpenProgram } from './open-program.js';
import { readOpenProgram, writeOpenProgram } from './open-program-json.js';

const settings = { numRuns: Number(process.env['LAMELLA_FUZZ_RUNS'] ?? 2000), seed: 4 };

/** Uses everything a stored Program may have: polynomials, constants, random inputs, a gradient of its own, loops, a choice. */
const doubled = tf.customGrad(((x: tf.Tensor) => ({
  value: tf.mul(x, 2),
  gradFunc: (dy: tf.Tensor) => tf.mul(dy, tf.fill(x.shape, 3)),
})) as never) as unknown as (x: tf.Tensor) => tf.Tensor;
const template = openProgram(
  (x) => {
    const normal = tf.add(doubled(x), random.normal([x.shape[0]!, 4]));
    const [sum] = scan(
      (total: tf.Tensor, row: tf.Tensor) => [tf.add(total, row), row],
      tf.zeros([4]),
      normal,
    );
    const halved = whileLoop(
      (v: tf.Tensor) => tf.greater(tf.max(v), 1),
      (v) => tf.div(v, 2),
      sum,
    );
    const noisy = cond(
      tf.greater(tf.sum(halved), 0),
      () => tf.add(normal, halved),
      () => normal,
    );
    return tf.reshape(tf.mul(noisy, tf.tensor1d([1, 2, 3, 4])), [x.shape[0]! * 2, 2]);
  },
  [{ name: 'x', shape: [null, 4], dtype: 'float32' }],
);
const good = JSON.parse(JSON.stringify(writeOpenProgram(template))) as Record<string, unknown>;

/** Reads and instantiates. Whatever it throws must be coded. */
function open(json: unknown): void {
  try {
    readOpenProgram(json).atShapes([[2, 4]]);
  } catch (error) {
    if (!isLamellaError(error)) throw error;
  }
}

const absurd = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom<unknown>(2 ** 31, -1, 1e308, 0.5, '__proto__', 'NaN', [], {}, null, [1e9, 1e9], {
    $: 'polynomial',
    terms: [[2 ** 40, 4]],
  }),
);

describe('a stored Program', () => {
  it('is whole before anybody touches it', () => {
    expect(readOpenProgram(good).atShapes([[2, 4]]).outputs).toHaveLength(1);
  });

  it('with any of its parts replaced gives coded errors at most', () => {
    const paths = leaves(good);
    const mutations = fc.array(fc.tuple(fc.nat(paths.length - 1), absurd), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(mutations, (list) =>
        open(list.reduce<unknown>((json, [path, value]) => withLeaf(json, paths[path]!, value), good)),
      ),
      settings,
    );
  });

  it('that calls any kernel with any inputs and attributes gives coded errors at most', () => {
    const kernels = Object.keys(definitions);
    const key = fc.constantFrom(
      'a',
      'b',
      'x',
      'filter',
      'dy',
      'input',
      'indices',
      'axis',
      'axes',
      'shape',
      'reps',
      'size',
      'begin',
      'perm',
      'dim',
      'depth',
      'strides',
      'pad',
      'dataFormat',
      'dtype',
      'start',
      'stop',
      'step',
      'num',
      'value',
      'equation',
      'paddings',
      'numOrSizeSplits',
      'keepDims',
      'k',
      '0',
      '1',
    );
    const inputs = fc.dictionary(key, fc.nat(1), { maxKeys: 4 });
    const attrs = fc.dictionary(
      key,
      fc.oneof(
        absurd,
        fc.integer({ min: -5, max: 5 }),
        fc.array(fc.integer({ min: -3, max: 2 ** 31 }), { maxLength: 5 }),
      ),
      { maxKeys: 6 },
    );
    fc.assert(
      fc.property(fc.constantFrom(...kernels), inputs, attrs, (kernel, given, attributes) =>
        open({
          ...good,
          nodes: [{ kernel, inputs: given, attrs: attributes, outputs: [5], scope: '' }],
          constants: [{ id: 1, dtype: 'int32', shape: [2], values: [1, 1] }],
          inputs: [{ id: 0, name: 'x', kind: 'argument', dtype: 'float32', shape: [2, 4] }],
          outputs: [{ id: 5, name: 'y' }],
        }),
      ),
      settings,
    );
  });
});

describe('a small stored Program', () => {
  const constant = (id: number): object => ({ id, dtype: 'float32', shape: [2 ** 28], splat: 0.5 });
  const node = (kernel: string, inputs: object, attrs: object, ...outputs: number[]): object => ({
    kernel,
    inputs,
    attrs,
    outputs,
  });
  const stored = (nodes: object[], constants: object[] = []): OpenProgram =>
    readOpenProgram({
      format: 'lamella.program',
      version: 1,
      unknowns: [],
      inputs: [{ id: 0, name: 'x', kind: 'argument', dtype: 'float32', shape: [2] }],
      constants,
      nodes,
      outputs: [{ id: 90, name: 'y' }],
    });

  it('keeps large constants of one number as that number', () => {
    const sum = node('AddN', { 0: 1, 1: 2, 2: 3 }, {}, 90);
    const program = stored([sum], [1, 2, 3].map(constant)).at();
    expect(program.constants).toEqual([]);
    expect(program.nodes.map(({ kernel }) => kernel)).toEqual(['Fill', 'Fill', 'Fill', 'AddN']);
  });

  it.each([
    ['Unpack', { value: 1 }, { axis: 1, num: 2 ** 31 }, [0, 2 ** 31]],
    ['SplitV', { x: 1 }, { axis: 0, numOrSizeSplits: 2 ** 31 }, [0]],
  ])('takes nothing apart into more parts than anyone needs: %s', (kernel, inputs, attrs, shape) => {
    const empty = node('Fill', {}, { shape, value: 0, dtype: 'float32' }, 1);
    expect(() => stored([empty, node(kernel, inputs, attrs, 90)]).at()).toThrow(
      /SHAPE_MISMATCH.*at most 65536 parts, got 2147483648/,
    );
  });

  it('has no windows that reach far beyond an image', () => {
    const pool = { filterSize: 2 ** 30, strides: 1, pad: 'same' };
    const image = node('Reshape', { x: 0 }, { shape: [1, 2, 1, 1] }, 1);
    expect(() => stored([image, node('AvgPool', { x: 1 }, pool, 90)]).at()).toThrow(
      /SHAPE_MISMATCH.*padding of at most 65536/,
    );
  });

  it('costs a load steps for each of its values, each time it is recorded', () => {
    const budget = Budget.ofFile('a.keras', 0);
    const before = budget.rest('steps');
    const chain = [1, 2, 3, 90].map((id, i, ids) => node('Relu', { x: i === 0 ? 0 : ids[i - 1]! }, {}, id));
    const program = stored(chain);
    withBudget(budget, () => [program.at(), program.at()]);
    // Twice a recorder, and five values.
    expect(before - budget.rest('steps')).toBe(2 * (100 + 12 * 5));
  });

  it('may not cost more than its file', () => {
    const budget = Budget.ofFile('a.keras', 0);
    const values = Array.from({ length: 1000 }, (_, i) => i);
    const large = { id: 1, dtype: 'float32', shape: [1000], values };
    const program = stored([node('Identity', { x: 1 }, {}, 90)], [large]);
    budget.spend('elements', budget.rest('elements') - 999, 'something else');
    expect(() => withBudget(budget, () => program.at())).toThrow('BUDGET_EXCEEDED');
  });
});

function leaves(value: unknown, path: readonly string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [[...path]];
  return [[...path], ...Object.entries(value).flatMap(([key, item]) => leaves(item, [...path, key]))];
}

function withLeaf(value: unknown, [key, ...rest]: readonly string[], leaf: unknown): unknown {
  if (key === undefined) return leaf;
  if (typeof value !== 'object' || value === null) return value;
  const copy: Record<string, unknown> | unknown[] = Array.isArray(value)
    ? [...(value as unknown[])]
    : { ...value };
  (copy as Record<string, unknown>)[key] = withLeaf((value as Record<string, unknown>)[key], rest, leaf);
  return copy;
}
