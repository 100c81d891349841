// The kinds of values that an instruction of a loop works on.
import type { NumberDType } from '@lamella/program';

/**
 * What an instruction yields for each position: a float32, an int32, a float64 that lives only between instructions, or
 * a `mask`, all ones or all zeros.
 */
export type Lane = 'f32' | 'i32' | 'f64' | 'mask';

/** Positions along the vector axis that are computed at once. */
export const lanes = 4;

/** The lane that an element is loaded into. */
export function laneOf(element: NumberDType): Lane {
  switch (element) {
    case 'float32':
      return 'f32';
    case 'bool':
      return 'mask';
    default:
      return 'i32';
  }
}
