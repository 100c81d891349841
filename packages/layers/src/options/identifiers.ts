// The identifiers of initializers, regularizers and constraints, for types: what an editor offers.

/** Keras' identifiers of initializers. */
export type InitializerIdentifier =
  | 'zeros'
  | 'ones'
  | 'constant'
  | 'identity'
  | 'random_normal'
  | 'truncated_normal'
  | 'random_uniform'
  | 'variance_scaling'
  | 'glorot_uniform'
  | 'glorot_normal'
  | 'he_uniform'
  | 'he_normal'
  | 'lecun_uniform'
  | 'lecun_normal'
  | 'orthogonal'
  | 'stft';

/** Keras' identifiers of regularizers. */
export type RegularizerIdentifier = 'l1' | 'l2' | 'l1l2' | 'orthogonal_regularizer';

/** Keras' identifiers of constraints. */
export type ConstraintIdentifier = 'max_norm' | 'min_max_norm' | 'non_neg' | 'unit_norm';
