// Keras' identifiers of regularizers.
import { L1, L1L2, L2 } from './norms.js';
import { OrthogonalRegularizer } from './orthogonal.js';

/** The classes by identifier; their class names are identifiers too. */
export const regularizerClasses = {
  l1: L1,
  l2: L2,
  l1l2: L1L2,
  orthogonal_regularizer: OrthogonalRegularizer,
} as const;

/** Keras' identifiers of regularizers. */
export type RegularizerIdentifier = keyof typeof regularizerClasses;
