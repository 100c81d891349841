// Gradient cases of element-wise functions of one tensor.
import * as tf from '@tensorflow/tfjs-core';
import type { GradientCase } from '../gradient-case.js';
import { op } from '../kernel-case.js';
import { floats, given } from '../sample.js';

type Unary = (x: tf.Tensor) => tf.Tensor;

const anywhere: Readonly<Record<string, Unary>> = {
  Abs: tf.abs,
  Asinh: tf.asinh,
  Atan: tf.atan,
  Cos: tf.cos,
  Cosh: tf.cosh,
  Exp: tf.exp,
  Expm1: tf.expm1,
  Neg: tf.neg,
  Reciprocal: tf.reciprocal,
  Sin: tf.sin,
  Sinh: tf.sinh,
  Square: tf.square,
};
const insideOne: Readonly<Record<string, Unary>> = {
  Acos: tf.acos,
  Asin: tf.asin,
  Atanh: tf.atanh,
  Tan: tf.tan,
};
const positive: Readonly<Record<string, Unary>> = {
  Log: tf.log,
  Log1p: tf.log1p,
  Rsqrt: tf.rsqrt,
  Sqrt: tf.sqrt,
};

const of = (functions: Readonly<Record<string, Unary>>, values: number[]): GradientCase[] =>
  Object.entries(functions).map(([kernel, fn]) => op(kernel, '', [given(values)], fn));

export const unary: readonly GradientCase[] = [
  ...of(anywhere, [-1.7, -0.6, 0.45, 1.3]),
  ...of(insideOne, [-0.7, -0.2, 0.1, 0.6]),
  ...of(positive, [0.3, 0.9, 1.8]),
  op('Acosh', '', [floats([3], 1.3, 3)], tf.acosh),
  op('Erf', '', [given([0.1, 0.5, 1.2])], tf.erf),
  op('ClipByValue', '', [given([-2, -0.5, 0.3, 0.8, 1.7])], (x: tf.Tensor) => tf.clipByValue(x, -1, 1)),
];
