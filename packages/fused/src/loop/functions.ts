// Exponential, logarithm and their kin, of operations that every path rounds alike: in float64, to at least 1e-12, so that
// the float32 they end in is nearly always the nearest. Ranges: arguments are float32 numbers, results need only fit one.
import type { Lanes, Value } from './lanes.js';

/** c0 + x (c1 + x (c2 + ...)). */
function polynomial(l: Lanes, x: Value, coefficients: readonly number[]): Value {
  return coefficients
    .slice(0, -1)
    .reduceRight((sum, c) => l.add(l.mul(sum, x), l.f64(c)), l.f64(coefficients.at(-1)!));
}

/** 1/1!, 1/2!, ... of (exp(r) - 1) / r. */
const exponential = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12].reduce<number[]>(
  (list, n) => [...list, (list.at(-1) ?? 1) / n],
  [],
);

/** 2^k and exp(r) - 1, where x = k ln 2 + r and |r| <= (ln 2) / 2; |x| is at most 700. */
function split(l: Lanes, x: Value): { power: Value; rest: Value } {
  const k = l.nearest(l.mul(x, l.f64(Math.LOG2E)));
  // Two constants: the first has so few bits that its product with k is exact.
  const r = l.sub(l.sub(x, l.mul(k, l.f64(0.6931471803691238))), l.mul(k, l.f64(1.9082149292705877e-10)));
  const power = l.operation('f64.powerOfTwo', [l.operation('i32.truncate', [k])]);
  return { power, rest: l.mul(r, polynomial(l, r, exponential)) };
}

function clamp(l: Lanes, x: Value): Value {
  return l.max(l.min(x, l.f64(700)), l.f64(-700));
}

/** exp(x) of a float64; infinity above 700 and 0 below -700, far outside float32. */
export function exp(l: Lanes, x: Value): Value {
  const { power, rest } = split(l, clamp(l, x));
  const value = l.add(l.mul(power, rest), power);
  const upper = l.select(l.lt(l.f64(700), x), l.f64(Infinity), value);
  return l.select(l.lt(x, l.f64(-700)), l.f64(0), upper);
}

/** exp(x) - 1 of a float64, exact to the last bits near 0. */
export function expm1(l: Lanes, x: Value): Value {
  const { power, rest } = split(l, clamp(l, x));
  const one = l.f64(1);
  const value = l.select(l.eq(power, one), rest, l.add(l.mul(power, rest), l.sub(power, one)));
  const upper = l.select(l.lt(l.f64(700), x), l.f64(Infinity), value);
  // Keeps the sign of 0.
  return l.select(l.eq(x, l.f64(0)), x, upper);
}

/** 1/1, 1/3, 1/5, ...: artanh(s) / s as a polynomial in s^2. */
const artanh = [1, 3, 5, 7, 9, 11, 13, 15, 17].map((n) => 1 / n);

/** The natural logarithm of a float64 that is not subnormal. */
export function log(l: Lanes, x: Value): Value {
  const { exponent, fraction } = normalised(l, x);
  const s = l.div(l.sub(fraction, l.f64(1)), l.add(fraction, l.f64(1)));
  const series = l.mul(l.add(s, s), polynomial(l, l.mul(s, s), artanh));
  const value = l.add(l.mul(l.toF64(exponent), l.f64(Math.LN2)), series);
  const zero = l.f64(0);
  const upper = l.select(l.eq(x, l.f64(Infinity)), x, value);
  const lower = l.select(l.eq(x, zero), l.f64(-Infinity), l.f64(NaN));
  return l.select(l.lt(zero, x), upper, lower);
}

/** x = fraction * 2^exponent, with sqrt(1/2) <= fraction < sqrt(2), for 0 < x < infinity. */
export function normalised(l: Lanes, x: Value): { exponent: Value; fraction: Value } {
  const biased = l.and(l.shrU(l.operation('i32.highWord', [x]), 20), l.i32(0x7ff));
  // From 1/2 to 1 at first. The bounds matter only to numbers that the callers replace.
  const exponent = l.max(l.min(l.sub(biased, l.i32(1022)), l.i32(1000)), l.i32(-1000));
  const scale = l.operation('f64.powerOfTwo', [l.sub(l.i32(0), exponent)]);
  const half = l.mul(x, scale);
  const isLow = l.lt(half, l.f64(Math.SQRT1_2));
  return {
    exponent: l.select(isLow, l.sub(exponent, l.i32(1)), exponent),
    fraction: l.select(isLow, l.add(half, half), half),
  };
}

/** log(1 + x) of a float64, exact to the last bits near 0. */
export function log1p(l: Lanes, x: Value): Value {
  const one = l.f64(1);
  const u = l.add(one, x);
  // What rounding 1 + x lost, to first order.
  const lost = l.div(l.sub(x, l.sub(u, one)), u);
  const isLost = l.and(l.lt(l.f64(0), u), l.lt(u, l.f64(2 ** 60)));
  return l.select(l.eq(u, one), x, l.add(log(l, u), l.select(isLost, lost, l.f64(0))));
}

/** The hyperbolic tangent of a float64. */
export function tanh(l: Lanes, x: Value): Value {
  // From 20 on it is 1 to the last bit; below, nothing overflows.
  const bounded = l.max(l.min(x, l.f64(20)), l.f64(-20));
  const t = expm1(l, l.add(bounded, bounded));
  return l.div(t, l.add(t, l.f64(2)));
}

/** 1 / (1 + exp(-x)) of a float64. */
export function sigmoid(l: Lanes, x: Value): Value {
  return l.div(l.f64(1), l.add(l.f64(1), exp(l, l.neg(x))));
}

/** `base` to the power of `exponent`, float64 both, with the special cases of `Math.pow`. */
export function pow(l: Lanes, base: Value, exponent: Value): Value {
  const zero = l.f64(0);
  const size = exp(l, l.mul(exponent, log(l, l.abs(base))));
  const half = l.mul(exponent, l.f64(0.5));
  const isWhole = l.eq(l.floor(exponent), exponent);
  const isOdd = l.and(isWhole, l.ne(l.floor(half), half));
  const isNegative = l.lt(l.operation('i32.highWord', [base]), l.i32(0));
  const signed = l.select(l.and(isNegative, isOdd), l.neg(size), size);
  const isUndefined = l.and(l.and(l.lt(base, zero), l.lt(l.f64(-Infinity), base)), l.not(isWhole));
  // NaN exponents are not whole; those of a base that is not negative come out as NaN anyway.
  const value = l.select(isUndefined, l.f64(NaN), signed);
  return l.select(l.eq(exponent, zero), l.f64(1), value);
}
