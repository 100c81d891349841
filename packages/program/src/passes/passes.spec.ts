import { beforeAll, describe, expect, it } from '@jest/globals';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { capture, type CaptureResult } from '../capture.js';
import { tfjsDType } from '../dtype.js';
import { gradients } from '../gradients.js';
import { Program, type ProgramNode, type ValueType } from '../program.js';
import { random } from '../random.js';
import type { ArgumentSpec } from '../recorder.js';
import { replay } from '../replay.js';
import { canonicalise } from './canonicalise.js';
import { diffPrograms } from './diff-programs.js';
import { foldConstants } from './fold-constants.js';
import { mergeCommon } from './merge-common.js';
import { removeDeadCode } from './remove-dead-code.js';
import { removeIdentities } from './remove-identities.js';
import { simplifyAlgebra } from './simplify-algebra.js';
import { forExecution, simplify } from './simplify.js';

beforeAll(() => tf.setBackend('cpu'));

function arg(...shape: number[]): ArgumentSpec {
  return { name: 'x', shape, dtype: 'float32' };
}

function program(fn: (...inputs: tf.Tensor[]) => CaptureResult, ...args: ArgumentSpec[]): Program {
  return capture(fn, args.length === 0 ? [arg(2, 3)] : args).program;
}

function kernels(of: Program): string[] {
  return of.nodes.map((node) => node.kernel);
}

/** The outputs on inputs that count up from -2 in steps of a half. */
function run(of: Program): { shape: number[]; dtype: string; values: number[] }[] {
  return tf.tidy(() => {
    const inputs = of.inputs.map((input) => {
      const { shape, dtype } = of.type(input.id);
      const size = tf.util.sizeFromShape([...shape]);
      const values = Array.from({ length: size }, (_, i) => (dtype === 'float32' ? i / 2 - 2 : i % 2));
      return tf.tensor(values, [...shape], tfjsDType(dtype));
    });
    // Adding 0 makes -0 into 0: simplifying may change the sign of a zero.
    return replay(of, inputs).map((tensor) => ({
      shape: tensor.shape,
      dtype: tensor.dtype,
      values: [...tensor.dataSync()].map((value) => Number(value) + 0),
    }));
  });
}

function expectSameResults(before: Program, after: Program): void {
  expect(run(after)).toEqual(run(before));
  expect(after.inputs.map(({ name, kind }) => ({ name, kind }))).toEqual(
    before.inputs.map(({ name, kind }) => ({ name, kind })),
  );
  expect(after.outputs.map(({ name }) => name)).toEqual(before.outputs.map(({ name }) => name));
  expect(after.updates).toEqual(before.updates);
}

describe('removeDeadCode', () => {
  it('drops nodes and constants that no output needs, and keeps unused inputs', () => {
    const before = program(
      (x) => {
        tf.mul(x, tf.tensor1d([7, 8, 9]));
        return tf.neg(x);
      },
      arg(2, 3),
      arg(4),
    );
    const after = removeDeadCode(before);
    expect(kernels(after)).toEqual(['Neg']);
    expect(after.constants).toEqual([]);
    expect(after.inputs).toHaveLength(2);
    expectSameResults(before, after);
    expect(removeDeadCode(after)).toBe(after);
  });
});

describe('removeIdentities', () => {
  it.each<[string, (x: tf.Tensor) => tf.Tensor]>([
    ['a clone', (x) => tf.clone(x)],
    ['a reshape to the same shape', (x) => tf.reshape(x, [2, 3])],
    ['a transpose that moves nothing', (x) => tf.transpose(x, [0, 1])],
    ['one copy', (x) => tf.tile(x, [1, 1])],
    ['+ 0', (x) => tf.add(x, 0)],
    ['0 +', (x) => tf.add(0, x)],
    ['- 0', (x) => tf.sub(x, 0)],
    ['* 1', (x) => tf.mul(x, tf.ones([2, 3]))],
    ['/ 1', (x) => tf.div(x, 1)],
    ['two negations', (x) => tf.neg(tf.neg(x))],
    ['where(true)', (x) => tf.where(tf.tensor2d([1, 1, 1, 1, 1, 1], [2, 3], 'bool'), x, tf.zeros([2, 3]))],
    ['a concatenation of one', (x) => tf.concat([x], 0)],
  ])('drops %s', (_name, fn) => {
    const before = program(fn);
    const after = removeDeadCode(removeIdentities(before));
    expect(after.nodes).toEqual([]);
    expectSameResults(before, after);
  });

  it.each<[string, (x: tf.Tensor) => tf.Tensor]>([
    ['+ 0 that broadcasts', (x) => tf.add(x, tf.zeros([4, 2, 3]))],
    ['* 0, which is NaN for infinities', (x) => tf.mul(x, 0)],
    ['0 -', (x) => tf.sub(0, x)],
    ['1 /', (x) => tf.div(1, x)],
    ['a cast to another dtype', (x) => tf.cast(x, 'int32')],
  ])('keeps %s', (_name, fn) => {
    expect(removeIdentities(program(fn)).nodes).toHaveLength(1);
  });

  it('keeps the gradient of tf.customGrad, which only forExecution drops', () => {
    const custom = program((x) =>
      tf.customGrad((y) => ({ value: tf.add(y as tf.Tensor, 1), gradFunc: (dy) => tf.mul(dy, 2) }))(x),
    );
    expect(kernels(simplify(custom))).toEqual(['Add', 'CustomGradient']);
    expect(kernels(forExecution(custom))).toEqual(['Add']);
    expectSameResults(custom, forExecution(custom));
  });
});

