// The programs that learn tables and games, small.
import { expect, it } from '@jest/globals';
import { cartPole } from './cart-pole.js';
import { dqn } from './dqn.js';
import { housing } from './housing.js';
import { iris } from './iris.js';
import { structuredData } from './structured-data.js';

it('iris: tells flowers that it has not seen', async () => {
  const { accuracy, name } = await iris();
  expect(accuracy).toBeGreaterThan(0.9);
  expect(name).toBe('setosa');
});

it('cart and pole: the pole stands twice as long after a few rounds', async () => {
  const lasted = await cartPole({ rounds: 10, steps: 256 });
  expect(lasted.at(-1)).toBeGreaterThan(2 * lasted[0]!);
});

it('deep Q-learning: catches nearly every ball', async () => {
  expect(await dqn({ played: 1500 })).toBeGreaterThan(0.9);
});

it('structured data: words and numbers of a table say who is content', async () => {
  expect(await structuredData({ count: 512 })).toBeGreaterThan(0.9);
});

it('housing: comes near prices that lie far apart, from a CSV file', async () => {
  expect(await housing()).toBeLessThan(30);
});
