// The identifiers of metrics, for types: what an editor offers.

/** Keras' identifiers of metrics. */
export type MetricIdentifier =
  | 'accuracy'
  | 'acc'
  | 'binary_accuracy'
  | 'binary_crossentropy'
  | 'bce'
  | 'categorical_accuracy'
  | 'categorical_crossentropy'
  | 'crossentropy'
  | 'mean_absolute_error'
  | 'mae'
  | 'mean_squared_error'
  | 'mse'
  | 'sparse_categorical_accuracy'
  | 'sparse_categorical_crossentropy'
  | 'sparse_top_k_categorical_accuracy'
  | 'top_k_categorical_accuracy';