describe('mergeCommon', () => {
  it('does the same computation once, whatever the order of what may be swapped', () => {
    const before = program((x) => tf.mul(tf.add(tf.exp(x), tf.neg(x)), tf.add(tf.neg(x), tf.exp(x))));
    const after = mergeCommon(before);
    expect(kernels(after)).toEqual(['Exp', 'Neg', 'Add', 'Multiply']);
    expectSameResults(before, after);
  });

  it('keeps apart what differs in an attribute or in the order of what may not be swapped', () => {
    const before = program((x) => [tf.sub(x, tf.neg(x)), tf.sub(tf.neg(x), x), tf.sum(x, 0), tf.sum(x, 1)]);
    expect(kernels(mergeCommon(before))).toEqual(['Neg', 'Sub', 'Sub', 'Sum', 'Sum']);
  });

  it('keeps equal constants once, and 0 apart from -0', () => {
    const before = program((x) =>
      tf.add(
        tf.add(tf.mul(x, tf.tensor1d([1, 2, 3])), tf.div(x, tf.tensor1d([1, 2, 3]))),
        tf.tensor1d([1, 2, 4]),
      ),
    );
    const after = mergeCommon(before);
    expect(after.constants.map((constant) => [...constant.data])).toEqual([
      [1, 2, 3],
      [1, 2, 4],
    ]);
    expectSameResults(before, after);
    expect(mergeCommon(program((x) => tf.add(tf.mul(x, 0), tf.mul(x, -0)))).nodes).toHaveLength(3);
  });

  it('draws different random numbers for different draws', () => {
    const before = program((x) => tf.sub(tf.add(x, random.normal([2, 3])), tf.add(x, random.normal([2, 3]))));
    expect(mergeCommon(before).nodes).toHaveLength(3);
  });
});

describe('foldConstants', () => {
  it('computes element-wise kernels on small constants with float32 roundings', () => {
    const before = program((x) =>
      tf.add(x, tf.div(tf.add(tf.tensor1d([0.1, 0.2, 0.3]), tf.scalar(0.7)), tf.tensor2d([[3], [7]]))),
    );
    const after = removeDeadCode(foldConstants(before));
    expect(kernels(after)).toEqual(['Add']);
    expectSameResults(before, after);
  });

  it('keeps a large tensor of one number as a Fill, however large', () => {
    const before = program((x) => tf.add(x, tf.mul(tf.sqrt(tf.onesLike(x)), 4)), arg(100, 100));
    const after = removeDeadCode(foldConstants(before));
    expect(kernels(after)).toEqual(['Fill', 'Add']);
    expectSameResults(before, after);
  });

  it('leaves kernels whose last bits differ between backends, NaN and integers out of range', () => {
    const before = program(() => [
      tf.exp(tf.scalar(1)),
      tf.add(tf.scalar(NaN), 1),
      tf.div(tf.scalar(0), 0),
      tf.add(tf.scalar(2 ** 31 - 1, 'int32'), tf.scalar(1, 'int32')),
    ]);
    expect(foldConstants(before).nodes).toHaveLength(4);
  });

  it('sums and averages whole numbers where the sum is exact', () => {
    const before = program((x) => [
      tf.sum(tf.ones([5, 7])),
      tf.mean(tf.fill([4, 2], 3), 0),
      tf.sum(tf.fill([3], 0.1)),
      x,
    ]);
    const after = foldConstants(before);
    expect(kernels(removeDeadCode(after))).toEqual(['Fill', 'Fill', 'Sum']);
    expectSameResults(before, after);
  });
});

