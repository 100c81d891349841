import { describe, expect, it } from '@jest/globals';
import type { RandomSpec } from './program.js';
import { fillRandom, naturalLogarithm, normalQuantile, streamKey } from './random-streams.js';
import { threefry } from './threefry.js';

type Distribution = Exclude<RandomSpec['distribution'], 'bits'>;

function draw(
  distribution: Distribution,
  length: number,
  seed = 1,
  step = 0,
  stream = 'layer:0',
): Float32Array {
  const target = new Float32Array(length);
  fillRandom({ distribution, stream }, { seed, step }, target);
  return target;
}

function bits(length: number, seed: number, step: number, stream: string): Int32Array {
  const target = new Int32Array(length);
  fillRandom({ distribution: 'bits', stream }, { seed, step }, target);
  return target;
}

/** Phi(x) by the complementary error function's continued fraction and the error function's series. */
function normalCdf(x: number): number {
  const z = Math.abs(x) / Math.SQRT2;
  if (z < 2) {
    let term = z;
    let sum = z;
    for (let n = 1; n < 60; n++) {
      term *= (-z * z) / n;
      sum += term / (2 * n + 1);
    }
    return 0.5 + (Math.sign(x) * sum) / Math.sqrt(Math.PI);
  }
  let fraction = 0;
  for (let n = 80; n > 0; n--) fraction = n / 2 / (z + fraction);
  const tail = Math.exp(-z * z) / ((z + fraction) * Math.sqrt(Math.PI)) / 2;
  return x > 0 ? 1 - tail : tail;
}

function moments(values: Float32Array): { mean: number; variance: number; skew: number; kurtosis: number } {
  const n = values.length;
  const mean = values.reduce((sum, x) => sum + x, 0) / n;
  const central = (power: number): number => values.reduce((sum, x) => sum + (x - mean) ** power, 0) / n;
  const variance = central(2);
  return { mean, variance, skew: central(3) / variance ** 1.5, kurtosis: central(4) / variance ** 2 };
}

/** The largest distance between the values' distribution and `cdf`, times the square root of their number. */
function kolmogorovSmirnov(values: Float32Array, cdf: (x: number) => number): number {
  const sorted = values.slice().sort();
  let worst = 0;
  sorted.forEach((x, i) => {
    const expected = cdf(x);
    worst = Math.max(
      worst,
      Math.abs(expected - i / sorted.length),
      Math.abs(expected - (i + 1) / sorted.length),
    );
  });
  return worst * Math.sqrt(sorted.length);
}

function correlation(a: Float32Array, b: Float32Array): number {
  const ma = moments(a);
  const mb = moments(b);
  const products = a.reduce((sum, x, i) => sum + (x - ma.mean) * (b[i]! - mb.mean), 0);
  return products / a.length / Math.sqrt(ma.variance * mb.variance);
}

// One in a million draws of a sound generator exceeds it.
const ksBound = 2.7;
const count = 100_000;

