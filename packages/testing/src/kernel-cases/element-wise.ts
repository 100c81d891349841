// Cases of element-wise kernels.
import * as tf from '@tensorflow/tfjs-core';
import { roundKernel } from '@lamella/program';
import { booleans, floats, integers, list, type KernelCase } from '../kernel-case.js';

type Unary = (x: tf.Tensor) => tf.Tensor;
type Binary = (a: tf.Tensor, b: tf.Tensor) => tf.Tensor;

const smooth: Readonly<Record<string, Unary>> = {
  abs: tf.abs,
  atan: tf.atan,
  asinh: tf.asinh,
  ceil: tf.ceil,
  cos: tf.cos,
  cosh: tf.cosh,
  elu: tf.elu,
  erf: tf.erf,
  exp: tf.exp,
  expm1: tf.expm1,
  floor: tf.floor,
  leakyRelu: (x) => tf.leakyRelu(x, 0.3),
  logSigmoid: tf.logSigmoid,
  neg: tf.neg,
  relu: tf.relu,
  relu6: (x) => tf.relu6(tf.mul(x, 4)),
  round: tf.round,
  selu: tf.selu,
  sigmoid: tf.sigmoid,
  sign: tf.sign,
  sin: tf.sin,
  sinh: tf.sinh,
  softplus: tf.softplus,
  square: tf.square,
  step: (x) => tf.step(x, 0.25),
  'step without a slope': (x) => tf.step(x),
  tan: (x) => tf.tan(tf.mul(x, 0.5)),
  tanh: tf.tanh,
};

const positive: Readonly<Record<string, Unary>> = {
  log: tf.log,
  log1p: tf.log1p,
  reciprocal: tf.reciprocal,
  rsqrt: tf.rsqrt,
  sqrt: tf.sqrt,
};
const bounded: Readonly<Record<string, Unary>> = { acos: tf.acos, asin: tf.asin, atanh: tf.atanh };

const binary: Readonly<Record<string, Binary>> = {
  add: tf.add,
  sub: tf.sub,
  mul: tf.mul,
  div: tf.div,
  maximum: tf.maximum,
  minimum: tf.minimum,
  squaredDifference: tf.squaredDifference,
  atan2: tf.atan2,
};

const comparisons: Readonly<Record<string, Binary>> = {
  equal: tf.equal,
  notEqual: tf.notEqual,
  greater: tf.greater,
  greaterEqual: tf.greaterEqual,
  less: tf.less,
  lessEqual: tf.lessEqual,
};

const logic: Readonly<Record<string, Binary>> = {
  logicalAnd: tf.logicalAnd,
  logicalOr: tf.logicalOr,
  logicalXor: tf.logicalXor,
};

function each<T>(
  functions: Readonly<Record<string, T>>,
  make: (name: string, fn: T) => KernelCase,
): KernelCase[] {
  return Object.entries(functions).map(([name, fn]) => make(name, fn));
}

const special = list([NaN, Infinity, -Infinity, 0, -0, 1, -1]);

