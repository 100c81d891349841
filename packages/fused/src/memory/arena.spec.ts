import { describe, expect, it, jest } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { capture } from '@lamella/program';
import { compileProgram } from '../compile-program.js';
import { createArena, sharedArena } from './arena.js';
import { FreeList } from './free-list.js';

describe('FreeList', () => {
  it('gives ranges that never overlap, and has everything back in one piece at the end', () => {
    const actions = fc.array(
      fc.record({ size: fc.integer({ min: 1, max: 40 }), freed: fc.option(fc.nat()) }),
    );
    fc.assert(
      fc.property(actions, (list) => {
        const free = new FreeList(0, 400);
        const taken: { address: number; size: number }[] = [];
        for (const { size, freed } of list) {
          if (freed !== null && taken.length > 0) {
            const [range] = taken.splice(freed % taken.length, 1);
            free.give(range!);
          }
          const address = free.take(size);
          if (address === undefined) continue;
          for (const other of taken)
            expect(address + size <= other.address || other.address + other.size <= address).toBe(true);
          taken.push({ address, size });
          expect(free.total).toBe(400 - taken.reduce((sum, range) => sum + range.size, 0));
        }
        for (const range of taken) free.give(range);
        expect(free.largest).toBe(400);
      }),
      { seed: 5 },
    );
  });
});

describe('the arena', () => {
  it('gives zeros at multiples of 64, also where others have written', () => {
    const arena = createArena({ bytes: 65536 });
    const first = arena.tensor([3]);
    first.data.fill(7);
    const address = arena.addressOf(first.data)!;
    expect(address % 64).toBe(0);
    arena.release(first);
    const second = arena.tensor([16], 'bool');
    expect(arena.addressOf(second.data)).toBe(address);
    expect([...second.data]).toEqual(new Array(16).fill(0));
  });

  it('counts what is in use, and takes a release only once', () => {
    const arena = createArena({ bytes: 65536 });
    const [a, b] = [arena.tensor([100]), arena.tensor([1])];
    expect(arena.used).toBe(448 + 64);
    arena.release(a);
    arena.release(a);
    expect(arena.used).toBe(64);
    arena.release(b);
    expect(arena.used).toBe(0);
  });

  it('says how much was wanted, is free and in use when it is full', () => {
    const arena = createArena({ bytes: 65536 });
    const kept = arena.tensor([8192]);
    expect(() => arena.tensor([8192])).toThrow(
      '[ARENA_FULL] Arena: expected a free block of 32 KiB, got 31.9 KiB as the largest (32 KiB of 64 KiB in use)',
    );
    expect(kept.size).toBe(8192);
  });

  it('takes memory back when the array of a tensor is collected', async () => {
    const { setFlagsFromString } = await import('node:v8');
    setFlagsFromString('--expose-gc');
    const collect = (await import('node:vm')).runInNewContext('gc') as () => void;
    const arena = createArena({ bytes: 65536 });
    (() => arena.tensor([100]))();
    for (let i = 0; i < 1000 && arena.used > 0; i++) {
      collect();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(arena.used).toBe(0);
  });

  it('knows its own arrays from others', () => {
    const arena = createArena({ bytes: 65536 });
    expect(arena.addressOf(new Float32Array(3))).toBeUndefined();
    expect(arena.addressOf(createArena({ bytes: 65536 }).tensor([3]).data)).toBeUndefined();
  });

  it.each<[string, number, number]>([
    ['a smaller memory', 2 ** 28, 2 ** 28],
    // Engines reserve some ten GiB for each WebAssembly memory, however small.
    ['plain memory, in which the same loops run', 0, 2 ** 30],
  ])('falls back where address space is scarce: %s', async (_, room, capacity) => {
    const { Memory } = WebAssembly;
    const reserve = jest.spyOn(WebAssembly, 'Memory').mockImplementation((options) => {
      if (options.initial * 65536 > room) throw new RangeError('could not allocate memory');
      return new Memory(options);
    });
    const arena = createArena();
    reserve.mockRestore();
    expect([arena.capacity, arena.memory?.buffer.byteLength ?? 2 ** 30]).toEqual([capacity, capacity]);
    const { program } = capture((x) => tf.neg(x!), [{ name: 'x', shape: [2], dtype: 'float32' }]);
    const [x, y] = [arena.tensor([2]), arena.tensor([2])];
    x.data.set([1, 2]);
    (await compileProgram(program, { arena })).bind([x], [y]).run();
    expect([...y.data]).toEqual([-1, -2]);
  });

  it('is one for the process, never grows, and is not shared between threads', () => {
    const arena = sharedArena();
    expect(sharedArena()).toBe(arena);
    expect(arena.buffer).toBe(arena.memory!.buffer);
    expect(() => arena.memory!.grow(1)).toThrow();
    expect(arena.buffer.byteLength).toBeGreaterThanOrEqual(2 ** 26);
  });
});
