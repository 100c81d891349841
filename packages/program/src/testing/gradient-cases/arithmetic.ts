// Gradient cases of element-wise arithmetic: equal shapes and every way to broadcast.
import * as tf from '@tensorflow/tfjs-core';
import { withOptions, type GradientCase } from '../gradient-case.js';
import { op } from '../kernel-case.js';
import { floats, given } from '../sample.js';

type Binary = (a: tf.Tensor, b: tf.Tensor) => tf.Tensor;

const functions: Readonly<Record<string, Binary>> = {
  Add: tf.add,
  Atan2: tf.atan2,
  Maximum: tf.maximum,
  Minimum: tf.minimum,
  Multiply: tf.mul,
  Pow: tf.pow,
  RealDiv: tf.div,
  SquaredDifference: tf.squaredDifference,
  Sub: tf.sub,
};

const shapes: readonly (readonly [number[], number[]])[] = [
  [
    [2, 3],
    [2, 3],
  ],
  [[2, 3], [3]],
  [[], [2, 3]],
  [
    [2, 1, 3],
    [2, 1],
  ],
  [
    [1, 3],
    [2, 1],
  ],
];

/** A product of complex numbers, through its real and its imaginary part. */
function ofComplex(fn: Binary) {
  return (ar: tf.Tensor, ai: tf.Tensor, br: tf.Tensor, bi: tf.Tensor): tf.Tensor[] => {
    const y = fn(tf.complex(ar, ai), tf.complex(br, bi));
    return [tf.real(y), tf.imag(y)];
  };
}

const complexInputs = [[2, 2], [2, 2], [2], [2]].map((shape, i) => floats(shape, 0.2 + i, 1 + i));

export const arithmetic: readonly GradientCase[] = [
  ...Object.entries(functions).flatMap(([kernel, fn]) =>
    shapes.map(([a, b]) => op(kernel, '', [floats(a, 0.6, 2.3), floats(b, 0.83, 1.9)], fn)),
  ),
  withOptions(op('Pow', 'of negative numbers', [given([-1.5, -0.5, 0.5, 2]), given([2])], tf.pow), {
    by: [0],
  }),
  op('Atan2', 'in every quadrant', [given([1, 1, -1, -1]), given([2, -2, 0.5, -0.5])], tf.atan2),
  op('Mod', '', [given([5.3, -5.3, 7.1]), given([2, 2, -3])], tf.mod),
  op('Mod', 'broadcast', [given([5.3, 7.4, 1.2, 3.1], 'float32', [2, 2]), given([2])], tf.mod),
  op('AddN', '', [floats([2, 2], 0, 1), floats([2, 2], 1, 2), floats([2, 2], 2, 3)], (...xs: tf.Tensor[]) =>
    tf.addN(xs),
  ),
  op('Add', 'of complex numbers', complexInputs, ofComplex(tf.add)),
  op('Sub', 'of complex numbers', complexInputs, ofComplex(tf.sub)),
  op('Multiply', 'of complex numbers', complexInputs, ofComplex(tf.mul)),
];
