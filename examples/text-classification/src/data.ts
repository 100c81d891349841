// Texts of words as numbers, made up: which of two words comes first is what there is to learn.
import { HostTensor } from '@lamella/program';

export const vocabulary = 12;
export const length = 8;

/** Texts, with 1 for those in which word 1 comes before word 2. Zeros fill them up to their length. */
export function texts(count: number, seed: number): { x: HostTensor; y: HostTensor } {
  let state = seed;
  const below = (limit: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  const x = new Int32Array(count * length);
  const y = new Int32Array(count);
  for (let row = 0; row < count; row++) {
    const words = 4 + below(length - 3);
    for (let i = 0; i < words; i++) x[row * length + i] = 3 + below(vocabulary - 3);
    const second = 1 + below(words - 1);
    const first = below(second);
    y[row] = below(2);
    x[row * length + first] = 2 - y[row]!;
    x[row * length + second] = 1 + y[row]!;
  }
  return { x: new HostTensor(x, [count, length], 'int32'), y: new HostTensor(y, [count], 'int32') };
}
