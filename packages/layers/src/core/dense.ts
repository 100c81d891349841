// Dense: the fully connected layer.
import * as tf from '@tensorflow/tfjs-core';
import {
  isInputLayer,
  isTensorSpec,
  positiveIntegerOption,
  rankMismatch,
  withOptions,
  type CallArguments,
  type CallContext,
  type TensorSpec,
  type Weight,
} from '@lamella/core';
import { formatShape, shapeMismatch, type SymbolicShape, type Tree } from '@lamella/program';
import { ActivatedLayer } from '../activation/activated-layer.js';
import { requireBuilt } from '../options/built.js';
import { activationOption, activityOption, type OptionsFor } from '../options/declarations.js';
import { floatTensor, knownSize, singleShape, singleTensor } from '../options/single-input.js';
import { kernelAndBias, kernelAndBiasConstraints, weightSpec } from '../options/weight-declarations.js';

const options = {
  /** The size of the last axis that comes out. */
  units: positiveIntegerOption(),
  /** What is applied at the end. Default `linear`, nothing. */
  activation: activationOption('linear'),
  ...kernelAndBias,
  /** What the output adds to the loss. Default null, nothing. */
  activityRegularizer: activityOption(),
  ...kernelAndBiasConstraints,
};

/** The options of {@link Dense}. */
export type DenseOptions = OptionsFor<typeof options>;

/**
 * activation(x · kernel + bias) over the last axis. Source: keras.layers.Dense.
 * Shapes: [batch, ..., features] to [batch, ..., units].
 * Throws: OPTION_INVALID, IDENTIFIER_UNKNOWN, RANK_MISMATCH, SHAPE_MISMATCH.
 *
 * @example
 * const hidden = dense({ units: 8, activation: 'relu' }).apply(input({ shape: [4] }));
 * hidden.shape; // [null, 8]
 */
export class Dense extends withOptions(ActivatedLayer, options) {
  static readonly className = 'Dense';
  private kernel!: Weight;
  private bias: Weight | undefined;

  override get supportsMasking(): boolean {
    return true;
  }

  override build(inputShape: Tree<SymbolicShape>): void {
    const shape = singleShape(this.label, inputShape);
    if (shape.length < 2) throw rankMismatch(this.label, 'rank 2 or more ([batch, ..., features])', shape);
    const features = knownSize(this.label, shape, shape.length - 1, 'last dimension', 'number of features');
    this.kernel = this.addWeight(weightSpec(this, 'kernel', [features, this.units]));
    this.bias = this.useBias ? this.addWeight(weightSpec(this, 'bias', [this.units])) : undefined;
    this.activation.layer?.ensureBuilt([...shape.slice(0, -1), this.units]);
  }

  override call(inputs: tf.Tensor | tf.Tensor[], context: CallContext): tf.Tensor {
    requireBuilt(this);
    const x = floatTensor(singleTensor(this.label, inputs));
    this.checkShape(x.shape);
    const rows = x.rank === 2 ? x : tf.reshape(x, [-1, x.shape.at(-1)!]);
    const product = tf.matMul(rows as tf.Tensor2D, this.kernel.read() as tf.Tensor2D);
    const sum = this.bias === undefined ? product : tf.add(product, this.bias.read());
    return this.activate(
      x.rank === 2 ? sum : tf.reshape(sum, [-1, ...x.shape.slice(1, -1), this.units]),
      context,
    );
  }

  override computeOutputs(input: Tree<TensorSpec>, args: CallArguments<TensorSpec>): Tree<TensorSpec> {
    if (!isTensorSpec(input) || !this.activation.keepsShape) return super.computeOutputs(input, args);
    this.checkShape(input.shape);
    return { shape: [...input.shape.slice(0, -1), this.units], dtype: 'float32' };
  }

  private checkShape(shape: SymbolicShape): void {
    if (shape.length < 2) throw rankMismatch(this.label, 'rank 2 or more ([batch, ..., features])', shape);
    const features = this.kernel.shape[0]!;
    const given = shape.at(-1) ?? null;
    if (given === null || given === features) return;
    const source = this.inboundNodes[0]?.parents[0]?.node.layer;
    const origin =
      source === undefined ? '' : ` from ${isInputLayer(source) ? `input "${source.name}"` : source.label}`;
    throw shapeMismatch(
      this.label,
      `expected last dimension ${features}, got ${given} (input ${formatShape(shape)})`,
      `feed [batch, ${features}], or rebuild the graph with input({ shape: [${given}] })`,
      [`Its kernel was created for ${features} features${origin}.`],
    );
  }
}

/** Makes a {@link Dense}. */
export function dense(given: DenseOptions): Dense {
  return new Dense(given);
}
