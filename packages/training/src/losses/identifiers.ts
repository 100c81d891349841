// The identifiers of losses, for types: what an editor offers.

/** Keras' identifiers of losses. */
export type LossIdentifier =
  | 'binary_crossentropy'
  | 'bce'
  | 'categorical_crossentropy'
  | 'crossentropy'
  | 'mean_absolute_error'
  | 'mae'
  | 'mean_squared_error'
  | 'mse'
  | 'sparse_categorical_crossentropy';
