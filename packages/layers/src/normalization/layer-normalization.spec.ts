import { input } from '@lamella/core';
import { floats, list, testLayer } from '@lamella/testing';
import { applyTwice, reload, testAgainstKeras } from '../golden-cases.spec.js';
import { constant } from '../initializers/index.js';
import { layerNormalization, LayerNormalization } from './layer-normalization.js';

testAgainstKeras(LayerNormalization);

testLayer(
  layerNormalization,
  [
    {
      name: 'of rows',
      options: { epsilon: 0, gammaInitializer: constant(2), betaInitializer: constant(1) },
      inputs: list([1, 3, 10, 30], 'float32', [2, 2]),
      outputs: list([-1, 3, -1, 3], 'float32', [2, 2]),
    },
    {
      name: 'over two axes',
      options: {
        axis: [1, 2],
        gammaRegularizer: 'l2',
        betaRegularizer: 'l1',
        gammaConstraint: 'non_neg',
        betaConstraint: 'unit_norm',
      },
      inputs: floats([2, 3, 2]),
    },
    {
      name: 'over axes that are not the last',
      options: { axis: 1, gammaInitializer: 'uniform' },
      inputs: floats([2, 3, 2]),
    },
    {
      // Values of Keras 3.15.
      name: 'scaled and not centred',
      options: { rmsScaling: true, gammaInitializer: constant(2) },
      inputs: list([1, 2, 4, 0, 0, 3], 'float32', [2, 3]),
      outputs: list([1.6030522, 3.2061045, 6.412209, 0, 0, 4.2415801], 'float32', [2, 3]),
    },
    { name: 'without gamma and beta', options: { center: false, scale: false }, inputs: floats([2, 4]) },
  ],
  {
    reload,
    rejects: [
      {
        name: 'an axis that is not there',
        run: () => layerNormalization({ axis: 2, name: 'l' }).apply(input({ shape: [3] })),
        code: 'OPTION_INVALID',
        says: ['LayerNormalization "l": axis: expected an axis of [null, 3], got 2'],
      },
      {
        name: 'one axis twice',
        run: () => layerNormalization({ axis: [1, -1] }).apply(input({ shape: [3] })),
        code: 'OPTION_INVALID',
        says: ['axes that differ'],
      },
      {
        name: 'a size that is not known',
        run: () => layerNormalization().apply(input({ shape: [null] })),
        code: 'SHAPE_MISMATCH',
        says: ['expected known sizes on axis [-1]'],
      },
      {
        name: 'another size than it was built for',
        run: () => applyTwice(layerNormalization({ name: 'l' }), [2], [3]),
        code: 'SHAPE_MISMATCH',
        says: ['LayerNormalization "l": expected [2] on axis [-1], as it was built for, got [3]'],
      },
      {
        name: 'to compute before it was built',
        run: () => layerNormalization({ name: 'l' }).call([]),
        code: 'LAYER_NOT_BUILT',
        says: ['LayerNormalization "l"'],
      },
    ],
  },
);