export const elementWiseCases: readonly KernelCase[] = [
  // tfjs' erf is a polynomial good to 1.5e-7 of its own, and its gradient is not affected.
  ...each(smooth, (name, fn): KernelCase => ({ name, fn, inputs: [floats([3, 5])], withGradient: true })),
  ...each(positive, (name, fn): KernelCase => ({
    name,
    fn,
    inputs: [floats([3, 5], 0.1, 3)],
    withGradient: true,
  })),
  ...each(bounded, (name, fn): KernelCase => ({
    name,
    fn,
    inputs: [floats([3, 5], -0.9, 0.9)],
    withGradient: true,
  })),
  { name: 'acosh', fn: tf.acosh, inputs: [floats([6], 1.1, 4)], withGradient: true },
  {
    name: 'expm1 and log1p near zero',
    fn: (x) => [tf.expm1(x), tf.log1p(x)],
    inputs: [list([1e-9, -1e-7, 1e-5, 1e-3, -3e-4, 0.5])],
  },
  ...each(binary, (name, fn): KernelCase => ({
    name,
    fn: fn as KernelCase['fn'],
    inputs: [floats([4, 3]), floats([4, 3], 0.3, 2.7)],
    withGradient: true,
  })),
  ...each(binary, (name, fn): KernelCase => ({
    name: `${name} with broadcasting`,
    fn: fn as KernelCase['fn'],
    inputs: [floats([2, 1, 3]), floats([4, 1], 0.3, 2.7)],
    withGradient: true,
  })),
  ...each(comparisons, (name, fn): KernelCase => ({
    name,
    fn: fn as KernelCase['fn'],
    inputs: [integers([3, 4], 4), integers([4], 3)],
  })),
  ...each(comparisons, (name, fn): KernelCase => ({
    name: `${name} of floats`,
    fn: (a) => fn(a, tf.scalar(0.25)),
    inputs: [list([0.25, 1, -1, NaN])],
  })),
  ...each(logic, (name, fn): KernelCase => ({
    name,
    fn: fn as KernelCase['fn'],
    inputs: [booleans([3, 4]), booleans([4])],
  })),
  {
    name: 'pow',
    fn: (a, b) => tf.pow(a!, b!),
    inputs: [floats([3, 4], 0.2, 3), floats([4])],
    withGradient: true,
  },
  { name: 'pow of integers', fn: (a) => tf.pow(a!, tf.scalar(3, 'int32')), inputs: [integers([5], 5)] },
  {
    name: 'mod of floats of both signs',
    fn: (a, b) => tf.mod(a!, b!),
    inputs: [list([5.5, -5.5, 5.5, -5.5, 0]), list([2, 2, -2, -2, 3])],
  },
  {
    name: 'mod of integers of both signs',
    fn: (a, b) => tf.mod(a!, b!),
    inputs: [list([7, -7, 7, -7, 5], 'int32'), list([3, 3, -3, -3, 2], 'int32')],
  },
  {
    name: 'floorDiv of integers of both signs',
    fn: (a, b) => tf.floorDiv(a!, b!),
    inputs: [list([7, -7, 7, -7, 6], 'int32'), list([2, 2, -2, -2, 3], 'int32')],
  },
  {
    name: 'floorDiv of floats',
    fn: (a, b) => tf.floorDiv(a!, b!),
    inputs: [list([7.5, -7.5, 3]), list([2, 2, -2])],
  },
  {
    name: 'integer arithmetic',
    fn: (a, b) => [
      tf.add(a!, b!),
      tf.sub(a!, b!),
      tf.mul(a!, b!),
      tf.maximum(a!, b!),
      tf.minimum(a!, b!),
      tf.neg(a!),
      tf.abs(a!),
      tf.square(a!),
      tf.sign(a!),
    ],
    inputs: [list([1, -2, 30000, 16777217], 'int32'), list([5, 7, -9, 1], 'int32')],
  },
  {
    name: 'sums of bools',
    fn: (a, b) => tf.add(tf.cast(a!, 'float32'), tf.cast(b!, 'int32')),
    inputs: [booleans([5]), booleans([5])],
  },
  {
    name: 'addN',
    fn: (a, b, c) => tf.addN([a!, b!, c!]),
    inputs: [floats([3, 2]), floats([3, 2], 0, 1), floats([3, 2], 4, 5)],
    withGradient: true,
  },
  {
    name: 'clipByValue',
    fn: (x) => tf.clipByValue(x!, -0.5, 1.25),
    inputs: [floats([3, 5])],
    withGradient: true,
  },
  {
    name: 'clipByValue of integers',
    fn: (x) => tf.clipByValue(x!, -1, 2),
    inputs: [list([-5, 0, 7], 'int32')],
  },
  {
    name: 'prelu',
    fn: (x, alpha) => tf.prelu(x!, alpha!),
    inputs: [floats([2, 3, 4]), floats([3, 4], 0, 0.5)],
    withGradient: true,
  },
  {
    name: 'where',
    fn: (c, a, b) => tf.where(c!, a!, b!),
    inputs: [booleans([3, 4]), floats([3, 4]), floats([3, 4], 5, 6)],
    withGradient: true,
  },
  {
    name: 'where with broadcasting',
    fn: (c, a, b) => tf.where(c!, a!, b!),
    inputs: [booleans([4]), floats([3, 4]), floats([1], 5, 6)],
    withGradient: true,
  },
  {
    name: 'where of bools and of integers',
    fn: (c, a, b) => [tf.where(c!, tf.cast(a!, 'bool'), tf.cast(b!, 'bool')), tf.where(c!, a!, b!)],
    inputs: [booleans([6]), integers([6], 2), integers([6], 5)],
  },
  { name: 'logicalNot', fn: (x) => tf.logicalNot(x!), inputs: [booleans([5])] },
  {
    name: 'isNaN, isInf and isFinite',
    fn: (x) => [tf.isNaN(x!), tf.isInf(x!), tf.isFinite(x!)],
    inputs: [special],
  },
  {
    name: 'bitwiseAnd',
    fn: (a, b) => tf.bitwiseAnd(a!, b!),
    inputs: [list([12, 10, -1], 'int32'), list([10, 6, 255], 'int32')],
  },
  {
    name: 'NaN through relu, relu6, clipByValue, maximum and minimum',
    fn: (x) => [tf.relu(x!), tf.relu6(x!), tf.clipByValue(x!, -2, 2), tf.maximum(x!, 0), tf.minimum(x!, 0)],
    inputs: [special],
  },
  {
    name: 'NaN and infinities through arithmetic',
    fn: (x) => [tf.add(x!, 1), tf.mul(x!, 0), tf.exp(x!), tf.sigmoid(x!), tf.tanh(x!), tf.abs(x!)],
    inputs: [special],
  },
  {
    name: 'cast between all dtypes',
    fn: (f, i, b) => [
      tf.cast(f!, 'int32'),
      tf.cast(f!, 'bool'),
      tf.cast(i!, 'float32'),
      tf.cast(i!, 'bool'),
      tf.cast(b!, 'float32'),
      tf.cast(b!, 'int32'),
    ],
    inputs: [list([1.9, -1.9, 0, 0.4, -3]), list([0, 2, -1], 'int32'), booleans([4])],
  },
  ...(['float16', 'bfloat16'] as const).map((dtype): KernelCase => ({
    name: `rounding to ${dtype}`,
    fn: (x) => tf.engine().runKernel(roundKernel, { x: x! }, { dtype }) as unknown as tf.Tensor,
    // Halfway between two numbers of either; the largest, and beyond; subnormal ones; none at all.
    inputs: [
      list([
        1 + 2 ** -11,
        1 + 3 * 2 ** -11,
        1 + 2 ** -8,
        1 + 3 * 2 ** -8,
        0.1,
        -1 / 3,
        65519,
        65520,
        -1e6,
        3.4e38,
        2 ** -24,
        2 ** -25,
        3e-8,
        1e-40,
        -0,
        Infinity,
        NaN,
      ]),
    ],
  })),
  {
    name: 'fused constants of one value',
    fn: (x) => tf.mul(tf.add(x!, tf.fill([3, 4], 2)), tf.sub(tf.onesLike(x!), tf.zeros([4]))),
    inputs: [floats([3, 4])],
    withGradient: true,
  },
];
