// Element-wise arithmetic on two or more tensors, which are broadcast. Gradients are summed back only where shapes differ.
import * as tf from '@tensorflow/tfjs-core';
import { broadcastShapes } from '../kernel-rules/broadcast.js';
import { byPart, listOf, sumTo } from '../kernel-rules/broadcasting.js';
import { binaryShape } from '../kernel-rules/element-wise.js';
import type { GradientRule, KernelCall } from '../kernel-rules/gradient-rule.js';
import { folded, foldedFloats, type Kernel, type PortableForm } from '../kernel-rules/kernel.js';
import {
  requireDType,
  requireNumeric,
  requireReal,
  requireSameDType,
  requireShape,
  type Named,
} from '../kernel-rules/requirements.js';
import type { ShapeRule } from '../kernel-rules/shape-rule.js';
import type { ValueType } from '../program.js';
import { sameShape } from '../shape.js';

type Partials = (
  a: tf.Tensor,
  b: tf.Tensor,
  dy: tf.Tensor,
  y: tf.Tensor,
) => { a: () => tf.Tensor; b: () => tf.Tensor };

function gradientOf(partials: Partials): GradientRule {
  return ({ inputs, outputs, dy }: KernelCall) => {
    const { a, b } = inputs as { a: tf.Tensor; b: tf.Tensor };
    const found = partials(a, b, dy[0]!, outputs[0]!);
    return { a: () => sumTo(found.a(), a.shape), b: () => sumTo(found.b(), b.shape) };
  };
}

function binary(kernel: string, partials: Partials, more: Partial<Kernel> = {}): Kernel {
  return { shape: binaryShape(kernel), gradient: gradientOf(partials), elementWise: 'binary', ...more };
}

function conjugate(x: tf.Tensor): tf.Tensor {
  return x.dtype === 'complex64' ? tf.complex(tf.real(x), tf.neg(tf.imag(x))) : x;
}

function where(condition: tf.Tensor, dy: tf.Tensor): tf.Tensor {
  return tf.mul(dy, tf.cast(condition, 'float32'));
}

/** These also take complex numbers, and mix them with real ones. */
function complexShape(kernel: string): ShapeRule {
  return ({ a, b }: Named<'a' | 'b'>) => {
    requireNumeric(kernel, 'a', a);
    requireNumeric(kernel, 'b', b);
    const isComplex = a.dtype === 'complex64' || b.dtype === 'complex64';
    if (!isComplex) requireSameDType(kernel, a, b);
    return { shape: broadcastShapes(kernel, a.shape, b.shape), dtype: isComplex ? 'complex64' : a.dtype };
  };
}

interface Parts {
  readonly re: tf.Tensor;
  readonly im: tf.Tensor;
}

/** Broadcasting complex numbers reads past their end. */
function byParts(compute: (a: Parts, b: Parts) => tf.Tensor): PortableForm {
  return (inputs) => {
    const { a, b } = inputs as { a: tf.Tensor; b: tf.Tensor };
    if (![a.dtype, b.dtype].includes('complex64') || sameShape(a.shape, b.shape)) return undefined;
    const partsOf = (x: tf.Tensor): Parts =>
      x.dtype === 'complex64' ? { re: tf.real(x), im: tf.imag(x) } : { re: x, im: tf.zerosLike(x) };
    return compute(partsOf(a), partsOf(b));
  };
}

export const Add: Kernel = {
  shape: complexShape('Add'),
  gradient: gradientOf((_a, _b, dy) => ({ a: () => dy, b: () => dy })),
  elementWise: 'binary',
  commutative: true,
  portable: byParts((a, b) => tf.complex(tf.add(a.re, b.re), tf.add(a.im, b.im))),
  fold: folded((a, b) => a + b),
  same: (_node, splat) => (splat('b') === 0 ? 'a' : splat('a') === 0 ? 'b' : undefined),
};

export const Sub: Kernel = {
  shape: complexShape('Sub'),
  gradient: ({ inputs, dy }) => ({
    a: () => sumTo(dy[0]!, inputs['a']!.shape),
    b: () => byPart(sumTo(dy[0]!, inputs['b']!.shape), tf.neg),
  }),
  elementWise: 'binary',
  portable: byParts((a, b) => tf.complex(tf.sub(a.re, b.re), tf.sub(a.im, b.im))),
  fold: folded((a, b) => a - b),
  same: (_node, splat) => (splat('b') === 0 ? 'a' : undefined),
};

