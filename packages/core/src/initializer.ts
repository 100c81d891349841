// What an initializer, a regularizer and a constraint are to a weight. The ones Keras has are in @lamella/layers.
import type * as tf from '@tensorflow/tfjs-core';
import type { HostTensor, Shape, NumberDType } from '@lamella/program';
import type { Config, Serializable, SerializableKind } from './config.js';

/** Where an initializer's random numbers come from: see `fillRandom` of @lamella/program. */
export interface InitializerKey {
  readonly seed: number;
  /** The weight's path; an initializer with a seed of its own ignores it. */
  readonly stream: string;
}

/** Gives a weight its first values, on the host. */
export abstract class Initializer implements Serializable {
  static readonly kind: SerializableKind = 'initializers';

  readonly kind = 'initializers';

  get className(): string {
    return (this.constructor as unknown as { className: string }).className;
  }

  abstract initialize(shape: Shape, dtype: NumberDType, key: InitializerKey): HostTensor;

  getConfig(): Config {
    return {};
  }
}

/** A scalar added to the loss for a weight. */
export abstract class Regularizer implements Serializable {
  static readonly kind: SerializableKind = 'regularizers';

  readonly kind = 'regularizers';

  get className(): string {
    return (this.constructor as unknown as { className: string }).className;
  }

  /** The penalty, a scalar, in tfjs-core calls. */
  abstract call(weight: tf.Tensor): tf.Tensor;

  getConfig(): Config {
    return {};
  }
}

/** Projects a weight after each update. */
export abstract class Constraint implements Serializable {
  static readonly kind: SerializableKind = 'constraints';

  readonly kind = 'constraints';

  get className(): string {
    return (this.constructor as unknown as { className: string }).className;
  }

  /** The nearest admissible weight, of the same shape, in tfjs-core calls. */
  abstract call(weight: tf.Tensor): tf.Tensor;

  getConfig(): Config {
    return {};
  }
}