describe('simplifyAlgebra', () => {
  it.each<[string, (x: tf.Tensor) => tf.Tensor, string[]]>([
    ['reshapes of reshapes', (x) => tf.reshape(tf.expandDims(tf.reshape(x, [6]), 0), [3, 2]), ['Reshape']],
    ['reshapes there and back', (x) => tf.reshape(tf.reshape(x, [6]), [2, 3]), []],
    [
      'transposes of transposes',
      (x) => tf.transpose(tf.transpose(tf.reshape(x, [1, 2, 3]), [2, 0, 1]), [0, 2, 1]),
      ['Reshape', 'Transpose'],
    ],
    ['transposes there and back', (x) => tf.transpose(tf.transpose(x)), []],
    ['sums over axes of size one', (x) => tf.sum(tf.reshape(x, [2, 1, 3]), 1), []],
    [
      'copies that a product can make itself',
      (x) => tf.mul(x, tf.tile(tf.reshape(tf.sum(x, 0), [1, 3]), [2, 1])),
      ['Sum', 'Reshape', 'Multiply'],
    ],
    [
      'a product with ones that a sum can spread',
      (x) => tf.add(x, tf.mul(tf.sum(x), tf.ones([2, 3]))),
      ['Sum', 'Reshape', 'Add'],
    ],
    [
      'copies under element-wise kernels',
      (x) => tf.div(tf.neg(tf.mul(tf.sum(x, 0, true), tf.ones([2, 3]))), 4),
      ['Sum', 'Neg', 'RealDiv', 'Tile'],
    ],
    ['a tensor of one number', (x) => tf.mul(x, tf.fill([2, 3], 5)), ['Multiply']],
  ])('shortens %s', (_name, fn, expected) => {
    const before = program(fn);
    const after = simplify(before);
    expect(kernels(after)).toEqual(expected);
    expectSameResults(before, after);
  });

  it('leaves a Program alone in which there is nothing to do', () => {
    const before = program((x) => tf.relu(tf.matMul(x, tf.tensor2d([[1], [2], [3]]))));
    expect(simplifyAlgebra(before)).toBe(before);
    expect(removeIdentities(before)).toBe(before);
    expect(foldConstants(before)).toBe(before);
    expect(mergeCommon(before)).toBe(before);
  });
});

describe('canonicalise', () => {
  it('makes Programs print equally that differ in the order of their statements and of what may be swapped', () => {
    const a = program((x) => {
      const p = tf.exp(x);
      const q = tf.neg(x);
      return tf.add(p, q);
    });
    const b = program((x) => {
      tf.sin(x);
      const q = tf.neg(x);
      const p = tf.exp(x);
      return tf.add(q, p);
    });
    expect(a.toString()).not.toBe(b.toString());
    expect(canonicalise(a).toString()).toBe(canonicalise(b).toString());
    expectSameResults(b, canonicalise(b));
  });

  it('keeps inputs, outputs and updates in place', () => {
    const before = program((x, y) => [tf.neg(y!), x], arg(2), arg(3));
    const after = canonicalise(before.with({ updates: [{ output: 1, input: 0 }] }));
    expect(after.toString()).toMatchInlineSnapshot(`
      "program(%0: float32[2] argument "x", %1: float32[3] argument "x")
        %2: float32[3] = Neg(x: %1)
        return %2 "output_0", %0 "output_1" -> %0"
    `);
  });
});

describe('diffPrograms', () => {
  const base = program((x) => tf.relu(tf.add(tf.mul(x, 2), 1)));

  it('finds no difference between Programs that do the same', () => {
    expect(
      diffPrograms(
        base,
        program((x) => tf.relu(tf.add(1, tf.mul(tf.clone(x), tf.add(1, 1))))),
      ),
    ).toBeNull();
  });

  it('shows the lines that differ', () => {
    expect(
      diffPrograms(
        base,
        program((x) => tf.elu(tf.add(tf.mul(x, 2), 1))),
      ),
    ).toMatchInlineSnapshot(`
      "-   %5: float32[2, 3] = Relu(x: %4)
      +   %5: float32[2, 3] = Elu(x: %4)"
    `);
  });

  it('sees a difference in the middle of a large constant', () => {
    const values = Array.from({ length: 3000 }, (_, i) => Math.sin(i));
    const plus = (list: number[]): Program => program((x) => tf.add(x, tf.tensor1d(list)), arg(3000));
    expect(diffPrograms(plus(values), plus([...values]))).toBeNull();
    expect(diffPrograms(plus(values), plus(values.map((v, i) => (i === 1500 ? 0 : v))))).toMatch(
      /^- .*constant.*\n\+ .*constant/,
    );
  });
});

