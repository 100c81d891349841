// Element-wise functions of one tensor. Gradients are written on the output where that saves a node.
import * as tf from '@tensorflow/tfjs-core';
import type { DType } from '../dtype.js';
import { dtypeMismatch } from '../errors.js';
import { unaryShape } from '../kernel-rules/element-wise.js';
import type { GradientRule } from '../kernel-rules/gradient-rule.js';
import { folded, foldedFloats, type Kernel } from '../kernel-rules/kernel.js';
import { requireNumeric, type Named } from '../kernel-rules/requirements.js';
import { formatShape } from '../shape.js';

type Derivative = (x: tf.Tensor, dy: tf.Tensor, y: tf.Tensor) => tf.Tensor;

function gradientOf(derivative: Derivative): GradientRule {
  return ({ inputs, outputs, dy }) => ({ x: () => derivative(inputs['x']!, dy[0]!, outputs[0]!) });
}

function unary(kernel: string, derivative: Derivative, more: Partial<Kernel> = {}): Kernel {
  return {
    shape: unaryShape(kernel),
    gradient: gradientOf(derivative),
    elementWise: 'unary',
    ...more,
  };
}

function unaryWithoutGradient(kernel: string, gradient: string, more: Partial<Kernel> = {}): Kernel {
  return { shape: unaryShape(kernel), gradient, elementWise: 'unary', ...more };
}

function truth(kernel: string, more: Partial<Kernel> = {}): Kernel {
  const shape = unaryShape(kernel, 'bool');
  return { shape, gradient: 'its output is boolean', elementWise: 'unary', ...more };
}

const flat = 'piecewise constant: its derivative is zero wherever it exists';

export const Abs = unary('Abs', (x, dy) => tf.mul(dy, tf.sign(x)), {
  chooses: true,
  fold: folded(Math.abs),
});
export const Acos = unary('Acos', (x, dy) => tf.neg(tf.div(dy, tf.sqrt(tf.sub(1, tf.square(x))))));
export const Acosh = unary('Acosh', (x, dy) => tf.div(dy, tf.sqrt(tf.sub(tf.square(x), 1))));
export const Asin = unary('Asin', (x, dy) => tf.div(dy, tf.sqrt(tf.sub(1, tf.square(x)))));
export const Asinh = unary('Asinh', (x, dy) => tf.div(dy, tf.sqrt(tf.add(tf.square(x), 1))));
export const Atan = unary('Atan', (x, dy) => tf.div(dy, tf.add(tf.square(x), 1)));
export const Atanh = unary('Atanh', (x, dy) => tf.div(dy, tf.sub(1, tf.square(x))));
export const Ceil = unaryWithoutGradient('Ceil', flat, { fold: folded(Math.ceil) });
// A value inside the bounds, or at one of them, comes out unchanged: then the gradient passes.
export const ClipByValue = unary('ClipByValue', (x, dy, y) => tf.mul(dy, tf.cast(tf.equal(x, y), 'float32')));
export const Cos = unary('Cos', (x, dy) => tf.neg(tf.mul(dy, tf.sin(x))));
export const Cosh = unary('Cosh', (x, dy) => tf.mul(dy, tf.sinh(x)));
export const Erf = unary('Erf', (x, dy) =>
  tf.mul(dy, tf.mul(tf.exp(tf.neg(tf.square(x))), 2 / Math.sqrt(Math.PI))),
);
export const Exp = unary('Exp', (_x, dy, y) => tf.mul(dy, y), { shape: unaryShape('Exp', 'float32') });
export const Expm1 = unary('Expm1', (_x, dy, y) => tf.mul(dy, tf.add(y, 1)));
export const Floor = unaryWithoutGradient('Floor', flat, { fold: folded(Math.floor) });
export const IsFinite = truth('IsFinite');
export const IsInf = truth('IsInf');
export const IsNan = truth('IsNan');
export const Log = unary('Log', (x, dy) => tf.div(dy, x));
export const Log1p = unary('Log1p', (x, dy) => tf.div(dy, tf.add(x, 1)));
export const LogicalNot = truth('LogicalNot', {
  involution: true,
  fold: folded((x) => Number(x === 0), 'bool'),
});
export const Neg = unary('Neg', (_x, dy) => tf.neg(dy), {
  chooses: true,
  involution: true,
  fold: folded((x) => -x),
});
export const Reciprocal = unary('Reciprocal', (_x, dy, y) => tf.neg(tf.mul(dy, tf.square(y))), {
  fold: foldedFloats((x) => 1 / x),
});
export const Round = unaryWithoutGradient('Round', flat);
export const Rsqrt = unary('Rsqrt', (_x, dy, y) => tf.mul(dy, tf.mul(tf.mul(y, tf.square(y)), -0.5)));
export const Sign = unaryWithoutGradient('Sign', flat, { fold: folded(Math.sign) });
export const Sin = unary('Sin', (x, dy) => tf.mul(dy, tf.cos(x)));
export const Sinh = unary('Sinh', (x, dy) => tf.mul(dy, tf.cosh(x)));
export const Sqrt = unary('Sqrt', (_x, dy, y) => tf.div(tf.mul(dy, 0.5), y), {
  fold: foldedFloats(Math.sqrt),
});
export const Square = unary('Square', (x, dy) => tf.mul(dy, tf.mul(x, 2)), { fold: folded((x) => x * x) });
export const Step = unaryWithoutGradient('Step', flat, {
  attributes: ({ alpha = 0 }: { alpha?: number }) => ({ alpha }),
});
export const Tan = unary('Tan', (_x, dy, y) => tf.mul(dy, tf.add(tf.square(y), 1)));

export const Identity: Kernel = {
  shape: ({ x }: Named<'x'>) => x,
  gradient: ({ dy }) => ({ x: () => dy[0]! }),
  elementWise: 'unary',
  moves: 'shape',
  same: () => 'x',
};

export const Cast: Kernel = {
  shape: ({ x }: Named<'x'>, { dtype }: { dtype: DType }) => {
    if ((x.dtype === 'string') !== (dtype === 'string')) {
      throw dtypeMismatch(
        'Kernel "Cast"',
        `expected numbers to cast to numbers, got ${x.dtype}${formatShape(x.shape)} to cast to ${dtype}`,
      );
    }
    return { shape: x.shape, dtype };
  },
  gradient: ({ inputs, dy: [dy] }) => ({
    x: () => {
      const { dtype } = inputs['x']!;
      if (dtype === dy!.dtype) return dy!;
      return dtype === 'complex64' ? tf.complex(dy!, tf.zerosLike(dy!)) : tf.real(dy!);
    },
  }),
  elementWise: 'unary',
  fold: folded((x) => x, 'bool'),
  same: () => 'x',
};

function filled(kernel: string, value: number): Kernel {
  return {
    shape: ({ x }: Named<'x'>) => {
      requireNumeric(kernel, 'x', x);
      return x;
    },
    gradient: 'its output does not depend on the values of its inputs',
    elementWise: 'unary',
    splat: () => value,
  };
}

export const ZerosLike = filled('ZerosLike', 0);
export const OnesLike = filled('OnesLike', 1);
