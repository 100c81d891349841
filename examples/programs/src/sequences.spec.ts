// The programs that learn texts and series, small.
import { expect, it } from '@jest/globals';
import { addition } from './addition.js';
import { textGeneration } from './text-generation.js';

it('addition: knows the sums of single digits by heart', async () => {
  const { right, answer } = await addition({ digits: 1, count: 100, epochs: 60 });
  expect(right).toBeGreaterThan(0.7);
  expect(await answer('7+2')).toMatch(/^\d+$/);
});

it('text generation: writes words of what it has read', async () => {
  const { written, known } = await textGeneration();
  expect(written).toHaveLength(216);
  expect(known).toBeGreaterThan(0.8);
});
