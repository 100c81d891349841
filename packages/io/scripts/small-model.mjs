// The model that save-forever.mjs saves, and kill-while-saving.mjs makes anew where a file holds weights alone.
import { input } from '@lamella/core';
import { dense } from '@lamella/layers';

/** @param {import('@lamella/training').ModelFactory} model */
export function smallModel(model) {
  const pixels = input({ shape: [256], name: 'pixels' });
  const hidden = dense({ units: 256, name: 'hidden' }).apply(pixels);
  return model({ inputs: pixels, outputs: dense({ units: 10, name: 'head' }).apply(hidden), name: 'net' });
}
