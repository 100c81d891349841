// Kernels that compute each element from the elements at the same position. What is not + - * / or a square root is computed
// in float64 and rounded once, as tfjs-backend-cpu does; integers are rounded towards zero modulo 2^32, as typed arrays do.
import type { NormalAttributes } from '@lamella/program';
import { map, type View } from '../graph/graph.js';
import { exp, expm1, log, log1p, pow, sigmoid, tanh } from '../loop/functions.js';
import type { Lanes, Value } from '../loop/lanes.js';
import { numberOf, type Kernel, type KernelFamily } from './kernel.js';

type Compute = (l: Lanes, values: readonly Value[], attrs: NormalAttributes) => Value;

/** A kernel whose inputs, of these names, broadcast. */
function elementWise(names: readonly string[], compute: Compute): Kernel {
  return {
    lower: ({ inputs, attrs, outputs }) => [
      map(
        names.map((name) => inputs[name]!),
        outputs[0]!.dtype,
        (l, values) => compute(l, values, attrs),
      ),
    ],
  };
}

function unary(compute: (l: Lanes, x: Value, attrs: NormalAttributes) => Value): Kernel {
  return elementWise(['x'], (l, [x], attrs) => compute(l, number(l, x!), attrs));
}

/** In float64. */
function wide(compute: (l: Lanes, x: Value, attrs: NormalAttributes) => Value): Kernel {
  return elementWise(['x'], (l, [x], attrs) => compute(l, l.toF64(x!), attrs));
}

function binary(compute: (l: Lanes, a: Value, b: Value) => Value): Kernel {
  return elementWise(['a', 'b'], (l, [a, b]) => compute(l, number(l, a!), number(l, b!)));
}

/** On integers in float64, where a typed array then wraps; floats as they are. */
function binaryExact(compute: (l: Lanes, a: Value, b: Value) => Value): Kernel {
  return elementWise(['a', 'b'], (l, [a, b]) =>
    a!.lane === 'f32' ? compute(l, a!, b!) : compute(l, l.toF64(a!), l.toF64(b!)),
  );
}

function binaryWide(compute: (l: Lanes, a: Value, b: Value) => Value): Kernel {
  return elementWise(['a', 'b'], (l, [a, b]) => compute(l, l.toF64(a!), l.toF64(b!)));
}

/** Masks count as 0 and 1 in arithmetic. */
function number(l: Lanes, x: Value): Value {
  return x.lane === 'mask' ? l.toI32(x) : x;
}

function like(l: Lanes, x: Value, value: number): Value {
  return l.constant(x.lane, value);
}

function exactUnary(compute: (l: Lanes, x: Value) => Value): Kernel {
  return unary((l, x) => (x.lane === 'f32' ? compute(l, x) : l.toI32(compute(l, l.toF64(x)))));
}

/** Floor, Ceil, Round: integers are whole already. */
function rounding(compute: (l: Lanes, x: Value) => Value): Kernel {
  return unary((l, x) => (x.lane === 'f32' ? compute(l, x) : x));
}

function isNan(l: Lanes, x: Value): Value {
  return l.ne(x, x);
}

const identity = elementWise(['x'], (_, [x]) => x!);

const seluScale = 1.0507009873554805;
const seluScaleAlpha = 1.7580993408473768;
const softplusThreshold = Math.log(1.1920928955078125e-7) + 2;

/** Abramowitz and Stegun 7.1.26, as tfjs has it. */
const erf = {
  p: 0.3275911,
  a: [0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429],
} as const;

