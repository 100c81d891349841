import { describe, expect, it } from '@jest/globals';
import { fillRandom, type RandomSpec } from '@lamella/program';
import { createArena } from '../memory/arena.js';
import { randomFill } from './random-fill.js';

const arena = createArena({ bytes: 2 ** 25 });
const distributions: RandomSpec['distribution'][] = ['bits', 'uniform', 'normal', 'truncatedNormal'];

function target(distribution: RandomSpec['distribution'], length: number) {
  return arena.tensor([length], distribution === 'bits' ? 'int32' : 'float32').data;
}

function bytes(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

function bits(array: ArrayBufferView): number[] {
  return [...new Int32Array(array.buffer, array.byteOffset, array.byteLength / 4)];
}

describe('randomFill', () => {
  it.each(distributions)('gives the very bits of fillRandom: %s', async (distribution) => {
    const fill = await randomFill({ arena });
    for (const length of [0, 1, 2, 3, 4, 7, 64, 65, 2048, 2049, 100_003]) {
      for (const [seed, step] of [
        [0, 0],
        [42, 1],
        [-(2 ** 40) - 7, 0xffffffff],
      ] as const) {
        const mine = target(distribution, length);
        const theirs = mine.slice();
        const spec = { distribution, stream: `layer:${length}` };
        fill(spec, { seed, step }, mine);
        fillRandom(spec, { seed, step }, theirs);
        expect(Buffer.compare(bytes(mine), bytes(theirs))).toBe(0);
      }
    }
  });

  it('writes nothing past the end of an odd array', async () => {
    const fill = await randomFill({ arena });
    const whole = target('normal', 16);
    whole.fill(7);
    fill({ distribution: 'normal', stream: 's' }, { seed: 1, step: 0 }, whole.subarray(0, 5));
    expect([...whole.subarray(5)]).toEqual(new Array(11).fill(7));
  });

  it("takes the stream's own seed before the model's", async () => {
    const fill = await randomFill({ arena });
    const [own, models] = [target('uniform', 8), target('uniform', 8)];
    fill({ distribution: 'uniform', stream: 's', seed: 5 }, { seed: 1, step: 3 }, own);
    fill({ distribution: 'uniform', stream: 's' }, { seed: 5, step: 3 }, models);
    expect(bits(own)).toEqual(bits(models));
  });

  it('fills arrays outside the arena too, and says what is wrong as fillRandom does', async () => {
    const fill = await randomFill({ arena });
    const [outside, expected] = [new Float32Array(5), new Float32Array(5)];
    fill({ distribution: 'normal', stream: 's' }, { seed: 1, step: 0 }, outside);
    fillRandom({ distribution: 'normal', stream: 's' }, { seed: 1, step: 0 }, expected);
    expect(outside).toEqual(expected);
    const spec = { distribution: 'bits', stream: 's' } as const;
    expect(() => fill(spec, { seed: 1, step: 0 }, target('uniform', 4))).toThrow('[DTYPE_MISMATCH]');
    expect(() => fill(spec, { seed: 1, step: -1 }, target('bits', 4))).toThrow('[RANDOM_INVALID]');
    expect(() => fill(spec, { seed: 0.5, step: 0 }, target('bits', 4))).toThrow('[RANDOM_INVALID]');
  });

  it('is the routine of @lamella/program where there are no vectors', async () => {
    expect(await randomFill({ arena, path: 'plain' })).toBe(fillRandom);
  });
});