describe('fillRandom', () => {
  it('draws the blocks of Threefry with counter (block, step)', () => {
    const key = streamKey(42, 'a/b:0');
    const words = bits(4, 42, 7, 'a/b:0');
    expect([...words]).toEqual([...threefry(key, [0, 7]), ...threefry(key, [1, 7])]);
  });

  it('keeps the numbers that are written down here, on every machine', () => {
    expect([...bits(3, 42, 0, 'dropout:0')]).toMatchInlineSnapshot(`
      [
        1075083700,
        -448538804,
        -56016153,
      ]
    `);
    expect([...draw('uniform', 3, 42, 0, 'dropout:0')]).toMatchInlineSnapshot(`
      [
        0.2503123879432678,
        0.8955664038658142,
        0.9869576692581177,
      ]
    `);
    expect([...draw('normal', 3, 42, 0, 'dropout:0')]).toMatchInlineSnapshot(`
      [
        -0.6735069155693054,
        1.2566865682601929,
        2.2249507904052734,
      ]
    `);
    expect([...draw('truncatedNormal', 3, 42, 0, 'dropout:0')]).toMatchInlineSnapshot(`
      [
        -0.6381953358650208,
        1.1629152297973633,
        1.809341549873352,
      ]
    `);
  });

  it('gives a long array the same beginning as a short one, whatever the length', () => {
    for (const distribution of ['uniform', 'normal', 'truncatedNormal'] as const) {
      const long = draw(distribution, 10_001);
      for (const length of [0, 1, 2, 4095, 4096, 4097, 8192]) {
        expect(draw(distribution, length)).toEqual(long.slice(0, length));
      }
    }
  });

  it('draws uniform numbers from [0, 1) that are multiples of 2^-24', () => {
    const values = draw('uniform', count);
    expect(values.every((x) => x >= 0 && x < 1 && Number.isInteger(x * 2 ** 24))).toBe(true);
    expect(kolmogorovSmirnov(values, (x) => x)).toBeLessThan(ksBound);
    const { mean, variance } = moments(values);
    expect(Math.abs(mean - 1 / 2)).toBeLessThan(5 * Math.sqrt(1 / 12 / count));
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(5 * Math.sqrt(1 / 180 / count));
  });

  it('draws standard normal numbers', () => {
    const values = draw('normal', count);
    expect(kolmogorovSmirnov(values, normalCdf)).toBeLessThan(ksBound);
    const { mean, variance, skew, kurtosis } = moments(values);
    expect(Math.abs(mean)).toBeLessThan(5 / Math.sqrt(count));
    expect(Math.abs(variance - 1)).toBeLessThan(5 * Math.sqrt(2 / count));
    expect(Math.abs(skew)).toBeLessThan(5 * Math.sqrt(6 / count));
    expect(Math.abs(kurtosis - 3)).toBeLessThan(5 * Math.sqrt(24 / count));
  });

  it('draws normal numbers cut at two deviations', () => {
    const values = draw('truncatedNormal', count);
    const low = normalCdf(-2);
    expect(values.every((x) => x >= -2 && x <= 2)).toBe(true);
    expect(kolmogorovSmirnov(values, (x) => (normalCdf(x) - low) / (1 - 2 * low))).toBeLessThan(ksBound);
    // The variance of the cut distribution: 1 - 4 phi(2) / (Phi(2) - Phi(-2)).
    const variance = 1 - (4 * Math.exp(-2)) / Math.sqrt(2 * Math.PI) / (1 - 2 * low);
    expect(Math.abs(moments(values).variance - variance)).toBeLessThan(5 / Math.sqrt(count));
    expect(Math.abs(moments(values).mean)).toBeLessThan(5 / Math.sqrt(count));
  });

  it('sets each of the 32 bits half of the time, independently of its neighbours', () => {
    const words = bits(count, 3, 0, 'bits');
    for (let bit = 0; bit < 32; bit++) {
      const ones = words.reduce((sum, word) => sum + ((word >>> bit) & 1), 0);
      const changes = words.reduce((sum, word, i) => sum + (((word ^ (words[i - 1] ?? 0)) >>> bit) & 1), 0);
      expect(Math.abs(ones - count / 2)).toBeLessThan(5 * Math.sqrt(count / 4));
      expect(Math.abs(changes - count / 2)).toBeLessThan(5 * Math.sqrt(count / 4));
    }
  });

  it('draws unrelated numbers for another seed, step or stream', () => {
    const base = draw('normal', count, 1, 0, 'a:0');
    const others = [
      draw('normal', count, 2, 0, 'a:0'),
      draw('normal', count, 1, 1, 'a:0'),
      draw('normal', count, 1, 0, 'a:1'),
      draw('normal', count, 1, 0, ''),
      draw('normal', count, -1, 0, 'a:0'),
      draw('normal', count, 2 ** 32 + 1, 0, 'a:0'),
    ];
    for (const other of others) expect(Math.abs(correlation(base, other))).toBeLessThan(5 / Math.sqrt(count));
    const firsts = [base, ...others].map((values) => values[0]);
    expect(new Set(firsts).size).toBe(firsts.length);
  });

  it("takes a stream's own seed in place of the key's", () => {
    const own = new Float32Array(8);
    fillRandom({ distribution: 'normal', stream: 's', seed: 5 }, { seed: 1, step: 2 }, own);
    expect(own).toEqual(draw('normal', 8, 5, 2, 's'));
  });

  it('rejects arrays, seeds and steps that do not fit', () => {
    const spec = { distribution: 'normal', stream: 's' } as const;
    expect(() => fillRandom(spec, { seed: 1, step: 0 }, new Int32Array(1))).toThrow(
      '[DTYPE_MISMATCH] Stream "s": expected normal numbers in a Float32Array, got Int32Array.',
    );
    expect(() =>
      fillRandom({ ...spec, distribution: 'bits' }, { seed: 1, step: 0 }, new Float32Array(1)),
    ).toThrow('[DTYPE_MISMATCH]');
    expect(() => fillRandom(spec, { seed: 1.5, step: 0 }, new Float32Array(1))).toThrow(
      '[RANDOM_INVALID] Stream "s": seed: expected an integer of at most 53 bits, got 1.5.',
    );
    expect(() => fillRandom(spec, { seed: 1, step: -1 }, new Float32Array(1))).toThrow(
      '[RANDOM_INVALID] Stream "s": step',
    );
  });
});

describe('streamKey', () => {
  it('tells names apart that differ in one character, in length or in trailing zeros', () => {
    const names = [
      '',
      'a',
      'b',
      'aaaaaaa',
      'aaaaaaaa',
      'aaaaaaaaa',
      'a\0',
      'a\0\0',
      'dense/dropout:0',
      'dense/dropout:1',
      'ü',
    ];
    const keys = names.map((name) => streamKey(7, name).join());
    expect(new Set(keys).size).toBe(names.length);
  });
});

describe('normalQuantile', () => {
  it('inverts the normal distribution to 1.2e-7 in its middle and its tails', () => {
    for (const p of [2 ** -33, 2 ** -30, 2 ** -20, 0.001, 0.02, 0.0749, 0.0751, 0.2, 0.4, 0.499]) {
      const x = normalQuantile(p - 0.5);
      // A relative error of x is at most 1 + x^2 times as large in p.
      expect(Math.abs(normalCdf(x) / p - 1)).toBeLessThan(1.2e-7 * (1 + x * x));
      expect(normalQuantile(0.5 - p)).toBeCloseTo(-x, 6);
    }
    expect(normalQuantile(0)).toBe(0);
  });
});

describe('naturalLogarithm', () => {
  it('agrees with Math.log to 1e-13', () => {
    for (let i = 1; i <= 33; i++)
      expect(Math.abs(naturalLogarithm(2 ** -i) - Math.log(2 ** -i))).toBeLessThan(1e-13);
    for (let i = 1; i < 1000; i++)
      expect(Math.abs(naturalLogarithm(i / 1000) - Math.log(i / 1000))).toBeLessThan(1e-13);
  });
});
