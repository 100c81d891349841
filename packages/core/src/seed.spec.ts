import { describe, expect, it } from '@jest/globals';
import { dense } from '@lamella/layers';
import { input } from './input.js';
import { initializerKey, randomSeed, setRandomSeed } from './seed.js';

const kernelOf = async (name: string): Promise<unknown> => {
  const layer = dense({ units: 2, name });
  layer.apply(input({ shape: [2] }));
  return (await layer.getWeights())[0]!.array();
};

describe('the seed', () => {
  it('is an unsigned 32-bit integer', () => {
    setRandomSeed(-1);
    expect(randomSeed()).toBe(0xffffffff);
    setRandomSeed(7);
    expect(randomSeed()).toBe(7);
  });

  it('makes first weights repeatable, whatever else is made in between', async () => {
    setRandomSeed(7);
    const first = await kernelOf('a');
    setRandomSeed(7);
    await kernelOf('b');
    expect(await kernelOf('a')).toEqual(first);
    setRandomSeed(8);
    expect(await kernelOf('a')).not.toEqual(first);
  });

  it('gives two weights of one path different values', async () => {
    setRandomSeed(7);
    expect(await kernelOf('a')).not.toEqual(await kernelOf('a'));
    expect(await kernelOf('a')).not.toEqual(await kernelOf('b'));
  });

  it('gives keys with the path as their stream, numbered from the second on', () => {
    setRandomSeed(7);
    expect([initializerKey('a/kernel'), initializerKey('a/kernel'), initializerKey('b/kernel')]).toEqual([
      { seed: 7, stream: 'a/kernel' },
      { seed: 7, stream: 'a/kernel#1' },
      { seed: 7, stream: 'b/kernel' },
    ]);
  });
});
