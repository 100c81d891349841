// The identifiers of optimizers, for types: what an editor offers.

/** Keras' identifiers of optimizers. */
export type OptimizerIdentifier = 'adam' | 'adamw' | 'rmsprop' | 'sgd';
