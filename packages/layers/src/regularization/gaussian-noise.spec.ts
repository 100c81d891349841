import { describe, expect, it } from '@jest/globals';
import { cpu } from '@lamella/backend-cpu';
import { callLayer, floats, testLayer } from '@lamella/testing';
import { reload, testAgainstKeras } from '../golden-cases.spec.js';
import { gaussianNoise, GaussianNoise } from './gaussian-noise.js';

testAgainstKeras(GaussianNoise);

testLayer(
  gaussianNoise,
  [
    { name: 'outside training', options: { stddev: 0.5 }, inputs: floats([4, 5]), inTraining: 'differs' },
    { name: 'with a seed', options: { stddev: 1, seed: 5 }, inputs: floats([2, 3]), inTraining: 'differs' },
    { name: 'of nothing', options: { stddev: 0 }, inputs: floats([2, 3]), outputs: floats([2, 3]) },
  ],
  {
    reload,
    rejects: [
      {
        name: 'a negative deviation',
        run: () => gaussianNoise({ stddev: -1, name: 'g' }),
        code: 'OPTION_INVALID',
        says: ['GaussianNoise "g": stddev', 'from 0 to 1, got -1'],
      },
      {
        name: 'no deviation',
        run: () => gaussianNoise({} as never),
        code: 'OPTION_INVALID',
        says: ['stddev'],
      },
    ],
  },
);

describe('GaussianNoise', () => {
  it('adds noise of mean 0 and its deviation', async () => {
    const zeros = floats([100, 100], 0, 0);
    const call = { inputs: zeros, training: true } as const;
    const { outputs } = await callLayer(gaussianNoise({ stddev: 0.5, name: 'noise' }), call, cpu());
    const values = [...outputs[0]!.data];
    const mean = values.reduce((a, b) => a + b) / values.length;
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
    expect(Math.abs(mean)).toBeLessThan(0.02);
    expect(Math.abs(deviation - 0.5)).toBeLessThan(0.02);
  });
});
