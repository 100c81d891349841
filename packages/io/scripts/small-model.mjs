// The model that save-forever.mjs saves, and kill-while-saving.mjs makes anew where a file holds weights alone.
import { input } from '@lamella/core';
import { dense, stringLookup } from '@lamella/layers';

/** Two towers: one of weights, and one whose words a file keeps. @param {import('@lamella/training').ModelFactory} model */
export function smallModel(model) {
  const pixels = input({ shape: [256], name: 'pixels' });
  const words = input({ shape: [1], dtype: 'string', name: 'words' });
  const hidden = dense({ units: 256, name: 'hidden' }).apply(pixels);
  const lookup = stringLookup({ name: 'lookup' });
  const outputs = [dense({ units: 10, name: 'head' }).apply(hidden), lookup.apply(words)];
  return { net: model({ inputs: [pixels, words], outputs, name: 'net' }), lookup };
}
