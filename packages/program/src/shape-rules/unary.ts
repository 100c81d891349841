// Element-wise kernels of one input, and those whose second input follows the first: the shape stays.
import type { DType } from '../dtype.js';
import { dtypeMismatch } from '../errors.js';
import type { ShapeRule } from '../shape-rule.js';
import { formatShape } from '../shape.js';
import { broadcastShapes } from './broadcast.js';
import { requireDType, requireNumeric, requireReal, requireShape, type Named } from './requirements.js';

function unary(kernel: string, dtype?: DType): ShapeRule {
  return ({ x }: Named<'x'>) => {
    requireReal(kernel, 'x', x);
    return { shape: x.shape, dtype: dtype ?? x.dtype };
  };
}

export const Abs = unary('Abs');
export const Acos = unary('Acos');
export const Acosh = unary('Acosh');
export const Asin = unary('Asin');
export const Asinh = unary('Asinh');
export const Atan = unary('Atan');
export const Atanh = unary('Atanh');
export const Ceil = unary('Ceil');
export const ClipByValue = unary('ClipByValue');
export const Cos = unary('Cos');
export const Cosh = unary('Cosh');
export const Elu = unary('Elu');
export const Erf = unary('Erf');
export const Exp = unary('Exp', 'float32');
export const Expm1 = unary('Expm1');
export const Floor = unary('Floor');
export const IsFinite = unary('IsFinite', 'bool');
export const IsInf = unary('IsInf', 'bool');
export const IsNan = unary('IsNan', 'bool');
export const LeakyRelu = unary('LeakyRelu', 'float32');
export const Log = unary('Log');
export const Log1p = unary('Log1p');
export const LogicalNot = unary('LogicalNot', 'bool');
export const Neg = unary('Neg');
export const Reciprocal = unary('Reciprocal');
export const Relu = unary('Relu');
export const Relu6 = unary('Relu6');
export const Round = unary('Round');
export const Rsqrt = unary('Rsqrt');
export const Selu = unary('Selu');
export const Sigmoid = unary('Sigmoid');
export const Sign = unary('Sign');
export const Sin = unary('Sin');
export const Sinh = unary('Sinh');
export const Softplus = unary('Softplus');
export const Sqrt = unary('Sqrt');
export const Square = unary('Square');
export const Step = unary('Step');
export const Tan = unary('Tan');
export const Tanh = unary('Tanh');

export const Identity: ShapeRule = ({ x }: Named<'x'>) => x;

export const Cast: ShapeRule = ({ x }: Named<'x'>, { dtype }: { dtype: DType }) => {
  if ((x.dtype === 'string') !== (dtype === 'string')) {
    throw dtypeMismatch(
      'Kernel "Cast"',
      `expected numbers to cast to numbers, got ${x.dtype}${formatShape(x.shape)} to cast to ${dtype}`,
    );
  }
  return { shape: x.shape, dtype };
};

export const ZerosLike: ShapeRule = ({ x }: Named<'x'>) => {
  requireNumeric('ZerosLike', 'x', x);
  return x;
};

export const OnesLike: ShapeRule = ({ x }: Named<'x'>) => {
  requireNumeric('OnesLike', 'x', x);
  return x;
};

export const EluGrad: ShapeRule = ({ dy, y }: Named<'dy' | 'y'>) => {
  requireShape('EluGrad', 'dy', dy, y.shape, 'as y');
  return { shape: y.shape, dtype: 'float32' };
};

export const Prelu: ShapeRule = ({ x, alpha }: Named<'x' | 'alpha'>) => {
  requireReal('Prelu', 'x', x);
  requireDType('Prelu', 'alpha', alpha, 'float32', 'int32');
  return { shape: broadcastShapes('Prelu', x.shape, alpha.shape), dtype: 'float32' };
};
