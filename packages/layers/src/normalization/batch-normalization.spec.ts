import { describe, expect, it } from '@jest/globals';
import { cpu } from '@lamella/backend-cpu';
import { callContext, input } from '@lamella/core';
import type { HostTensor } from '@lamella/program';
import { booleans, callLayer, floats, list, testLayer } from '@lamella/testing';
import { applyTwice, reload, testAgainstKeras } from '../golden-cases.spec.js';
import { constant } from '../initializers/index.js';
import { batchNormalization, BatchNormalization } from './batch-normalization.js';

testAgainstKeras(BatchNormalization);

testLayer(
  batchNormalization,
  [
    {
      name: 'by moving averages',
      options: { epsilon: 0, movingMeanInitializer: constant(1), movingVarianceInitializer: constant(4) },
      inputs: list([3, 5], 'float32', [2, 1]),
      outputs: list([1, 2], 'float32', [2, 1]),
      inTraining: 'differs',
    },
    {
      name: 'of images',
      options: {
        momentum: 0.5,
        gammaRegularizer: 'l2',
        betaRegularizer: 'l1',
        gammaConstraint: 'non_neg',
        betaConstraint: 'unit_norm',
      },
      inputs: floats([2, 2, 3, 2]),
      inTraining: 'differs',
    },
    {
      name: 'of channels that stand first',
      options: { axis: 1 },
      inputs: floats([3, 2, 2, 2]),
      inTraining: 'differs',
    },
    {
      name: 'without gamma and beta',
      options: { center: false, scale: false },
      inputs: floats([4, 3]),
      inTraining: 'differs',
    },
    {
      name: 'with a mask',
      options: {},
      inputs: floats([2, 3, 2]),
      masks: [list([1, 1, 0, 1, 0, 0], 'bool', [2, 3])],
      inTraining: 'differs',
    },
    { name: 'that does not train', options: { trainable: false }, inputs: floats([4, 2]) },
    {
      name: 'that renormalizes',
      options: { renorm: true, renormClipping: { rmax: 3, dmax: 5 }, renormMomentum: 0.9 },
      inputs: floats([5, 2]),
      inTraining: 'differs',
      hasGradient: false,
    },
  ],
  {
    reload,
    rejects: [
      {
        name: 'an axis that is not there',
        run: () => batchNormalization({ axis: 2, name: 'b' }).apply(input({ shape: [3] })),
        code: 'OPTION_INVALID',
        says: ['BatchNormalization "b": axis: expected an axis of [null, 3], got 2'],
      },
      {
        name: 'a size that is not known',
        run: () => batchNormalization().apply(input({ shape: [null] })),
        code: 'SHAPE_MISMATCH',
        says: ['expected a known size on axis -1'],
      },
      {
        name: 'another size than it was built for',
        run: () => applyTwice(batchNormalization({ name: 'b' }), [2], [3]),
        code: 'SHAPE_MISMATCH',
        says: ['BatchNormalization "b": expected 2 on axis -1, as its statistics were created for, got 3'],
      },
      {
        name: 'a mask of another rank',
        run: () =>
          callLayer(
            batchNormalization(),
            { inputs: floats([2, 3]), training: true, masks: [booleans([2, 3])] },
            cpu(),
          ),
        code: 'RANK_MISMATCH',
        says: ['a mask of rank 1'],
      },
      {
        name: 'a mask of another shape',
        run: () =>
          callLayer(
            batchNormalization(),
            { inputs: floats([2, 3, 1]), training: true, masks: [booleans([2, 2])] },
            cpu(),
          ),
        code: 'SHAPE_MISMATCH',
        says: ['expected a mask of shape [2, 3], got [2, 2]'],
      },
      {
        name: 'a negative epsilon',
        run: () => batchNormalization({ epsilon: -1 }),
        code: 'OPTION_INVALID',
        says: ['epsilon'],
      },
      {
        name: 'an unknown bound of renormalization',
        run: () => batchNormalization({ renorm: true, renormClipping: { max: 1 } as never }),
        code: 'OPTION_INVALID',
        says: ['renormClipping: expected rmax, rmin and dmax, got "max"'],
      },
      {
        name: 'bounds of renormalization that exclude each other',
        run: () => batchNormalization({ renorm: true, renormClipping: { rmin: 2, rmax: 1 } }),
        code: 'OPTION_INVALID',
        says: ['an rmin of at most rmax'],
      },
      {
        name: 'to compute before it was built',
        run: () => batchNormalization({ name: 'b' }).call([], callContext()),
        code: 'LAYER_NOT_BUILT',
        says: ['BatchNormalization "b"'],
      },
    ],
  },
);

describe('BatchNormalization', () => {
  it('reads what Keras 2 wrote', () => {
    expect(BatchNormalization.fromConfig({ axis: [3] }).axis).toBe(3);
    expect(BatchNormalization.fromConfig({ axis: 1, momentum: 0.5 })).toMatchObject({
      axis: 1,
      momentum: 0.5,
    });
    expect(BatchNormalization.fromConfig({}).axis).toBe(-1);
    expect(() => BatchNormalization.fromConfig({ axis: [1, 2] })).toThrow(/^\[OPTION_INVALID\].*axis/);
  });

  const train = (layer: BatchNormalization, values: readonly number[], masks: (HostTensor | null)[] = []) =>
    callLayer(
      layer,
      {
        inputs: list(values, 'float32', [1, values.length, 1]),
        training: true,
        masks,
      },
      cpu(),
    );

  it('moves its averages towards the statistics of the batch, with the population variance', async () => {
    const { outputs, weights } = await train(batchNormalization({ momentum: 0.5, epsilon: 0 }), [1, 3]);
    expect([...outputs[0]!.data]).toEqual([-1, 1]);
    expect(weights.map(({ data }) => [...data])).toEqual([[1], [0], [1], [1]]);
  });

  it('leaves out of the statistics what is masked, whatever stands there', async () => {
    const mask = list([1, 1, 0], 'bool', [1, 3]);
    const { weights } = await train(batchNormalization({ momentum: 0 }), [1, 3, NaN], [mask]);
    expect(weights[2]!.data[0]).toBeCloseTo(2, 5);
    expect(weights[3]!.data[0]).toBeCloseTo(1, 5);
  });
});
