// The identifiers of optimizers, for types: what an editor offers.

/** Keras' identifiers of optimizers. */
export type OptimizerIdentifier =
  | 'adadelta'
  | 'adafactor'
  | 'adagrad'
  | 'adam'
  | 'adamax'
  | 'adamw'
  | 'ftrl'
  | 'lamb'
  | 'lion'
  | 'muon'
  | 'nadam'
  | 'rmsprop'
  | 'schedulefreeadamw'
  | 'sgd';
