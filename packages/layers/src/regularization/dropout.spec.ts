import { describe, expect, it } from '@jest/globals';
import { cpu } from '@lamella/backend-cpu';
import { callLayer, floats, integers, testLayer } from '@lamella/testing';
import { reload, testAgainstKeras } from '../golden-cases.spec.js';
import { dropout, Dropout, type DropoutOptions } from './dropout.js';

testAgainstKeras(Dropout);

testLayer(
  dropout,
  [
    { name: 'outside training', options: { rate: 0.5 }, inputs: floats([4, 5]), inTraining: 'differs' },
    {
      name: 'of whole rows',
      options: { rate: 0.5, noiseShape: [null, 1], seed: 7 },
      inputs: floats([16, 3]),
      inTraining: 'differs',
    },
    { name: 'of nothing', options: { rate: 0 }, inputs: floats([2, 3]), outputs: floats([2, 3]) },
    { name: 'of integers', options: { rate: 0.5 }, inputs: integers([3, 8], 9), inTraining: 'differs' },
  ],
  {
    reload,
    rejects: [
      {
        name: 'a rate above 1',
        run: () => dropout({ rate: 1.5, name: 'd' }),
        code: 'OPTION_INVALID',
        says: ['Dropout "d": rate: expected a number from 0 to 1, got 1.5'],
      },
      {
        name: 'no rate',
        run: () => dropout({} as never),
        code: 'OPTION_INVALID',
        says: ['rate', 'got undefined'],
      },
      {
        name: 'a seed that is no integer',
        run: () => dropout({ rate: 0.5, seed: 0.5 }),
        code: 'OPTION_INVALID',
        says: ['seed'],
      },
      {
        name: 'a noise shape of other things than sizes',
        run: () => dropout({ rate: 0.5, noiseShape: [-1] }),
        code: 'OPTION_INVALID',
        says: ['noiseShape'],
      },
      {
        name: 'a noise shape that does not broadcast',
        run: () =>
          callLayer(
            dropout({ rate: 0.5, noiseShape: [null, 2] }),
            { inputs: floats([2, 3]), training: true },
            cpu(),
          ),
        code: 'SHAPE_MISMATCH',
        says: ['noiseShape [null, 2] does not broadcast to the input [2, 3]'],
      },
    ],
  },
);

describe('Dropout', () => {
  const train = async (options: DropoutOptions, shape: readonly number[]): Promise<readonly number[]> => {
    const ones = floats(shape, 1, 1);
    const { outputs } = await callLayer(dropout(options), { inputs: ones, training: true }, cpu());
    return [...outputs[0]!.data];
  };

  it('makes a share of the values 0, and lets the others grow so that the mean stays', async () => {
    const values = await train({ rate: 0.25, name: 'quarter' }, [100, 100]);
    expect(new Set(values)).toEqual(new Set([0, Math.fround(4 / 3)]));
    const dropped = values.filter((value) => value === 0).length / values.length;
    expect(Math.abs(dropped - 0.25)).toBeLessThan(0.02);
  });

  it('drops everything at a rate of 1', async () => {
    expect(await train({ rate: 1 }, [2, 2])).toEqual([0, 0, 0, 0]);
  });

  it('drops whole rows where the noise has one value for each', async () => {
    const values = await train({ rate: 0.5, noiseShape: [null, 1], name: 'rows' }, [32, 3]);
    const rows = Array.from({ length: 32 }, (_, i) => new Set(values.slice(3 * i, 3 * i + 3)));
    expect(rows.every((row) => row.size === 1)).toBe(true);
    expect(new Set(values)).toEqual(new Set([0, 2]));
  });

  it('repeats for one seed, and differs between layers without one', async () => {
    const seeded = await train({ rate: 0.5, seed: 3, name: 'a' }, [8, 8]);
    expect(await train({ rate: 0.5, seed: 3, name: 'a' }, [8, 8])).toEqual(seeded);
    expect(await train({ rate: 0.5, seed: 4, name: 'a' }, [8, 8])).not.toEqual(seeded);
    expect(await train({ rate: 0.5, name: 'a' }, [8, 8])).not.toEqual(
      await train({ rate: 0.5, name: 'b' }, [8, 8]),
    );
  });
});
