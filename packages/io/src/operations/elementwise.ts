// keras.ops: functions of one tensor, element by element.
import * as tf from '@tensorflow/tfjs-core';
import { castTo, floatUnary, unary, withOptions, type OperationDefinition } from './operation-definition.js';

export const Absolute = unary((x) => tf.abs(x));
export const Abs = Absolute;
export const Negative = unary((x) => tf.neg(x));
export const Square = unary((x) => tf.square(x));
export const Sign = unary((x) => tf.sign(x));
export const Copy = unary((x) => tf.clone(x));
export const Conjugate = Copy;
export const Conj = Copy;
export const Real = Copy;
export const LogicalNot = unary((x) => tf.logicalNot(tf.cast(x, 'bool')));
export const OnesLike = withOptions(['dtype'], (x, call) => castTo(tf.onesLike(x), call.dtype()));
export const ZerosLike = withOptions(['dtype'], (x, call) => castTo(tf.zerosLike(x), call.dtype()));

export const Sqrt = floatUnary((x) => tf.sqrt(x));
export const Rsqrt = floatUnary((x) => tf.rsqrt(x));
export const Cbrt = floatUnary((x) => tf.mul(tf.sign(x), tf.pow(tf.abs(x), 1 / 3)));
export const Reciprocal = floatUnary((x) => tf.reciprocal(x));
export const Exp = floatUnary((x) => tf.exp(x));
export const Exp2 = floatUnary((x) => tf.pow(2, x));
export const Expm1 = floatUnary((x) => tf.expm1(x));
export const Log = floatUnary((x) => tf.log(x));
export const Log1p = floatUnary((x) => tf.log1p(x));
export const Log2 = floatUnary((x) => tf.div(tf.log(x), Math.LN2));
export const Log10 = floatUnary((x) => tf.div(tf.log(x), Math.LN10));
export const Ceil = floatUnary((x) => tf.ceil(x));
export const Floor = floatUnary((x) => tf.floor(x));
export const Trunc = unary((x) =>
  x.dtype === 'float32' ? tf.mul(tf.sign(x), tf.floor(tf.abs(x))) : tf.clone(x),
);
export const Sin = floatUnary((x) => tf.sin(x));
export const Cos = floatUnary((x) => tf.cos(x));
export const Tan = floatUnary((x) => tf.tan(x));
export const Sinh = floatUnary((x) => tf.sinh(x));
export const Cosh = floatUnary((x) => tf.cosh(x));
export const Tanh = floatUnary((x) => tf.tanh(x));
export const Arcsin = floatUnary((x) => tf.asin(x));
export const Arccos = floatUnary((x) => tf.acos(x));
export const Arctan = floatUnary((x) => tf.atan(x));
export const Arcsinh = floatUnary((x) => tf.asinh(x));
export const Arccosh = floatUnary((x) => tf.acosh(x));
export const Arctanh = floatUnary((x) => tf.atanh(x));
export const Deg2rad = floatUnary((x) => tf.mul(x, Math.PI / 180));
export const Rad2deg = floatUnary((x) => tf.mul(x, 180 / Math.PI));
export const Erf = floatUnary((x) => tf.erf(x));
export const Isnan = floatUnary((x) => tf.isNaN(x));
export const Isinf = floatUnary((x) => tf.isInf(x));
export const Isfinite = floatUnary((x) => tf.isFinite(x));

export const Round = withOptions(['decimals'], (x, call) => {
  const decimals = call.integer('decimals', 0);
  if (x.dtype !== 'float32' && decimals >= 0) return tf.clone(x);
  const rounded = decimals === 0 ? tf.round(x) : roundTo(tf.cast(x, 'float32'), decimals);
  return tf.cast(rounded, x.dtype);
});

/** Multiplied and divided by whole numbers alone, which are exact. */
function roundTo(x: tf.Tensor, decimals: number): tf.Tensor {
  const factor = 10 ** Math.abs(decimals);
  return decimals > 0
    ? tf.div(tf.round(tf.mul(x, factor)), factor)
    : tf.mul(tf.round(tf.div(x, factor)), factor);
}

export const Clip = withOptions(['x_min', 'x_max'], (x, call) => {
  const low = call.option('x_min') === null ? x : tf.maximum(x, call.number('x_min'));
  return call.option('x_max') === null ? low : tf.minimum(low, call.number('x_max'));
});

export const FullLike: OperationDefinition = {
  parameters: ['x', 'fill_value'],
  options: ['dtype'],
  run: (call) => {
    const x = call.tensor('x');
    const filled = tf.broadcastTo(call.tensor('fill_value'), x.shape);
    return castTo(tf.cast(filled, x.dtype), call.dtype());
  },
};

export const Fabs = floatUnary((x) => tf.abs(x));
export const Angle = floatUnary((x) => tf.where(tf.less(x, 0), tf.scalar(Math.PI), tf.mul(x, 0)));
export const Imag = unary((x) => tf.zerosLike(x));
export const Isreal = unary((x) => tf.fill(x.shape, 1, 'bool'));
export const Isposinf = floatUnary((x) => tf.equal(x, Infinity));
export const Isneginf = floatUnary((x) => tf.equal(x, -Infinity));
/** Minus zero has a sign, which its reciprocal shows. */
export const Signbit = unary((x) =>
  x.dtype === 'float32'
    ? tf.logicalOr(tf.less(x, 0), tf.equal(tf.reciprocal(x), -Infinity))
    : tf.less(x, tf.zerosLike(x)),
);
export const Sinc = floatUnary((x) => {
  const isZero = tf.equal(x, 0);
  const angle = tf.mul(tf.where(isZero, tf.onesLike(x), x), Math.PI);
  return tf.where(isZero, tf.onesLike(x), tf.div(tf.sin(angle), angle));
});
export const EmptyLike = ZerosLike;

export const NanToNum = withOptions(['nan', 'posinf', 'neginf'], (x, call) => {
  if (x.dtype !== 'float32') return tf.clone(x);
  const largest = 3.4028234663852886e38;
  const put = (y: tf.Tensor, where: tf.Tensor, value: number): tf.Tensor =>
    tf.where(where, tf.scalar(value), y);
  const numbers = put(x, tf.isNaN(x), call.number('nan', 0));
  const bounded = put(numbers, tf.equal(x, Infinity), call.number('posinf', largest));
  return put(bounded, tf.equal(x, -Infinity), call.number('neginf', -largest));
});
