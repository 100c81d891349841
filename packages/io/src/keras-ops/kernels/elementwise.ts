// Functions of one tensor, element by element.
import type { KernelRule } from '../kernel-call.js';
import { numberOperand } from '../value.js';

function unary(operation: string): KernelRule {
  return (call) => call.apply(operation, [call.tensor('x')]);
}

export const Abs = unary('Absolute');
export const Acos = unary('Arccos');
export const Acosh = unary('Arccosh');
export const Asin = unary('Arcsin');
export const Asinh = unary('Arcsinh');
export const Atan = unary('Arctan');
export const Atanh = unary('Arctanh');
export const Ceil = unary('Ceil');
export const Cos = unary('Cos');
export const Cosh = unary('Cosh');
export const Erf = unary('Erf');
export const Exp = unary('Exp');
export const Expm1 = unary('Expm1');
export const Floor = unary('Floor');
export const IsFinite = unary('Isfinite');
export const IsInf = unary('Isinf');
export const IsNan = unary('Isnan');
export const Log = unary('Log');
export const Log1p = unary('Log1p');
export const LogicalNot = unary('LogicalNot');
export const Neg = unary('Negative');
export const OnesLike = unary('OnesLike');
export const Reciprocal = unary('Reciprocal');
export const Round = unary('Round');
export const Rsqrt = unary('Rsqrt');
export const Sign = unary('Sign');
export const Sin = unary('Sin');
export const Sinh = unary('Sinh');
export const Sqrt = unary('Sqrt');
export const Square = unary('Square');
export const Tan = unary('Tan');
export const Tanh = unary('Tanh');
export const ZerosLike = unary('ZerosLike');

export const Identity: KernelRule = (call) => call.tensor('x');

export const Cast: KernelRule = (call) => {
  const { dtype } = call.output;
  if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool') throw call.fail(`a cast to ${dtype}`);
  return call.apply('Cast', [call.tensor('x')], { dtype });
};

export const ClipByValue: KernelRule = (call) =>
  call.apply('Clip', [call.tensor('x')], {
    x_min: call.attribute<number>('clipValueMin'),
    x_max: call.attribute<number>('clipValueMax'),
  });

/** One above zero, a slope elsewhere; what is no number stays so. */
export const Step: KernelRule = (call) => {
  const x = call.tensor('x');
  const { dtype } = call.output;
  const number = (value: number): ReturnType<typeof numberOperand> => numberOperand(value, dtype);
  const stepped = call.apply('Where', [
    call.apply('Greater', [x, number(0)]),
    number(1),
    number(call.attribute<number>('alpha', 0)),
  ]);
  return dtype === 'float32' ? call.apply('Where', [call.apply('Isnan', [x]), x, stepped]) : stepped;
};
