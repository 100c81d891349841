import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { gradients, HostTensor } from '@lamella/program';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { bool, expectLikeCpu, float, int, numbers, program, releaseTensors } from '../testing/like-cpu.js';
import { supports } from './table.js';

beforeAll(() => tf.setBackend('cpu'));
afterEach(releaseTensors);

type Unary = (x: tf.Tensor) => tf.Tensor;
const special = new HostTensor(
  Float32Array.from([
    0,
    -0,
    NaN,
    Infinity,
    -Infinity,
    1,
    -1,
    0.5,
    -0.5,
    1.5,
    2.5,
    -2.5,
    3e9,
    -3e9,
    1e20,
    1e-42,
    88,
    -88,
    200,
    -200,
    7,
  ]),
  [21],
);

const unary: Record<string, Unary> = {
  abs: tf.abs,
  ceil: tf.ceil,
  clipByValue: (x) => tf.clipByValue(x, -0.5, 1.2),
  elu: tf.elu,
  erf: tf.erf,
  exp: tf.exp,
  expm1: tf.expm1,
  floor: tf.floor,
  isFinite: tf.isFinite,
  isInf: tf.isInf,
  isNaN: tf.isNaN,
  leakyRelu: (x) => tf.leakyRelu(x, 0.3),
  log: tf.log,
  log1p: tf.log1p,
  neg: tf.neg,
  onesLike: tf.onesLike,
  reciprocal: tf.reciprocal,
  relu: tf.relu,
  relu6: tf.relu6,
  round: tf.round,
  rsqrt: tf.rsqrt,
  selu: tf.selu,
  sigmoid: tf.sigmoid,
  sign: tf.sign,
  softplus: tf.softplus,
  sqrt: tf.sqrt,
  square: tf.square,
  step: (x) => tf.step(x, 0.25),
  tanh: tf.tanh,
  toBool: (x) => tf.cast(x, 'bool'),
  toInt: (x) => tf.cast(x, 'int32'),
};

const binary: Record<string, (a: tf.Tensor, b: tf.Tensor) => tf.Tensor> = {
  add: tf.add,
  div: tf.div,
  equal: tf.equal,
  floorDiv: tf.floorDiv,
  greater: tf.greater,
  greaterEqual: tf.greaterEqual,
  less: tf.less,
  lessEqual: tf.lessEqual,
  maximum: tf.maximum,
  minimum: tf.minimum,
  mod: tf.mod,
  mul: tf.mul,
  notEqual: tf.notEqual,
  squaredDifference: tf.squaredDifference,
  sub: tf.sub,
};

describe('element-wise kernels', () => {
  it.each(Object.keys(unary))('%s gives what backend-cpu gives, special numbers included', async (name) => {
    await expectLikeCpu(
      program((x) => unary[name]!(x), float('x', 21)),
      [special],
    );
    await expectLikeCpu(program((x) => unary[name]!(x), float('x', 3, 7)));
  });

  it.each(Object.keys(binary))('%s gives what backend-cpu gives, special numbers included', async (name) => {
    const apply = binary[name]!;
    const pairs = program((a, b) => apply(tf.reshape(a, [21, 1]), b), float('a', 21), float('b', 21));
    await expectLikeCpu(pairs, [special, special]);
    const ints = new HostTensor(
      Int32Array.from([0, 1, -1, 7, -7, 2 ** 31 - 1, -(2 ** 31), 65537, 3]),
      [9],
      'int32',
    );
    await expectLikeCpu(
      program((a, b) => apply(tf.reshape(a, [9, 1]), b), int('a', 9), int('b', 9)),
      [ints, ints],
    );
  });

  it.each(['abs', 'neg', 'sign', 'square', 'relu', 'exp', 'toBool', 'clipByValue', 'step', 'round'])(
    '%s of integers gives what backend-cpu gives',
    async (name) => {
      await expectLikeCpu(program((x) => unary[name]!(x), int('x', 11)));
    },
  );

  it('pow, prelu, eluGrad, where and logic give what backend-cpu gives', async () => {
    await expectLikeCpu(
      program((a, b) => tf.pow(tf.reshape(a, [21, 1]), b), float('a', 21), float('b', 21)),
      [special, special],
    );
    await expectLikeCpu(program((x, a) => tf.prelu(x, a), float('x', 5, 3), float('a', 3)));
    await expectLikeCpu(program((x) => gradients(tf.sum(tf.elu(x)), [x])[0]!, float('x', 13)));
    await expectLikeCpu(program((c, a, b) => tf.where(c, a, b), bool('c', 9), float('a', 9), float('b', 9)));
    await expectLikeCpu(
      program(
        (a, b) => [
          tf.logicalAnd(a, b),
          tf.logicalOr(a, b),
          tf.logicalXor(a, b),
          tf.logicalNot(a),
          tf.cast(a, 'float32'),
        ],
        bool('a', 19),
        bool('b', 19),
      ),
    );
  });

  it('narrow integers are read as they are stored', async () => {
    for (const storage of ['uint8', 'int8', 'uint16', 'int16'] as const) {
      const of = program((x) => tf.div(tf.cast(x, 'float32'), 255), { ...int('x', 23), storage });
      const input = HostTensor.zeros([23], storage);
      input.data.forEach((_, i) => (input.data[i] = i * 97 - 500));
      await expectLikeCpu(of, [input]);
    }
  });

  it('whatever is composed of them gives what backend-cpu gives', async () => {
    const smooth = [
      'abs',
      'tanh',
      'sigmoid',
      'relu',
      'neg',
      'clipByValue',
      'softplus',
      'elu',
      'square',
    ] as const;
    const joining = ['add', 'sub', 'mul', 'maximum', 'minimum', 'squaredDifference'] as const;
    const steps = fc.array(
      fc.record({
        operation: fc.oneof(fc.constantFrom(...smooth), fc.constantFrom(...joining)),
        left: fc.nat(),
        right: fc.nat(),
      }),
      { minLength: 1, maxLength: 12 },
    );
    const shapes = fc.constantFrom<[number[], number[]][]>(
      [[7], [7]],
      [[3, 5], [5]],
      [
        [4, 1],
        [1, 9],
      ],
      [
        [2, 3, 4],
        [3, 1],
      ],
      [[1030], []],
      [[], []],
    );
    await fc.assert(
      fc.asyncProperty(
        steps,
        shapes,
        fc.integer({ min: 1, max: 1000 }),
        async (list, [first, second], seed) => {
          const of = program(
            (x, y) => {
              const values = [x, y];
              for (const { operation, left, right } of list) {
                const a = values[left % values.length]!;
                const b = values[right % values.length]!;
                const next = operation in unary ? unary[operation]!(a) : binary[operation]!(a, b);
                // Bounded, so that rounding stays small beside the tolerance.
                values.push(tf.clipByValue(next, -8, 8));
              }
              return values.slice(-3);
            },
            float('x', ...first),
            float('y', ...second),
          );
          await expectLikeCpu(of, numbers(of, seed), 1e-4);
          expect(of.nodes.every((node) => supports(node, of))).toBe(true);
        },
      ),
      { numRuns: 60, seed: 7 },
    );
  });
});
