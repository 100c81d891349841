// Keras' identifiers of constraints.
import { NonNeg } from './non-negative.js';
import { MaxNorm, MinMaxNorm, UnitNorm } from './norms.js';

/** The classes by identifier; their class names are identifiers too. */
export const constraintClasses = {
  max_norm: MaxNorm,
  min_max_norm: MinMaxNorm,
  non_neg: NonNeg,
  unit_norm: UnitNorm,
} as const;

/** Keras' identifiers of constraints. */
export type ConstraintIdentifier = keyof typeof constraintClasses;
