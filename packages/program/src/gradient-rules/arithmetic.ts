// Gradients of element-wise arithmetic on two or more tensors. Broadcast inputs are summed back only where shapes differ.
import * as tf from '@tensorflow/tfjs-core';
import type { GradientRule, KernelCall } from '../gradient-rule.js';
import { byPart, listOf, sumTo } from './broadcasting.js';

type Partials = (
  a: tf.Tensor,
  b: tf.Tensor,
  dy: tf.Tensor,
  y: tf.Tensor,
) => { a: () => tf.Tensor; b: () => tf.Tensor };

function binary(partials: Partials): GradientRule {
  return ({ inputs, outputs, dy }: KernelCall) => {
    const { a, b } = inputs as { a: tf.Tensor; b: tf.Tensor };
    const found = partials(a, b, dy[0]!, outputs[0]!);
    return { a: () => sumTo(found.a(), a.shape), b: () => sumTo(found.b(), b.shape) };
  };
}

function conjugate(x: tf.Tensor): tf.Tensor {
  return x.dtype === 'complex64' ? tf.complex(tf.real(x), tf.neg(tf.imag(x))) : x;
}

function where(condition: tf.Tensor, dy: tf.Tensor): tf.Tensor {
  return tf.mul(dy, tf.cast(condition, 'float32'));
}

export const Add = binary((_a, _b, dy) => ({ a: () => dy, b: () => dy }));

export const Sub: GradientRule = ({ inputs, dy }) => ({
  a: () => sumTo(dy[0]!, inputs['a']!.shape),
  b: () => byPart(sumTo(dy[0]!, inputs['b']!.shape), tf.neg),
});

export const Multiply = binary((a, b, dy) => ({
  a: () => tf.mul(dy, conjugate(b)),
  b: () => tf.mul(dy, conjugate(a)),
}));

export const RealDiv = binary((_a, b, dy, y) => ({
  a: () => tf.div(dy, b),
  b: () => tf.neg(tf.mul(tf.div(dy, b), y)),
}));

export const AddN: GradientRule = ({ inputs, dy }) =>
  Object.fromEntries(listOf(inputs).map((_, i) => [String(i), () => dy[0]!]));

// At a tie the whole gradient goes to `a`, as in TensorFlow.
export const Maximum = binary((a, b, dy) => ({
  a: () => where(tf.greaterEqual(a, b), dy),
  b: () => where(tf.less(a, b), dy),
}));

export const Minimum = binary((a, b, dy) => ({
  a: () => where(tf.lessEqual(a, b), dy),
  b: () => where(tf.greater(a, b), dy),
}));

export const Mod = binary((a, b, dy) => ({
  a: () => dy,
  b: () => tf.neg(tf.mul(dy, tf.floor(tf.div(a, b)))),
}));

export const SquaredDifference = binary((a, b, dy) => {
  const toA = (): tf.Tensor => tf.mul(dy, tf.mul(tf.sub(a, b), 2));
  return { a: toA, b: () => tf.neg(toA()) };
});

// `b·a^(b-1)` is 0·∞ where both are zero, and `log a` has no value at or below zero: both get a harmless operand there.
export const Pow = binary((a, b, dy, y) => ({
  a: () => {
    const exponent = tf.where(tf.equal(b, 0), tf.onesLike(b), tf.sub(b, 1));
    return tf.mul(dy, tf.mul(b, tf.pow(a, exponent)));
  },
  b: () => tf.mul(dy, tf.mul(y, tf.log(tf.where(tf.greater(a, 0), a, tf.onesLike(a))))),
}));

export const Atan2 = binary((a, b, dy) => {
  const scaled = (): tf.Tensor => tf.div(dy, tf.add(tf.square(a), tf.square(b)));
  return { a: () => tf.mul(scaled(), b), b: () => tf.neg(tf.mul(scaled(), a)) };
});
