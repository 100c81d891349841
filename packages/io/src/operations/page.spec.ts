// docs/keras-operations.md lists what files of Keras may hold of keras.ops, and what is refused and why. `npm run operations` writes it anew.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { moduleOf, operationNames } from './operations.js';
import { refusedOperations } from './refused.js';

const page = fileURLToPath(new URL('../../../../docs/keras-operations.md', import.meta.url));

const code = (names: readonly string[]): string =>
  [...names]
    .sort()
    .map((name) => `\`${name}\``)
    .join(', ');

/** Names by what each is said to be. */
function grouped(names: readonly string[], of: (name: string) => string): [key: string, names: string[]][] {
  const groups = new Map<string, string[]>();
  for (const name of names) groups.set(of(name), [...(groups.get(of(name)) ?? []), name]);
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
}

function written(): string {
  const names = operationNames();
  const refused = Object.keys(refusedOperations);
  return [
    "# Operations of Keras' files",
    '',
    'A functional model of Keras may hold operations on tensors (`x + 2`, `keras.ops.*`). The classes below are read from its files, run inside models on every',
    'backend, and are written again as they were; what Lambdas do, [operations of Lambdas](operations.md) says. `npm run operations` writes this page anew.',
    '',
    `## Read: ${names.length}`,
    ...grouped(names, moduleOf).flatMap(([module, found]) => ['', `In \`${module}\`: ${code(found)}.`]),
    '',
    `## Refused: ${refused.length}`,
    '',
    'By their names, with `CLASS_UNKNOWN` or `OPERATION_INVALID`, before anything is made of the file:',
    '',
    ...grouped(refused, (name) => refusedOperations[name]!).map(
      ([reason, found]) => `- ${code(found)}: ${reason}.`,
    ),
    '',
    'Of others, some uses are refused for the same reasons: `Where` of one argument and `Unique` without a size, `SVD` with its vectors, `Conjugate`, `Imag`, `Isreal`',
    'and `Real` of complex inputs; and `Cast` to and from floats of 8 bits, in which no backend computes.',
    '',
    '## What files do not say',
    '',
    '`"data_format": null` in a file is the default of the Keras that wrote it, `keras.config.image_data_format()`, which no file holds. Here it is `channels_last`, as Keras has it',
    "unless its user changed that. Of the cases that Keras' own tests try, these changed it, and are right with `channels_first` in the place of null:",
    '',
    '- `AffineTransform`: 7 cases of `test_affine_transform_bilinear_*`, with `constant`, `mirror`, `nearest` and `wrap`;',
    '- `CropImages`: 6, `test_crop_images` 0, 1, 3, 4, 5 and 7; `PadImages`: 8, `test_pad_images` 0 to 7;',
    '- `HSVToRGB` and `RGBToHSV`: 2 of each; `RGBToGrayscale`: 1; `PerspectiveTransform`: 1, `test_perspective_transform_bilinear`;',
    '- `Resize`: 20 of `test_resize_*` in each interpolation, `test_resize_with_crop` and `test_resize_with_pad_*`; `SSIM`: 2, `test_ssim_channels_first`.',
    '',
    'Three operations may give other numbers for reasons of their own: `ElasticTransform` draws its noise by another generator, whatever the seed; `Resize` of `uint8`, which is int32 inside of models,',
    'does not cut what cubic curves overshoot at 0 and 255 (`resize_uint8_round_saturate`); and `PerspectiveTransform` of corners that nearly lie on one line loses digits in float32: in',
    '`perspective_transform_bilinear`, 12 of 7500 pixels are up to 4e-4 apart, and there Keras is further than Lamella from the exact numbers. `npm run check:keras-suite` names each such case.',
    '',
  ].join('\n');
}

it('docs/keras-operations.md says which operations are read, and why others are not', () => {
  if (process.env['UPDATE_OPERATIONS'] !== undefined) writeFileSync(page, written());
  expect(readFileSync(page, 'utf8')).toBe(written());
});
