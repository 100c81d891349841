// Fills arrays with random streams, by loops in WebAssembly: the numbers of fillRandom in @lamella/program, bit for bit.
// Not here: what the numbers are.
import { fillRandom, streamKey, type RandomKey, type RandomSpec, type TypedArray } from '@lamella/program';
import type { CompileOptions } from '../compile-program.js';
import { hasSimd, instantiateLoops } from '../generate/loop-module.js';
import { sharedArena } from '../memory/arena.js';
import { buffers, wordLoop } from './word-loops.js';

/** The type of `fillRandom` of @lamella/program. */
export type RandomFill = (spec: RandomSpec, key: RandomKey, target: TypedArray) => void;

const distributions = ['bits', 'uniform', 'normal', 'truncatedNormal'] as const;
/** Blocks of two numbers that one call of a loop fills, the most first. */
const pieces = [1024, 32, 1] as const;

/**
 * Makes a faster `fillRandom`. Arrays outside the arena, and engines without vectors, are filled by the other one.
 * Throws: ARENA_FULL.
 *
 * @example
 * const arena = createArena({ bytes: 65536 });
 * const fill = await randomFill({ arena });
 * const noise = arena.tensor([4]);
 * fill({ distribution: 'normal', stream: 'dropout:0' }, { seed: 42, step: 0 }, noise.data);
 */
export async function randomFill(options: CompileOptions = {}): Promise<RandomFill> {
  const { arena = sharedArena() } = options;
  const { memory } = arena;
  if (memory === undefined || (options.path ?? (hasSimd() ? 'simd' : 'plain')) === 'plain') return fillRandom;
  const lists = Object.fromEntries(
    distributions.flatMap((distribution) => [
      ...pieces.map((blocks) => [`${distribution} ${blocks}`, [wordLoop(distribution, blocks)]] as const),
      [`${distribution} half`, [wordLoop(distribution, 1, true)]] as const,
    ]),
  );
  const runners = await instantiateLoops(lists, memory);
  // The table and the parameters stay for as long as the filler itself.
  const table = arena.tensor([2], 'int32');
  const parameters = arena.tensor([4], 'int32');
  const addresses = table.data;
  addresses[buffers.parameters] = parameters.data.byteOffset;
  return (spec, key, target) => {
    const { distribution, stream, seed = key.seed } = spec;
    const address = arena.addressOf(target);
    const isFitting = distribution === 'bits' ? target instanceof Int32Array : target instanceof Float32Array;
    // Everything else that is wrong, too, is for the other one to say.
    if (address === undefined || !isFitting || !isStep(key.step)) {
      fillRandom(spec, key, target);
      return;
    }
    const run = (name: string, block: number): void => {
      parameters.data[3] = block;
      addresses[buffers.target] = address + block * 8;
      runners[`${distribution} ${name}`]!(addresses.byteOffset);
    };
    const [k0, k1] = streamKey(seed, stream);
    parameters.data.set([k0, k1, key.step | 0]);
    const blocks = target.length >> 1;
    let block = 0;
    for (const piece of pieces) {
      for (; block + piece <= blocks; block += piece) run(String(piece), block);
    }
    if (target.length % 2 === 1) run('half', block);
  };
}

function isStep(step: number): boolean {
  return Number.isInteger(step) && step >= 0 && step <= 0xffffffff;
}