describe('simplify', () => {
  it('shrinks a training step and keeps its bits', () => {
    const before = program(
      (x, w) => {
        const loss = tf.mean(tf.square(tf.relu(tf.matMul(x!, w!))));
        const [dw] = gradients(loss, [w!]);
        return [loss, tf.sub(w!, tf.mul(dw!, 0.1))];
      },
      arg(2, 3),
      { ...arg(3, 4), name: 'w' },
    );
    const after = simplify(before);
    expect(after.nodes.length).toBeLessThan(before.nodes.length);
    expectSameResults(before, after);
  });

  it('changes nothing a second time, and keeps the results, on random Programs', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(steps.length - 1), fc.nat(), fc.nat()), { minLength: 1, maxLength: 14 }),
        (plan) => {
          const before = program((x) => {
            const values: tf.Tensor[] = [
              x,
              tf.scalar(1),
              tf.zeros([2, 3]),
              tf.fill([1, 3], 2),
              tf.tensor2d([[1], [-3]]),
            ];
            for (const [step, i, j] of plan)
              values.push(steps[step]!(values[i % values.length]!, values[j % values.length]!));
            return values.slice(5);
          });
          const after = simplify(before);
          expectSameResults(before, after);
          expect(simplify(after).toString()).toBe(after.toString());
          expect(canonicalise(after).toString()).toBe(after.toString());
        },
      ),
      { numRuns: 300, seed: 1 },
    );
  });

  it('takes chains of 10,000 nodes without running out of stack', () => {
    const chain = repeated('Exp', 10_000);
    expect(simplify(chain).nodes).toHaveLength(10_000);
    expect(simplify(repeated('Neg', 10_000)).nodes).toHaveLength(0);
    expect(canonicalise(chain).nodes).toHaveLength(10_000);
    expect(diffPrograms(chain, chain)).toBeNull();
  });
});

const steps: ((a: tf.Tensor, b: tf.Tensor) => tf.Tensor)[] = [
  (a, b) => (fits(a, b) ? tf.add(a, b) : tf.neg(a)),
  (a, b) => (fits(a, b) ? tf.mul(a, b) : tf.neg(b)),
  (a, b) => (fits(a, b) ? tf.sub(a, b) : tf.square(a)),
  (a, b) => (fits(a, b) ? tf.maximum(a, b) : tf.relu(a)),
  (a, b) => (fits(a, b) ? tf.cast(tf.greater(a, b), 'float32') : tf.abs(a)),
  (a) => tf.neg(a),
  (a) => tf.relu(a),
  (a) => tf.clone(a),
  (a) => tf.zerosLike(a),
  (a) => tf.onesLike(a),
  (a) => tf.sum(a, 0 < a.rank ? 0 : undefined, true),
  (a) => tf.mean(a),
  (a) => tf.transpose(a),
  (a) => tf.reshape(a, [-1]),
  (a) => tf.expandDims(a.rank > 2 ? tf.sum(a, 0) : a, 0),
  (a) => (a.rank === 2 && a.shape[0] === 1 ? tf.tile(a, [2, 1]) : tf.mul(a, 2)),
  (a) => tf.cast(tf.cast(a, 'bool'), 'float32'),
];

/** Small magnitudes alone: growing squares would overflow to NaN, which says nothing. */
function fits(a: tf.Tensor, b: tf.Tensor): boolean {
  const length = Math.min(a.rank, b.rank);
  for (let i = 1; i <= length; i++) {
    const p = a.shape[a.rank - i];
    const q = b.shape[b.rank - i];
    if (p !== q && p !== 1 && q !== 1) return false;
  }
  return Math.max(a.size, b.size) < 200;
}

function repeated(kernel: string, length: number): Program {
  const values: ValueType[] = Array.from({ length: length + 1 }, () => ({ shape: [], dtype: 'float32' }));
  const nodes = Array.from({ length }, (_, i): ProgramNode => ({
    kernel,
    inputs: { x: i },
    attrs: {},
    outputs: [i + 1],
    scope: '',
  }));
  return new Program({
    values,
    nodes,
    constants: [],
    inputs: [{ id: 0, name: 'x', kind: 'argument' }],
    outputs: [{ id: length, name: 'y' }],
  });
}
