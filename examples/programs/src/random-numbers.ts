// Random numbers for made-up data: the same ones for the same seed, everywhere.

export interface RandomNumbers {
  /** From 0 to below 1. */
  uniform(): number;
  /** A whole number from 0 to below `limit`. */
  below(limit: number): number;
  /** Normally distributed, with mean 0 and standard deviation 1. */
  normal(): number;
}

/** A generator of its own. Source: mulberry32, and the transform of Box and Muller. */
export function randomNumbers(seed: number): RandomNumbers {
  let state = seed >>> 0;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    uniform,
    below: (limit) => Math.floor(uniform() * limit),
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
  };
}
