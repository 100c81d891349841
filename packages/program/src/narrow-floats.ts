// float16 and bfloat16 as their bits: exact both ways, to the nearest with ties to even on the way in.
// Not here: arithmetic in them; backends without it round after each operation (passes/emulate-dtypes.ts).

/** The 16-bit floats. */
export type NarrowFloat = 'float16' | 'bfloat16';

/** Whether a dtype is one of them. */
export function isNarrowFloat(dtype: unknown): dtype is NarrowFloat {
  return dtype === 'float16' || dtype === 'bfloat16';
}

interface Layout {
  readonly mantissaBits: number;
  /** Of the smallest normal number. */
  readonly smallestExponent: number;
  /** The bits of infinity. */
  readonly infinity: number;
}

const layouts: Readonly<Record<NarrowFloat, Layout>> = {
  float16: { mantissaBits: 10, smallestExponent: -14, infinity: 0x7c00 },
  bfloat16: { mantissaBits: 7, smallestExponent: -126, infinity: 0x7f80 },
};

const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);
const high = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 1 : 0;

/** The bits of the number nearest to `value`, halfway ones to even; from float64 in one rounding. Source: IEEE 754, 4.3.1. */
export function narrowFloatBits(value: number, dtype: NarrowFloat): number {
  const { mantissaBits, smallestExponent, infinity } = layouts[dtype];
  if (Number.isNaN(value)) return infinity + (1 << (mantissaBits - 1));
  const size = Math.abs(value);
  double[0] = value;
  const top = words[high]!;
  const sign = top >>> 31 === 0 ? 0 : 0x8000;
  const exponent = Math.max(((top >>> 20) & 0x7ff) - 1023, smallestExponent);
  const units = roundHalfToEven(size * 2 ** (mantissaBits - exponent));
  // A normal number's leading one counts as one step of the exponent, and so does a carry of the rounding.
  const bits = units + (exponent - smallestExponent) * 2 ** mantissaBits;
  return sign | Math.min(bits, infinity);
}

/** The number that these bits stand for. */
export function narrowFloatValue(bits: number, dtype: NarrowFloat): number {
  return valuesOf(dtype)[bits]!;
}

/** The numbers that `bits` stand for, in a new array. */
export function widenFloats(bits: Uint16Array, dtype: NarrowFloat): Float32Array {
  const values = valuesOf(dtype);
  const wide = new Float32Array(bits.length);
  for (let i = 0; i < bits.length; i++) wide[i] = values[bits[i]!]!;
  return wide;
}

/** The bits of the nearest numbers, in a new array or in `target`. */
export function narrowFloats(
  values: ArrayLike<number>,
  dtype: NarrowFloat,
  target: Uint16Array = new Uint16Array(values.length),
): Uint16Array {
  for (let i = 0; i < values.length; i++) target[i] = narrowFloatBits(values[i]!, dtype);
  return target;
}

/** The nearest number of `dtype`, as a number. */
export function roundToFloat(value: number, dtype: NarrowFloat): number {
  return narrowFloatValue(narrowFloatBits(value, dtype), dtype);
}

const tables = new Map<NarrowFloat, Float32Array>();

/** The value of each of the 65536 patterns, made when first needed. */
function valuesOf(dtype: NarrowFloat): Float32Array {
  const known = tables.get(dtype);
  if (known !== undefined) return known;
  const table = Float32Array.from({ length: 0x10000 }, (_, bits) => decode(bits, layouts[dtype]));
  tables.set(dtype, table);
  return table;
}

function decode(bits: number, { mantissaBits, smallestExponent, infinity }: Layout): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const size = bits & 0x7fff;
  if (size >= infinity) return size === infinity ? sign * Infinity : NaN;
  const step = 2 ** mantissaBits;
  const field = Math.floor(size / step);
  const fraction = (size % step) + (field === 0 ? 0 : step);
  return sign * fraction * 2 ** (smallestExponent - mantissaBits + Math.max(field - 1, 0));
}

function roundHalfToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return rest < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}
