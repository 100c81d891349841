// Gradients of element-wise functions of one tensor, by formula; written on the output where that saves a node.
import * as tf from '@tensorflow/tfjs-core';
import type { GradientRule } from '../gradient-rule.js';

function unary(derivative: (x: tf.Tensor, dy: tf.Tensor, y: tf.Tensor) => tf.Tensor): GradientRule {
  return ({ inputs, outputs, dy }) => ({ x: () => derivative(inputs['x']!, dy[0]!, outputs[0]!) });
}

export const Abs = unary((x, dy) => tf.mul(dy, tf.sign(x)));
export const Acos = unary((x, dy) => tf.neg(tf.div(dy, tf.sqrt(tf.sub(1, tf.square(x))))));
export const Acosh = unary((x, dy) => tf.div(dy, tf.sqrt(tf.sub(tf.square(x), 1))));
export const Asin = unary((x, dy) => tf.div(dy, tf.sqrt(tf.sub(1, tf.square(x)))));
export const Asinh = unary((x, dy) => tf.div(dy, tf.sqrt(tf.add(tf.square(x), 1))));
export const Atan = unary((x, dy) => tf.div(dy, tf.add(tf.square(x), 1)));
export const Atanh = unary((x, dy) => tf.div(dy, tf.sub(1, tf.square(x))));
export const Cos = unary((x, dy) => tf.neg(tf.mul(dy, tf.sin(x))));
export const Cosh = unary((x, dy) => tf.mul(dy, tf.sinh(x)));
export const Erf = unary((x, dy) => tf.mul(dy, tf.mul(tf.exp(tf.neg(tf.square(x))), 2 / Math.sqrt(Math.PI))));
export const Exp = unary((_x, dy, y) => tf.mul(dy, y));
export const Expm1 = unary((_x, dy, y) => tf.mul(dy, tf.add(y, 1)));
export const Log = unary((x, dy) => tf.div(dy, x));
export const Log1p = unary((x, dy) => tf.div(dy, tf.add(x, 1)));
export const Neg = unary((_x, dy) => tf.neg(dy));
export const Reciprocal = unary((_x, dy, y) => tf.neg(tf.mul(dy, tf.square(y))));
export const Rsqrt = unary((_x, dy, y) => tf.mul(dy, tf.mul(tf.mul(y, tf.square(y)), -0.5)));
export const Sin = unary((x, dy) => tf.mul(dy, tf.cos(x)));
export const Sinh = unary((x, dy) => tf.mul(dy, tf.cosh(x)));
export const Sqrt = unary((_x, dy, y) => tf.div(tf.mul(dy, 0.5), y));
export const Square = unary((x, dy) => tf.mul(dy, tf.mul(x, 2)));
export const Tan = unary((_x, dy, y) => tf.mul(dy, tf.add(tf.square(y), 1)));

// A value inside the bounds, or at one of them, comes out unchanged: then the gradient passes.
export const ClipByValue = unary((x, dy, y) => tf.mul(dy, tf.cast(tf.equal(x, y), 'float32')));