/** The kernels by name. */
export const elementWiseKernels: KernelFamily = {
  Add: binary((l, a, b) => l.add(a, b)),
  Sub: binary((l, a, b) => l.sub(a, b)),
  Multiply: binaryExact((l, a, b) => l.mul(a, b)),
  RealDiv: binaryExact((l, a, b) => l.div(a, b)),
  FloorDiv: binaryWide((l, a, b) => l.floor(l.div(a, b))),
  Mod: binaryWide((l, a, b) => {
    const rest = l.rem(a, b);
    const zero = l.f64(0);
    const isNegative = l.and(l.lt(a, zero), l.lt(b, zero));
    const isPositive = l.and(l.le(zero, a), l.le(zero, b));
    return l.select(l.or(isNegative, isPositive), rest, l.rem(l.add(rest, b), b));
  }),
  SquaredDifference: binaryExact((l, a, b) => {
    const difference = l.sub(a, b);
    return l.mul(difference, difference);
  }),
  Maximum: binary((l, a, b) => l.max(a, b)),
  Minimum: binary((l, a, b) => l.min(a, b)),
  Pow: {
    ...binaryWide(pow),
    // Powers of integers must be exact, and may wrap.
    supports: ({ outputs }) => outputs[0]!.dtype === 'float32',
  },
  AddN: {
    lower: ({ inputs, outputs }) => [
      map(Object.values(inputs), outputs[0]!.dtype, (l, values) =>
        values.map((value) => number(l, value)).reduce((a, b) => l.add(a, b)),
      ),
    ],
  },

  Equal: elementWise(['a', 'b'], (l, [a, b]) => l.eq(a!, b!)),
  NotEqual: elementWise(['a', 'b'], (l, [a, b]) => l.ne(a!, b!)),
  Greater: binary((l, a, b) => l.lt(b, a)),
  GreaterEqual: binary((l, a, b) => l.le(b, a)),
  Less: binary((l, a, b) => l.lt(a, b)),
  LessEqual: binary((l, a, b) => l.le(a, b)),
  LogicalAnd: elementWise(['a', 'b'], (l, [a, b]) => l.and(l.toMask(a!), l.toMask(b!))),
  LogicalOr: elementWise(['a', 'b'], (l, [a, b]) => l.or(l.toMask(a!), l.toMask(b!))),
  LogicalXor: elementWise(['a', 'b'], (l, [a, b]) => l.xor(l.toMask(a!), l.toMask(b!))),
  LogicalNot: elementWise(['x'], (l, [x]) => l.not(l.toMask(x!))),
  BitwiseAnd: elementWise(['a', 'b'], (l, [a, b]) => l.and(a!, b!)),
  IsNan: unary((l, x) => isNan(l, x)),
  IsInf: wide((l, x) => l.eq(l.abs(x), l.f64(Infinity))),
  IsFinite: wide((l, x) => l.lt(l.abs(x), l.f64(Infinity))),

  Select: {
    ...elementWise(['condition', 't', 'e'], (l, [condition, t, e]) => {
      const mask = l.toMask(condition!);
      if (t!.lane === e!.lane) return l.select(mask, t!, e!);
      return l.select(mask, l.toF64(t!), l.toF64(e!));
    }),
    // A condition of rank 1 chooses whole rows.
    supports: ({ inputs }) => inputs['condition']!.shape.length === inputs['t']!.shape.length,
  },
  Cast: identity,
  Identity: identity,
  ZerosLike: unary((l) => l.i32(0)),
  OnesLike: unary((l) => l.i32(1)),

  Neg: unary((l, x) => l.neg(x)),
  Abs: unary((l, x) => l.abs(x)),
  Sign: unary((l, x) => {
    const zero = like(l, x, 0);
    const upper = l.select(l.lt(zero, x), like(l, x, 1), zero);
    return l.select(l.lt(x, zero), like(l, x, -1), upper);
  }),
  Square: exactUnary((l, x) => l.mul(x, x)),
  Sqrt: exactUnary((l, x) => l.sqrt(x)),
  Rsqrt: exactUnary((l, x) => l.div(like(l, x, 1), l.sqrt(x))),
  Reciprocal: exactUnary((l, x) => l.div(like(l, x, 1), x)),
  Floor: rounding((l, x) => l.floor(x)),
  Ceil: rounding((l, x) => l.operation('f32.ceil', [x])),
  Round: rounding((l, x) => l.nearest(x)),
  ClipByValue: wide((l, x, attrs) => {
    const least = l.f64(numberOf(attrs, 'clipValueMin', -Infinity));
    const most = l.f64(numberOf(attrs, 'clipValueMax', Infinity));
    return l.select(l.lt(most, x), most, l.select(l.lt(x, least), least, x));
  }),
  Step: wide((l, x, attrs) => {
    const step = l.select(l.lt(l.f64(0), x), l.f64(1), l.f64(attrs['alpha'] as number));
    return l.select(isNan(l, x), x, step);
  }),

  Exp: wide(exp),
  Expm1: wide(expm1),
  Log: wide(log),
  Log1p: wide(log1p),
  Tanh: wide(tanh),
  Sigmoid: wide(sigmoid),
  Relu: unary((l, x) => l.max(like(l, x, 0), x)),
  Relu6: unary((l, x) => l.min(l.max(like(l, x, 0), x), like(l, x, 6))),
  LeakyRelu: wide((l, x, attrs) => l.select(l.lt(x, l.f64(0)), l.mul(l.f64(attrs['alpha'] as number), x), x)),
  Prelu: elementWise(['x', 'alpha'], (l, [x, alpha]) => {
    const wideX = l.toF64(x!);
    return l.select(l.lt(wideX, l.f64(0)), l.mul(l.toF64(alpha!), wideX), wideX);
  }),
  Elu: wide((l, x) => l.select(l.le(l.f64(0), x), x, expm1(l, x))),
  EluGrad: elementWise(['dy', 'y'], (l, [dy, y]) =>
    l.select(l.le(l.f32(0), y!), dy!, l.mul(dy!, l.add(y!, l.f32(1)))),
  ),
  Selu: wide((l, x) =>
    l.select(l.le(l.f64(0), x), l.mul(l.f64(seluScale), x), l.mul(l.f64(seluScaleAlpha), expm1(l, x))),
  ),
  Softplus: wide((l, x) => {
    const power = exp(l, x);
    const middle = log(l, l.add(l.f64(1), power));
    const upper = l.select(l.lt(l.f64(-softplusThreshold), x), x, middle);
    return l.select(l.lt(x, l.f64(softplusThreshold)), power, upper);
  }),
  Erf: wide((l, x) => {
    const v = l.abs(x);
    const one = l.f64(1);
    const t = l.div(one, l.add(one, l.mul(l.f64(erf.p), v)));
    const series = [...erf.a]
      .reverse()
      .map((a) => l.f64(a))
      .reduce((sum, a) => l.add(l.mul(sum, t), a));
    const size = l.sub(one, l.mul(l.mul(series, t), exp(l, l.neg(l.mul(v, v)))));
    const zero = l.f64(0);
    // The sign of 0 is 0, and of NaN NaN.
    return l.select(l.lt(x, zero), l.neg(size), l.select(l.eq(x, zero), x, size));
  }),
};

/** Casts of whole views, for kernels that compute in another dtype than they are given. */
export function cast(view: View, dtype: 'float32' | 'int32' | 'bool'): View {
  return view.node.dtype === dtype ? view : map([view], dtype, (_, [x]) => x!);
}
