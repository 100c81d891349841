import { expect, it } from '@jest/globals';
import { classifyTexts } from './text-classification.js';

it('classifies texts that it has not seen', async () => {
  expect(await classifyTexts()).toBeGreaterThan(0.95);
});
