// Zeros in the arena that the whole process shares.
import { sharedArena } from '@lamella/fused';
import type { HostTensor, Shape, NumberDType } from '@lamella/program';

/** In place of `HostTensor.zeros`. Throws: ARENA_FULL. */
export function arenaZeros(shape: Shape, dtype: NumberDType = 'float32'): HostTensor {
  return sharedArena().tensor(shape, dtype);
}
