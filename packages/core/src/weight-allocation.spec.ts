import { describe, expect, it } from '@jest/globals';
import { HostTensor } from '@lamella/program';
import { dense } from '@lamella/layers';
import { input } from './input.js';
import { withWeightAllocator } from './weight-allocation.js';

describe('withWeightAllocator', () => {
  it('gives the first values of weights in place of their initializers, and is told what is asked for', async () => {
    const asked: string[] = [];
    const layer = dense({ units: 2, name: 'head' });
    withWeightAllocator(
      ({ path, shape, dtype }) => {
        asked.push(`${path} ${dtype}[${shape.join(', ')}]`);
        return HostTensor.zeros(shape, dtype);
      },
      () => layer.apply(input({ shape: [3] })),
    );
    expect(asked).toEqual(['head/kernel float32[3, 2]', 'head/bias float32[2]']);
    expect(Array.from((await layer.getWeights())[0]!.data)).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('can refuse a weight, and is gone afterwards', async () => {
    const refuse = (): never => {
      throw new Error('too large');
    };
    expect(() => withWeightAllocator(refuse, () => dense({ units: 2 }).apply(input({ shape: [3] })))).toThrow(
      'too large',
    );
    const layer = dense({ units: 2 });
    layer.apply(input({ shape: [3] }));
    expect((await layer.getWeights())[0]!.data.some((value) => value !== 0)).toBe(true);
  });
});
