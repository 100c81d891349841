import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Lanes } from '../loop/lanes.js';
import type { Loop } from '../loop/loop.js';
import { createArena } from '../memory/arena.js';
import { instantiateLoops } from './loop-module.js';

const arena = createArena({ bytes: 65536 });

describe('the remainder in WebAssembly', () => {
  it('is that of JavaScript for any two float32 numbers', async () => {
    const l = new Lanes();
    const [a, b] = [0, 1].map((buffer) =>
      l.toF64(l.load({ buffer, element: 'float32', offset: 0, strides: [1] })),
    );
    const value = l.toF32(l.rem(a!, b!)).id;
    const access = { buffer: 2, element: 'float32', offset: 0, strides: [1] } as const;
    const loop: Loop = {
      sizes: [1],
      folded: 0,
      vector: 0,
      instructions: l.instructions,
      stores: [{ access, value }],
    };
    const { run } = await instantiateLoops({ run: [loop] }, arena.memory!);
    const [x, y, rest] = [arena.tensor([1]), arena.tensor([1]), arena.tensor([1])];
    const table = arena.tensor([3], 'int32');
    table.data.set([x, y, rest].map(({ data }) => data.byteOffset));
    const numbers = fc.oneof(fc.float(), fc.float({ min: -100, max: 100 }), fc.integer().map(Math.fround));
    fc.assert(
      fc.property(numbers, numbers, (p, q) => {
        x.data[0] = p;
        y.data[0] = q;
        run(table.data.byteOffset);
        expect(rest.data[0]).toBe(Math.fround(p % q));
      }),
      { numRuns: 2000, seed: 3 },
    );
  });
});
