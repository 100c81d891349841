// Cases of element-wise kernels of one input, and of those whose second input follows the first.
import * as tf from '@tensorflow/tfjs-core';
import { call, gives, misfit, op, type ShapeCases } from '../kernel-case.js';
import { bool, complex, float, given, int, text } from '../sample.js';

type Unary = (x: tf.Tensor) => tf.Tensor;

const ofFloats: Readonly<Record<string, Unary>> = {
  Abs: tf.abs,
  Acos: tf.acos,
  Acosh: tf.acosh,
  Asin: tf.asin,
  Asinh: tf.asinh,
  Atan: tf.atan,
  Atanh: tf.atanh,
  Ceil: tf.ceil,
  ClipByValue: (x) => tf.clipByValue(x, 0.2, 0.5),
  Cos: tf.cos,
  Cosh: tf.cosh,
  Elu: tf.elu,
  Erf: tf.erf,
  Exp: tf.exp,
  Expm1: tf.expm1,
  Floor: tf.floor,
  Identity: tf.clone,
  IsFinite: tf.isFinite,
  IsInf: tf.isInf,
  IsNan: tf.isNaN,
  LeakyRelu: tf.leakyRelu,
  Log: tf.log,
  Log1p: tf.log1p,
  Neg: tf.neg,
  OnesLike: tf.onesLike,
  Prelu: (x) => tf.prelu(x, tf.scalar(0.1)),
  Reciprocal: tf.reciprocal,
  Relu: tf.relu,
  Relu6: tf.relu6,
  Round: tf.round,
  Rsqrt: tf.rsqrt,
  Selu: tf.selu,
  Sigmoid: tf.sigmoid,
  Sign: tf.sign,
  Sin: tf.sin,
  Sinh: tf.sinh,
  Softplus: tf.softplus,
  Sqrt: tf.sqrt,
  Square: tf.square,
  Step: tf.step,
  Tan: tf.tan,
  Tanh: tf.tanh,
  ZerosLike: tf.zerosLike,
};

// The ops of some kernels cast integers to floats before; the kernels themselves are asked too.
const kernelsOfIntegers = [
  ...[
    'Abs',
    'Elu',
    'Exp',
    'Floor',
    'IsNan',
    'Log',
    'Neg',
    'Relu',
    'Relu6',
    'Round',
    'Sigmoid',
    'Sign',
    'Sin',
  ],
  ...['Softplus', 'Sqrt', 'Square', 'Step', 'Tanh', 'LeakyRelu', 'ZerosLike', 'OnesLike', 'Identity'],
];

export const unary: ShapeCases = {
  cases: [
    ...Object.entries(ofFloats).flatMap(([kernel, fn]) => [
      op(kernel, '', [float(2, 3)], fn),
      op(kernel, '', [float()], fn),
      op(kernel, '', [float(0, 2)], fn),
    ]),
    ...kernelsOfIntegers.map((kernel) =>
      call(kernel, { x: int(4) }, kernel === 'LeakyRelu' ? { alpha: 0.2 } : {}),
    ),
    ...['Relu', 'Square', 'Abs', 'ZerosLike', 'OnesLike', 'Identity'].map((kernel) =>
      call(kernel, { x: bool(4) }),
    ),
    call('ClipByValue', { x: int(4) }, { clipValueMin: 0, clipValueMax: 1 }),
    ...[complex(2), text('a', 'b')].map((x) => call('Identity', { x })),
    call('ZerosLike', { x: complex(2) }),
    call('OnesLike', { x: complex(2) }),
    call('LogicalNot', { x: bool(2, 3) }),
    ...(['float32', 'int32', 'bool'] as const).flatMap((dtype) =>
      [float(3), int(3), bool(3)].map((x) => call('Cast', { x }, { dtype })),
    ),
    call('Cast', { x: float(3) }, { dtype: 'complex64' }),
    call('Cast', { x: complex(3) }, { dtype: 'float32' }),
    ...['float16', 'bfloat16'].map((dtype) =>
      gives(call('RoundTo', { x: float(2, 3) }, { dtype }), 'float32[2, 3]'),
    ),
    call('EluGrad', { dy: float(2, 3), y: float(2, 3) }),
    op('Prelu', '', [float(2, 3), float(3)], tf.prelu),
    op('Prelu', '', [float(2, 3), float(2, 1)], tf.prelu),
    op('Prelu', '', [int(2, 3), float(3)], tf.prelu),
  ],
  misfits: [
    misfit('DTYPE_MISMATCH', ['string[1]'], call('Relu', { x: text('a') })),
    misfit('DTYPE_MISMATCH', ['complex64[2]'], call('Exp', { x: complex(2) })),
    misfit('DTYPE_MISMATCH', ['string[1]', 'float32'], call('Cast', { x: text('a') }, { dtype: 'float32' })),
    misfit('DTYPE_MISMATCH', ['int32', 'float32'], call('RoundTo', { x: int(2) }, { dtype: 'float16' })),
    misfit('DTYPE_MISMATCH', ['string[1]'], call('ZerosLike', { x: text('a') })),
    misfit('SHAPE_MISMATCH', ['[3]', '[2]'], call('EluGrad', { dy: float(3), y: float(2) })),
    misfit('SHAPE_MISMATCH', ['[2, 3]', '[2]'], call('Prelu', { x: float(2, 3), alpha: float(2) })),
    misfit('DTYPE_MISMATCH', ['bool[1]'], call('Prelu', { x: float(1), alpha: given([1], 'bool') })),
  ],
};
