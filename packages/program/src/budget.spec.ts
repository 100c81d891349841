import { expect, test } from '@jest/globals';
import { Budget, currentBudget, withBudget } from './budget.js';

test('a file may cost in proportion to its size, and a small one something', () => {
  const [small, large] = [Budget.ofFile('a.keras', 0), Budget.ofFile('b.keras', 1000)];
  expect(small.rest('values')).toBe(500_000);
  expect(large.rest('bytes')).toBe(small.rest('bytes') + 100_000);
});

test('what is asked for in parts is refused as a whole, by file and by what asked', () => {
  const budget = Budget.ofFile('a.keras', 0);
  budget.spend('values', 400_000, 'its config');
  expect(() => budget.spend('values', 100_001, 'its weights')).toThrow(
    /^\[BUDGET_EXCEEDED\] "a.keras": its weights asks for more than the 500000 values/,
  );
});

test.each([NaN, -1, Infinity])('a count of %p is refused', (amount) => {
  expect(() => Budget.ofFile('a.keras', 0).spend('bytes', amount, 'an attribute')).toThrow('BUDGET_EXCEEDED');
});

test('a load has its own account while it runs, and none is there outside', () => {
  const [outer, inner] = [Budget.ofFile('a', 0), Budget.ofFile('b', 0)];
  const seen = withBudget(outer, () => {
    expect(() =>
      withBudget(inner, () => {
        expect(currentBudget()).toBe(inner);
        throw new Error('ended');
      }),
    ).toThrow('ended');
    return currentBudget();
  });
  expect(seen).toBe(outer);
  expect(currentBudget()).toBeUndefined();
});
