// The layers that disturb values in training, or penalize them: SpatialDropout, AlphaDropout, GaussianDropout, ActivityRegularization.
import { describe, expect, it } from '@jest/globals';
import { cpu } from '@lamella/backend-cpu';
import { input, type Layer } from '@lamella/core';
import { callLayer, floats, list, testLayer } from '@lamella/testing';
import { reload, testAgainstKeras } from '../golden-cases.spec.js';
import { activityRegularization, ActivityRegularization } from './activity-regularization.js';
import { alphaDropout, AlphaDropout } from './alpha-dropout.js';
import { gaussianDropout, GaussianDropout } from './gaussian-dropout.js';
import {
  spatialDropout1D,
  SpatialDropout1D,
  spatialDropout2D,
  SpatialDropout2D,
  spatialDropout3D,
  SpatialDropout3D,
} from './spatial-dropout.js';

for (const layerClass of [SpatialDropout1D, SpatialDropout2D, SpatialDropout3D]) testAgainstKeras(layerClass);
testAgainstKeras(AlphaDropout);
testAgainstKeras(GaussianDropout);
testAgainstKeras(ActivityRegularization);

testLayer(
  spatialDropout1D,
  [{ name: 'of sequences', options: { rate: 0.5 }, inputs: floats([4, 2, 5]), inTraining: 'differs' }],
  {
    reload,
    rejects: [
      {
        name: 'rows',
        run: () => spatialDropout1D({ rate: 0.5, name: 's' }).apply(input({ shape: [3] })),
        code: 'RANK_MISMATCH',
        says: ['SpatialDropout1D "s": expected rank 3 ([batch, steps, channels])'],
      },
      {
        name: 'a rate above 1',
        run: () => spatialDropout1D({ rate: 2 }),
        code: 'OPTION_INVALID',
        says: ['rate'],
      },
    ],
  },
);
testLayer(
  spatialDropout2D,
  [
    {
      name: 'of channels that stand first',
      options: { rate: 0.5, dataFormat: 'channels_first', seed: 4 },
      inputs: floats([4, 5, 2, 2]),
      inTraining: 'differs',
    },
  ],
  { reload, rejects: [] },
);
testLayer(
  spatialDropout3D,
  [{ name: 'of volumes', options: { rate: 0.5 }, inputs: floats([4, 2, 1, 2, 5]), inTraining: 'differs' }],
  { reload, rejects: [] },
);
testLayer(
  alphaDropout,
  [
    { name: 'of values', options: { rate: 0.5 }, inputs: floats([4, 5]), inTraining: 'differs' },
    {
      name: 'of rows',
      options: { rate: 0.5, noiseShape: [null, 1], seed: 7 },
      inputs: floats([16, 3]),
      inTraining: 'differs',
    },
  ],
  {
    reload,
    rejects: [
      {
        name: 'a noise shape that does not broadcast',
        run: () => alphaDropout({ rate: 0.5, noiseShape: [null, 2], name: 'a' }).apply(input({ shape: [3] })),
        code: 'SHAPE_MISMATCH',
        says: ['AlphaDropout "a": noiseShape [null, 2] does not broadcast to the input [null, 3]'],
      },
      {
        name: 'to drop everything in training',
        run: () =>
          callLayer(alphaDropout({ rate: 1, name: 'a' }), { inputs: floats([2, 3]), training: true }, cpu()),
        code: 'OPTION_INVALID',
        says: ['AlphaDropout "a": rate: expected a number below 1 to train with, got 1'],
      },
    ],
  },
);
testLayer(
  gaussianDropout,
  [{ name: 'of values', options: { rate: 0.5 }, inputs: floats([4, 5]), inTraining: 'differs' }],
  {
    reload,
    rejects: [
      {
        name: 'infinite noise',
        run: () => callLayer(gaussianDropout({ rate: 1 }), { inputs: floats([2, 3]), training: true }, cpu()),
        code: 'OPTION_INVALID',
        says: ['rate: expected a number below 1'],
      },
    ],
  },
);
testLayer(
  activityRegularization,
  [
    {
      name: 'that penalizes magnitudes and squares',
      options: { l1: 0.1, l2: 0.2 },
      inputs: floats([2, 3]),
      outputs: floats([2, 3]),
    },
  ],
  {
    reload,
    rejects: [
      {
        name: 'a negative factor',
        run: () => activityRegularization({ l1: -1, name: 'a' }),
        code: 'OPTION_INVALID',
        says: ['ActivityRegularization "a": l1: expected a number that is not negative, got -1'],
      },
    ],
  },
);

describe('in training', () => {
  const train = async (layer: Layer, shape: readonly number[]): Promise<readonly number[]> => {
    const { outputs } = await callLayer(layer, { inputs: floats(shape, 1, 1), training: true }, cpu());
    return [...outputs[0]!.data];
  };
  const meanOf = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  const deviationOf = (values: readonly number[]): number =>
    Math.sqrt(meanOf(values.map((value) => (value - meanOf(values)) ** 2)));

  it('SpatialDropout drops whole channels, and lets the others grow', async () => {
    const values = await train(spatialDropout1D({ rate: 0.25, name: 's' }), [2, 3, 64]);
    for (let example = 0; example < 2; example++)
      for (let channel = 0; channel < 64; channel++) {
        const steps = [0, 1, 2].map((step) => values[(example * 3 + step) * 64 + channel]);
        expect(new Set(steps).size).toBe(1);
      }
    expect(new Set(values)).toEqual(new Set([0, Math.fround(4 / 3)]));
  });

  it('AlphaDropout keeps the mean and the deviation of normal values', async () => {
    const normal = Float32Array.from(
      { length: 10000 },
      (_, i) => Math.sqrt(-2 * Math.log((i + 0.5) / 10000)) * Math.cos(2 * Math.PI * ((i * 0.618034) % 1)),
    );
    const inputs = list([...normal], 'float32', [100, 100]);
    const { outputs } = await callLayer(
      alphaDropout({ rate: 0.3, name: 'alpha' }),
      { inputs, training: true },
      cpu(),
    );
    const values = [...outputs[0]!.data];
    expect(Math.abs(meanOf(values))).toBeLessThan(0.05);
    expect(Math.abs(deviationOf(values) - 1)).toBeLessThan(0.05);
    // 30 % have the one value that dropped units take.
    const counts = new Map<number, number>();
    for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
    expect(Math.abs(Math.max(...counts.values()) / values.length - 0.3)).toBeLessThan(0.02);
  });

  it('GaussianDropout multiplies by numbers around 1', async () => {
    const values = await train(gaussianDropout({ rate: 0.2, name: 'gaussian' }), [100, 100]);
    expect(Math.abs(meanOf(values) - 1)).toBeLessThan(0.02);
    expect(Math.abs(deviationOf(values) - 0.5)).toBeLessThan(0.02);
  });

  it('ActivityRegularization adds its penalty, divided by the batch, to the loss', async () => {
    const inputs = list([1, -2, 3, -4], 'float32', [2, 2]);
    const { losses } = await callLayer(activityRegularization({ l1: 1, l2: 10 }), { inputs }, cpu());
    expect(losses.map(({ data }) => data[0])).toEqual([(10 + 10 * 30) / 2]);
  });
});
