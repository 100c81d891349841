// Activation: an activation function as a layer of its own.
import type * as tf from '@tensorflow/tfjs-core';
import {
  isTensorSpec,
  withOptions,
  type CallArguments,
  type CallContext,
  type TensorSpec,
} from '@lamella/core';
import type { SymbolicShape, Tree } from '@lamella/program';
import { activationOption, type OptionsFor } from '../options/declarations.js';
import { singleShape, singleTensor } from '../options/single-input.js';
import { ActivatedLayer } from './activated-layer.js';

const options = {
  /** What is applied: Keras' identifier, a registered name, a function, or a layer. */
  activation: activationOption(),
};

/** The options of {@link Activation}. */
export type ActivationOptions = OptionsFor<typeof options>;

/**
 * Applies an activation function. Source: keras.layers.Activation.
 * Shapes: any to the same. Throws: OPTION_INVALID, IDENTIFIER_UNKNOWN.
 *
 * @example
 * const y = activation({ activation: 'tanh' }).apply(input({ shape: [3] }));
 */
export class Activation extends withOptions(ActivatedLayer, options) {
  static readonly className = 'Activation';
  static readonly fileFacts = { builtAtOnce: true };

  override get supportsMasking(): boolean {
    return true;
  }

  override build(inputShape: Tree<SymbolicShape>): void {
    this.activation.layer?.ensureBuilt(singleShape(this.label, inputShape));
  }

  override call(inputs: tf.Tensor | tf.Tensor[], context: CallContext): tf.Tensor {
    return this.activation.apply(singleTensor(this.label, inputs), context);
  }

  override computeOutputs(input: Tree<TensorSpec>, args: CallArguments<TensorSpec>): Tree<TensorSpec> {
    if (!this.activation.keepsShape || !isTensorSpec(input) || input.dtype !== 'float32')
      return super.computeOutputs(input, args);
    return { shape: input.shape, dtype: 'float32' };
  }
}

/** Makes an {@link Activation}. */
export function activation(given: ActivationOptions): Activation {
  return new Activation(given);
}
