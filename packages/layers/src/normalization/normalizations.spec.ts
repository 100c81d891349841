// RMSNormalization, GroupNormalization, UnitNormalization and SpectralNormalization.
import { describe, expect, it } from '@jest/globals';
import { cpu } from '@lamella/backend-cpu';
import { input } from '@lamella/core';
import { HostTensor } from '@lamella/program';
import { callLayer, floats, list, testLayer } from '@lamella/testing';
import { dense } from '../core/dense.js';
import { applyTwice, reload, testAgainstKeras } from '../golden-cases.spec.js';
import { constant } from '../initializers/index.js';
import { flatten } from '../reshaping/flatten.js';
import { groupNormalization, GroupNormalization } from './group-normalization.js';
import { rmsNormalization, RMSNormalization } from './rms-normalization.js';
import { spectralNormalization, SpectralNormalization } from './spectral-normalization.js';
import { unitNormalization, UnitNormalization } from './unit-normalization.js';

testAgainstKeras(RMSNormalization);
testAgainstKeras(GroupNormalization);
testAgainstKeras(UnitNormalization);
testAgainstKeras(SpectralNormalization);

testLayer(
  rmsNormalization,
  [
    {
      name: 'of rows',
      options: { epsilon: 0 },
      inputs: list([3, 4], 'float32', [1, 2]),
      outputs: list([3 / Math.sqrt(12.5), 4 / Math.sqrt(12.5)], 'float32', [1, 2]),
    },
    { name: 'of two axes', options: { axis: [1, 2] }, inputs: floats([2, 2, 3]) },
  ],
  {
    reload,
    rejects: [
      {
        name: 'a size that is not known',
        run: () => rmsNormalization({ name: 'r' }).apply(input({ shape: [null] })),
        code: 'SHAPE_MISMATCH',
        says: ['RMSNormalization "r": expected known sizes on axis [-1]'],
      },
      {
        name: 'another size than it was built for',
        run: () => applyTwice(rmsNormalization({ name: 'r' }), [2], [3]),
        code: 'SHAPE_MISMATCH',
        says: ['expected [2] on axis [-1], as it was built for, got [3]'],
      },
      {
        name: 'a scale that does not broadcast',
        run: () => rmsNormalization({ axis: 1 }).apply(input({ shape: [2, 3] })),
        code: 'SHAPE_MISMATCH',
        says: ['its scale [2], of axis [1], does not broadcast to the last axes of [null, 2, 3]'],
      },
    ],
  },
);
testLayer(
  groupNormalization,
  [
    {
      name: 'of two groups',
      options: { groups: 2, epsilon: 0 },
      inputs: list([1, 3, 10, 30], 'float32', [1, 4]),
      outputs: list([-1, 1, -1, 1], 'float32', [1, 4]),
    },
    {
      name: 'of images, channels first',
      options: { groups: 2, axis: 1, gammaRegularizer: 'l2', betaConstraint: 'unit_norm' },
      inputs: floats([2, 4, 2, 2]),
    },
  ],
  {
    reload,
    rejects: [
      {
        name: 'groups that do not divide the channels',
        run: () => groupNormalization({ groups: 3, name: 'g' }).apply(input({ shape: [4] })),
        code: 'OPTION_INVALID',
        says: ['GroupNormalization "g": groups: expected a divisor of the 4 channels, got 3'],
      },
      {
        name: 'no groups',
        run: () => groupNormalization({ groups: 0 }),
        code: 'OPTION_INVALID',
        says: ['groups: expected a positive integer, or -1, got 0'],
      },
      {
        name: 'the batch as its channels',
        run: () => groupNormalization({ axis: 0 }).apply(input({ batchShape: [32, 4] })),
        code: 'OPTION_INVALID',
        says: ['axis: expected another axis than the batch'],
      },
      {
        name: 'another number of channels than it was built for',
        run: () => applyTwice(groupNormalization({ groups: 1 }), [2], [3]),
        code: 'SHAPE_MISMATCH',
        says: ['expected 2 on axis -1'],
      },
    ],
  },
);
testLayer(
  unitNormalization,
  [
    {
      name: 'of rows, zeros too',
      options: {},
      inputs: list([3, 4, 0, 0], 'float32', [2, 2]),
      outputs: list([0.6, 0.8, 0, 0], 'float32', [2, 2]),
      hasGradient: false,
    },
    { name: 'of two axes', options: { axis: [1, 2] }, inputs: floats([2, 2, 3]) },
  ],
  {
    reload,
    rejects: [
      {
        name: 'an axis that is not there',
        run: () => unitNormalization({ axis: 2, name: 'u' }).apply(input({ shape: [3] })),
        code: 'OPTION_INVALID',
        says: ['UnitNormalization "u": axis: expected an axis of [null, 3], got 2'],
      },
    ],
  },
);
testLayer(
  spectralNormalization,
  [
    {
      name: 'of a dense layer',
      options: { layer: dense({ units: 2, name: 'inner' }) },
      inputs: floats([3, 4]),
      inTraining: 'differs',
    },
  ],
  {
    reload,
    rejects: [
      {
        name: 'a layer without a kernel',
        run: () =>
          spectralNormalization({ layer: flatten({ name: 'f' }), name: 's' }).apply(input({ shape: [2, 2] })),
        code: 'OPTION_INVALID',
        says: ['SpectralNormalization "s": layer: expected a layer with a kernel or embeddings'],
      },
      {
        name: 'no iterations',
        run: () => spectralNormalization({ layer: dense({ units: 1 }), powerIterations: 0 }),
        code: 'OPTION_INVALID',
        says: ['powerIterations: expected a positive integer'],
      },
      {
        name: 'what is no layer',
        run: () => spectralNormalization({ layer: {} as never }),
        code: 'OPTION_INVALID',
        says: ['layer: expected a layer'],
      },
    ],
  },
);

describe('SpectralNormalization in training', () => {
  const train = async (kernel: number, powerIterations: number): Promise<readonly HostTensor[]> => {
    const layer = spectralNormalization({
      layer: dense({ units: 2, useBias: false, kernelInitializer: constant(kernel) }),
      powerIterations,
    });
    layer.apply(input({ shape: [2] }));
    const [before] = await layer.getWeights();
    layer.setWeights([before!, HostTensor.fromArray([[1, 0]]) as HostTensor]);
    const call = { inputs: list([1, 2], 'float32', [1, 2]), training: true } as const;
    const { weights, outputs } = await callLayer(layer, call, cpu());
    return [...weights, ...outputs];
  };

  it('divides the kernel by its largest singular value', async () => {
    // All ones: the singular value is 2, its vectors are [1, 1] / sqrt(2), found in one iteration.
    const [kernel, vector, output] = await train(1, 1);
    for (const value of kernel!.data) expect(value).toBeCloseTo(0.5, 6);
    for (const value of vector!.data) expect(value).toBeCloseTo(Math.SQRT1_2, 6);
    expect([...output!.data].map((value) => Math.round(value * 1e6) / 1e6)).toEqual([1.5, 1.5]);
  });

  it('leaves a kernel of zeros as it is', async () => {
    const [kernel, vector] = await train(0, 2);
    expect([...kernel!.data, ...vector!.data]).toEqual([0, 0, 0, 0, 1, 0]);
  });
});
