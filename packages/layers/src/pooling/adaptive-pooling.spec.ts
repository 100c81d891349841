import { input } from '@lamella/core';
import { floats, list, testLayer } from '@lamella/testing';
import { reload, testAgainstKeras } from '../golden-cases.spec.js';
import { adaptiveAveragePooling1D, AdaptiveAveragePooling1D } from './adaptive-average-pooling1d.js';
import { AdaptiveAveragePooling2D } from './adaptive-average-pooling2d.js';
import { AdaptiveAveragePooling3D } from './adaptive-average-pooling3d.js';
import { AdaptiveMaxPooling1D } from './adaptive-max-pooling1d.js';
import { adaptiveMaxPooling2D, AdaptiveMaxPooling2D } from './adaptive-max-pooling2d.js';
import { AdaptiveMaxPooling3D } from './adaptive-max-pooling3d.js';

for (const layer of [AdaptiveAveragePooling1D, AdaptiveAveragePooling2D, AdaptiveAveragePooling3D])
  testAgainstKeras(layer);
for (const layer of [AdaptiveMaxPooling1D, AdaptiveMaxPooling2D, AdaptiveMaxPooling3D])
  testAgainstKeras(layer);

testLayer(
  adaptiveAveragePooling1D,
  [
    {
      name: 'over windows that overlap',
      options: { outputSize: 2 },
      inputs: list([1, 2, 6], 'float32', [1, 3, 1]),
      outputs: list([1.5, 4], 'float32', [1, 2, 1]),
    },
    { name: 'to more places than there are', options: { outputSize: 5 }, inputs: floats([1, 3, 2]) },
  ],
  {
    reload,
    rejects: [
      {
        name: 'no places',
        run: () => adaptiveMaxPooling2D({ outputSize: [1, 0], name: 'p' }),
        code: 'OPTION_INVALID',
        says: ['AdaptiveMaxPooling2D "p": outputSize: expected a positive integer, got 0'],
      },
      {
        name: 'what is no image',
        run: () => adaptiveMaxPooling2D({ outputSize: 1 }).apply(input({ shape: [4, 4] })),
        code: 'RANK_MISMATCH',
        says: ['[batch, height, width, channels]'],
      },
    ],
  },
);
