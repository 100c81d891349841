// The order of the examples in one epoch: a permutation that depends on the seed and the epoch alone.
import { fillRandom } from '@lamella/program';

/** A permutation of 0 to `length` - 1. */
export function shuffledOrder(length: number, seed: number, epoch: number): Int32Array {
  const bits = new Int32Array(length);
  fillRandom({ distribution: 'bits', stream: 'shuffle' }, { seed, step: epoch }, bits);
  const order = Int32Array.from({ length }, (_, i) => i);
  for (let i = length - 1; i > 0; i--) {
    // 32 random bits scaled to [0, i]: the bias is below 2^-32 * i.
    const j = Math.floor(((bits[i]! >>> 0) / 4294967296) * (i + 1));
    const held = order[i]!;
    order[i] = order[j]!;
    order[j] = held;
  }
  return order;
}
