// keras.ops: common divisors and multiples, and the bits of integers.
import { whileLoop } from '@lamella/program';
import * as tf from '@tensorflow/tfjs-core';
import { castTo, withOptions, type OperationCall, type OperationDefinition } from './operation-definition.js';

const int = (value: number): tf.Scalar => tf.scalar(value, 'int32');

const ofIntegers = (
  fn: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor,
  parameters: readonly [string, string] = ['x1', 'x2'],
): OperationDefinition => ({
  parameters,
  options: [],
  run: (call) => {
    const pair = call.pair(...parameters);
    if (pair[0].dtype === 'float32') throw call.fail('expected integers, got floats');
    const [a, b] = pair.map((x) => tf.cast(x, 'int32')) as [tf.Tensor, tf.Tensor];
    return castTo(fn(a, b), pair[0].dtype as 'int32' | 'bool');
  },
});

type Pair = readonly [tf.Tensor, tf.Tensor];

/** Euclid's algorithm, for all pairs until the last one is done. */
function commonDivisor(x: tf.Tensor, y: tf.Tensor): tf.Tensor {
  const zeros = tf.zerosLike(tf.add(x, y));
  const start: Pair = [tf.add(tf.abs(x), zeros), tf.add(tf.abs(y), zeros)];
  const [found] = whileLoop(
    ([, b]: Pair) => tf.any(tf.notEqual(b, int(0))),
    ([a, b]: Pair): Pair => {
      const isDone = tf.equal(b, int(0));
      return [tf.where(isDone, a, b), tf.where(isDone, b, tf.mod(a, tf.where(isDone, int(1), b)))];
    },
    start,
  );
  return found;
}

export const Gcd = ofIntegers(commonDivisor);
export const Lcm = ofIntegers((a, b) => {
  const divisor = tf.maximum(commonDivisor(a, b), int(1));
  return tf.mul(tf.floorDiv(tf.abs(a), divisor), tf.abs(b));
});

const names = ['x', 'y'] as const;
const and = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => tf.bitwiseAnd(a, b);
/** Two to the power of each value, as a table: the highest bit is the sign. */
const power = (y: tf.Tensor): tf.Tensor =>
  tf.gather(
    tf.tensor1d(
      Array.from({ length: 32 }, (_, i) => (1 << i) | 0),
      'int32',
    ),
    y as tf.Tensor1D,
  );

export const BitwiseAnd = ofIntegers(and, [...names]);
export const BitwiseOr = ofIntegers((a, b) => tf.sub(tf.add(a, b), and(a, b)), [...names]);
export const BitwiseXor = ofIntegers((a, b) => tf.sub(tf.add(a, b), tf.mul(int(2), and(a, b))), [...names]);
export const BitwiseLeftShift = ofIntegers((a, b) => tf.mul(a, power(b)), [...names]);
export const LeftShift = BitwiseLeftShift;
export const BitwiseRightShift = ofIntegers(
  // By 31 places only the sign is left.
  (a, b) =>
    tf.where(
      tf.greaterEqual(b, int(31)),
      tf.neg(tf.cast(tf.less(a, int(0)), 'int32')),
      tf.floorDiv(a, power(tf.minimum(b, int(30)))),
    ),
  [...names],
);
export const RightShift = BitwiseRightShift;
export const BitwiseInvert = withOptions([], (x, call: OperationCall) => {
  if (x.dtype === 'float32') throw call.fail('expected integers, got floats');
  return x.dtype === 'bool' ? tf.logicalNot(x) : tf.sub(int(-1), x);
});
export const BitwiseNot = BitwiseInvert;