export const Multiply: Kernel = {
  shape: complexShape('Multiply'),
  gradient: gradientOf((a, b, dy) => ({
    a: () => tf.mul(dy, conjugate(b)),
    b: () => tf.mul(dy, conjugate(a)),
  })),
  elementWise: 'binary',
  commutative: true,
  portable: byParts((a, b) =>
    tf.complex(
      tf.sub(tf.mul(a.re, b.re), tf.mul(a.im, b.im)),
      tf.add(tf.mul(a.re, b.im), tf.mul(a.im, b.re)),
    ),
  ),
  fold: folded((a, b) => a * b),
  same: (_node, splat) => (splat('b') === 1 ? 'a' : splat('a') === 1 ? 'b' : undefined),
};

export const RealDiv = binary(
  'RealDiv',
  (_a, b, dy, y) => ({
    a: () => tf.div(dy, b),
    b: () => tf.neg(tf.mul(tf.div(dy, b), y)),
  }),
  {
    fold: foldedFloats((a, b) => a / b),
    same: (_node, splat) => (splat('b') === 1 ? 'a' : undefined),
  },
);

export const AddN: Kernel = {
  shape: (inputs: Readonly<Record<string, ValueType>>) => {
    const [first, ...rest] = Object.values(inputs);
    requireReal('AddN', 'the first tensor', first!);
    rest.forEach((tensor, i) => {
      requireShape('AddN', `tensor ${i + 1}`, tensor, first!.shape, 'as the first');
      requireSameDType('AddN', first!, tensor);
    });
    return first!;
  },
  gradient: ({ inputs, dy }) => Object.fromEntries(listOf(inputs).map((_, i) => [String(i), () => dy[0]!])),
  elementWise: 'several',
  same: ({ inputs }) => (Object.keys(inputs).length === 1 ? '0' : undefined),
};

// At a tie the whole gradient goes to `a`, as in TensorFlow.
export const Maximum = binary(
  'Maximum',
  (a, b, dy) => ({
    a: () => where(tf.greaterEqual(a, b), dy),
    b: () => where(tf.less(a, b), dy),
  }),
  { chooses: true, commutative: true, fold: folded(Math.max) },
);

export const Minimum = binary(
  'Minimum',
  (a, b, dy) => ({
    a: () => where(tf.lessEqual(a, b), dy),
    b: () => where(tf.greater(a, b), dy),
  }),
  { chooses: true, commutative: true, fold: folded(Math.min) },
);

export const Mod = binary('Mod', (a, b, dy) => ({
  a: () => dy,
  b: () => tf.neg(tf.mul(dy, tf.floor(tf.div(a, b)))),
}));

export const FloorDiv: Kernel = {
  shape: binaryShape('FloorDiv', 'int32'),
  gradient: 'piecewise constant: its derivative is zero wherever it exists',
  elementWise: 'binary',
};

export const SquaredDifference = binary(
  'SquaredDifference',
  (a, b, dy) => {
    const toA = (): tf.Tensor => tf.mul(dy, tf.mul(tf.sub(a, b), 2));
    return { a: toA, b: () => tf.neg(toA()) };
  },
  { commutative: true },
);

// `b·a^(b-1)` is 0·∞ where both are zero, and `log a` has no value at or below zero: both get a harmless operand there.
export const Pow = binary('Pow', (a, b, dy, y) => ({
  a: () => {
    const exponent = tf.where(tf.equal(b, 0), tf.onesLike(b), tf.sub(b, 1));
    return tf.mul(dy, tf.mul(b, tf.pow(a, exponent)));
  },
  b: () => tf.mul(dy, tf.mul(y, tf.log(tf.where(tf.greater(a, 0), a, tf.onesLike(a))))),
}));

export const Atan2 = binary('Atan2', (a, b, dy) => {
  const scaled = (): tf.Tensor => tf.div(dy, tf.add(tf.square(a), tf.square(b)));
  return { a: () => tf.mul(scaled(), b), b: () => tf.neg(tf.mul(scaled(), a)) };
});

export const BitwiseAnd: Kernel = {
  shape: ({ a, b }: Named<'a' | 'b'>) => {
    requireDType('BitwiseAnd', 'a', a, 'int32');
    requireDType('BitwiseAnd', 'b', b, 'int32');
    return { shape: broadcastShapes('BitwiseAnd', a.shape, b.shape), dtype: 'int32' };
  },
  gradient: 'its output is integer',
  elementWise: 'binary',
  commutative: true,
};
