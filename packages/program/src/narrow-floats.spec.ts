import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  narrowFloatBits,
  narrowFloats,
  roundToFloat,
  widenFloats,
  type NarrowFloat,
} from './narrow-floats.js';

const narrow: readonly NarrowFloat[] = ['float16', 'bfloat16'];
const all = Uint16Array.from({ length: 0x10000 }, (_, bits) => bits);

describe.each(narrow)('%s', (dtype) => {
  it('goes to numbers and back for each of its bit patterns', () => {
    const values = widenFloats(all, dtype);
    all.forEach((bits, i) => {
      const value = values[i]!;
      if (Number.isNaN(value))
        expect(narrowFloatBits(value, dtype)).toBe(dtype === 'float16' ? 0x7e00 : 0x7fc0);
      else if (narrowFloatBits(value, dtype) !== bits) throw new Error(`${bits} became ${value}`);
    });
  });

  it('rounds to the nearest number, and halfway to the one whose last bit is zero', () => {
    const positive = widenFloats(all.subarray(0, dtype === 'float16' ? 0x7c00 : 0x7f80), dtype);
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: positive.length - 2 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (i, at) => {
          const [low, high] = [positive[i]!, positive[i + 1]!];
          const middle = (low + high) / 2;
          expect(narrowFloatBits(middle, dtype)).toBe(i % 2 === 0 ? i : i + 1);
          const value = low + (high - low) * at;
          if (value !== middle) expect(roundToFloat(value, dtype)).toBe(value < middle ? low : high);
          expect(narrowFloatBits(-value, dtype)).toBe(narrowFloatBits(value, dtype) | 0x8000);
        },
      ),
      { seed: 16 },
    );
  });

  it('becomes infinite from halfway beyond its largest number', () => {
    const largest = dtype === 'float16' ? 65504 : 3.3895313892515355e38;
    const edge = dtype === 'float16' ? 65520 : 2 ** 128 * (1 - 2 ** -9);
    expect(roundToFloat(edge * (1 - 2 ** -52), dtype)).toBe(largest);
    expect(roundToFloat(edge, dtype)).toBe(Infinity);
    expect(roundToFloat(-1e300, dtype)).toBe(-Infinity);
    expect(roundToFloat(-Infinity, dtype)).toBe(-Infinity);
    expect(roundToFloat(NaN, dtype)).toBeNaN();
    expect(roundToFloat(-0, dtype)).toBe(-0);
    expect(roundToFloat(1e-320, dtype)).toBe(0);
  });
});

it('has the bits that NumPy has', () => {
  // np.array([0.1, 1e-7, 65504, -3.14159, 5.96e-8], 'float16').view('uint16')
  expect([...narrowFloats([0.1, 1e-7, 65504, -3.14159, 5.96e-8], 'float16')]).toEqual([
    0x2e66, 0x0002, 0x7bff, 0xc248, 0x0001,
  ]);
});

it('rounds once on the way from float64', () => {
  // float32 has it in the middle between two float16 numbers, and would go on to the even one.
  const value = 1 + 2 ** -11 + 2 ** -40;
  expect(roundToFloat(value, 'float16')).toBe(1 + 2 ** -10);
  expect(roundToFloat(Math.fround(value), 'float16')).toBe(1);
});
