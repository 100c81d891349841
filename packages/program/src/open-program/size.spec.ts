import { describe, expect, it } from '@jest/globals';
import { fitPolynomial, isPolynomial, Polynomial, sameSize, sumOfSizes } from './size.js';
import { largeTrialPoints, trialPoints } from './trial-sizes.js';

/** What is found for a function of the sizes, at the points at which functions are tried, as people read it. */
function found(
  names: string[],
  value: (...sizes: number[]) => number,
  spare = 0,
): string | number | undefined {
  const points = trialPoints(names, spare);
  const size = fitPolynomial(
    points.map((point) => value(...point)),
    points,
  );
  return isPolynomial(size) ? size.print(names) : size;
}

describe('sizes', () => {
  it('are found as polynomials of one to four unknowns', () => {
    expect(found(['batch'], () => 7)).toBe(7);
    expect(found(['batch'], (n) => 784 * n + 1)).toBe('1 + 784*batch');
    expect(found(['batch', 'h'], (n, h) => n * h - h)).toBe('-1*h + batch*h');
    expect(found(['batch', 'h', 'w'], (n, h, w) => n * h * w + 2 * w)).toBe('2*w + batch*h*w');
    expect(found(['batch', 'a', 'b', 'c'], (n, a, b, c) => n * a + b * c)).toBe('batch*a + b*c');
  });

  it('are found where they are rounded down or up', () => {
    expect(found(['batch'], (n) => Math.floor(n / 2), 14)).toBe('floor(batch/2)');
    expect(found(['batch'], (n) => n - Math.floor(n / 2), 14)).toBe('batch + -1*floor(batch/2)');
    expect(found(['batch', 'h'], (n, h) => 3 * n * Math.floor((h - 3) / 4), 14)).toBe(
      '-3*batch + 3*batch*floor((h + 1)/4)',
    );
    expect(found(['h'], (h) => Math.ceil(h / 8), 14)).toBe('floor((h + 7)/8)');
  });

  it('are not found where they follow in no such way', () => {
    expect(found(['batch'], (n) => Math.round(Math.sqrt(n)), 14)).toBeUndefined();
    expect(found(['batch'], (n) => 1 / n)).toBeUndefined();
    expect(found(['batch'], (n) => n ** 3, 14)).toBeUndefined();
  });

  it('are not guessed from sizes that have not all remainders', () => {
    const points = [[101], [103], [107], [109], [113]];
    expect(
      fitPolynomial(
        points.map(([n]) => Math.floor(n! / 2)),
        points,
      ),
    ).toBeUndefined();
  });

  it('add up and are compared whatever the unknowns are', () => {
    const n = Polynomial.unknown(0, 1);
    const half = new Polynomial([
      { coefficient: 1, powers: [0], quotients: [{ unknown: 0, offset: 0, divisor: 2 }] },
    ]);
    expect((sumOfSizes(n, half) as Polynomial).print(['n'])).toBe('n + floor(n/2)');
    expect((sumOfSizes(sumOfSizes(n, 4), half, -1) as Polynomial).at([7])).toBe(8);
    expect(sumOfSizes(sumOfSizes(n, half), half, -1)).toEqual(n);
    expect(sameSize(half, n)).toBe(false);
    expect(sameSize(sumOfSizes(half, 1), sumOfSizes(half, 1))).toBe(true);
    expect(half.isolated).toBeUndefined();
  });
});

describe('the sizes at which functions are tried', () => {
  it.each([['batch'], ['batch', 'h'], ['batch', 'h', 'w'], ['batch', 'a', 'b', 'c']])(
    'differ among %s at every point',
    (...names) => {
      for (const point of [...trialPoints(names), ...largeTrialPoints(names, 2)])
        expect(new Set(point).size).toBe(names.length);
    },
  );
});
