// The process's seed for first weights and for models that name no seed. One seed makes a run repeatable.
import { setRandomSeed as seedEagerRandom, sharedState } from '@lamella/program';
import type { InitializerKey } from './initializer.js';

/** Drawn when the module is loaded: the state may be asked for first while something is captured, which may draw nothing. */
const freshSeed = globalThis.crypto.getRandomValues(new Uint32Array(1))[0]!;
const state = sharedState('seed', () => ({ seed: freshSeed, draws: new Map<string, number>() }));

/** Sets the seed of everything random that follows: first weights, shuffling, dropout. Units: an unsigned 32-bit integer. */
export function setRandomSeed(value: number): void {
  state().seed = value >>> 0;
  state().draws.clear();
  seedEagerRandom(state().seed);
}

/** The seed in force. */
export function randomSeed(): number {
  return state().seed;
}

/** A key for the first values of the weight at `path`; each call for one path gives other numbers. */
export function initializerKey(path: string): InitializerKey {
  const { seed, draws } = state();
  const draw = draws.get(path) ?? 0;
  draws.set(path, draw + 1);
  return { seed, stream: draw === 0 ? path : `${path}#${draw}` };
}
