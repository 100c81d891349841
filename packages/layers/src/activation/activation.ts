// Activation: an activation function as a layer of its own.
import type * as tf from '@tensorflow/tfjs-core';
import {
  isTensorSpec,
  Layer,
  optionInvalid,
  type CallArguments,
  type CallContext,
  type Config,
  type LayerOptions,
  type TensorSpec,
} from '@lamella/core';
import type { SymbolicShape, Tree } from '@lamella/program';
import {
  activationOf,
  type Activation as ResolvedActivation,
  type ActivationOption,
} from '../activations/resolve.js';
import { singleShape, singleTensor } from '../options/single-input.js';

/** The options of {@link Activation}. */
export interface ActivationOptions extends LayerOptions {
  readonly activation: ActivationOption;
}

/**
 * Applies an activation function. Source: keras.layers.Activation.
 * Shapes: any to the same. Throws: OPTION_INVALID, IDENTIFIER_UNKNOWN.
 *
 * @example
 * const y = activation({ activation: 'tanh' }).apply(input({ shape: [3] }));
 */
export class Activation extends Layer {
  static readonly className = 'Activation';
  private readonly activation: ResolvedActivation;

  constructor(options: ActivationOptions) {
    super(options);
    if (options.activation === undefined)
      throw optionInvalid(this.label, 'activation', 'an identifier, a function or a layer', undefined);
    this.activation = activationOf(this.label, options.activation);
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override get sublayers(): readonly Layer[] {
    return this.activation.layer === null ? [] : [this.activation.layer];
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

  override getConfig(): Config {
    return { ...super.getConfig(), activation: this.activation.config };
  }
}

/** Makes an {@link Activation}. */
export function activation(options: ActivationOptions): Activation {
  return new Activation(options);
}
