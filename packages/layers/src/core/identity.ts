// Identity: what comes in goes out, whatever it is.
import {
  Layer,
  withOptions,
  type CallArguments,
  type CallContext,
  type LayerOptions,
  type Mask,
  type TensorSpec,
} from '@lamella/core';
import { structureOf, unflatten, type Tree } from '@lamella/program';
import type * as tf from '@tensorflow/tfjs-core';

/**
 * Gives what it takes, a tensor or a tree of them. Source: keras.layers.Identity. Shapes: any to the same.
 *
 * @example
 * identity().apply(input({ shape: [4] })).shape; // [null, 4]
 */
export class Identity<In extends Tree<tf.Tensor> = tf.Tensor> extends withOptions(Layer, {}) {
  static readonly className = 'Identity';
  // FeatureSpace's.
  static readonly fileFacts = { builtAtOnce: true, otherNames: ['TFDIdentity'] };

  override get supportsMasking(): boolean {
    return true;
  }

  override call(inputs: In): In {
    return inputs;
  }

  override computeOutputs(inputs: Tree<TensorSpec>, _args: CallArguments<TensorSpec>): Tree<TensorSpec> {
    return inputs;
  }

  override computeMask(inputs: Tree<tf.Tensor>, { masks }: CallContext): Tree<Mask> {
    return unflatten<Mask>(structureOf(inputs), masks);
  }
}

/** Makes an {@link Identity}. */
export function identity<In extends Tree<tf.Tensor> = tf.Tensor>(given: LayerOptions = {}): Identity<In> {
  return new Identity<In>(given);
}
