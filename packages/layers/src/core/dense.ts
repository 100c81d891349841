// Dense: the fully connected layer.
import * as tf from '@tensorflow/tfjs-core';
import {
  isInputLayer,
  isTensorSpec,
  Layer,
  rankMismatch,
  type CallArguments,
  type CallContext,
  type Config,
  type Constraint,
  type Initializer,
  type LayerOptions,
  type Regularizer,
  type TensorSpec,
  type Weight,
} from '@lamella/core';
import {
  formatShape,
  shapeMismatch,
  type LamellaError,
  type SymbolicShape,
  type Tree,
} from '@lamella/program';
import { activationOf, type Activation, type ActivationOption } from '../activations/resolve.js';
import { addActivityLoss } from '../options/activity.js';
import { requireBuilt } from '../options/built.js';
import { positiveInteger } from '../options/checks.js';
import { floatTensor, singleShape, singleTensor } from '../options/single-input.js';
import {
  constraintOf,
  initializerOf,
  regularizerOf,
  type ConstraintOption,
  type InitializerOption,
  type RegularizerOption,
} from '../options/weight-options.js';

/** The options of {@link Dense}. */
export interface DenseOptions extends LayerOptions {
  readonly units: number;
  readonly activation?: ActivationOption;
  readonly useBias?: boolean;
  readonly kernelInitializer?: InitializerOption;
  readonly biasInitializer?: InitializerOption;
  readonly kernelRegularizer?: RegularizerOption;
  readonly biasRegularizer?: RegularizerOption;
  readonly activityRegularizer?: RegularizerOption;
  readonly kernelConstraint?: ConstraintOption;
  readonly biasConstraint?: ConstraintOption;
}

/**
 * activation(x · kernel + bias) over the last axis. Source: keras.layers.Dense.
 * Shapes: [batch, ..., features] to [batch, ..., units].
 * Throws: OPTION_INVALID, IDENTIFIER_UNKNOWN, RANK_MISMATCH, SHAPE_MISMATCH.
 *
 * @example
 * const hidden = dense({ units: 8, activation: 'relu' }).apply(input({ shape: [4] }));
 * hidden.shape; // [null, 8]
 */
export class Dense extends Layer {
  static readonly className = 'Dense';
  readonly units: number;
  readonly useBias: boolean;
  private readonly activation: Activation;
  private readonly kernelInitializer: Initializer;
  private readonly biasInitializer: Initializer;
  private readonly kernelRegularizer: Regularizer | null;
  private readonly biasRegularizer: Regularizer | null;
  private readonly activityRegularizer: Regularizer | null;
  private readonly kernelConstraint: Constraint | null;
  private readonly biasConstraint: Constraint | null;
  private kernel!: Weight;
  private bias: Weight | undefined;

  constructor(options: DenseOptions) {
    super(options);
    const { label } = this;
    this.units = positiveInteger(label, 'units', options.units);
    this.activation = activationOf(label, options.activation);
    this.useBias = options.useBias ?? true;
    this.kernelInitializer = initializerOf(
      label,
      'kernelInitializer',
      options.kernelInitializer ?? 'glorot_uniform',
    );
    this.biasInitializer = initializerOf(label, 'biasInitializer', options.biasInitializer ?? 'zeros');
    this.kernelRegularizer = regularizerOf(label, 'kernelRegularizer', options.kernelRegularizer);
    this.biasRegularizer = regularizerOf(label, 'biasRegularizer', options.biasRegularizer);
    this.activityRegularizer = regularizerOf(label, 'activityRegularizer', options.activityRegularizer);
    this.kernelConstraint = constraintOf(label, 'kernelConstraint', options.kernelConstraint);
    this.biasConstraint = constraintOf(label, 'biasConstraint', options.biasConstraint);
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override get sublayers(): readonly Layer[] {
    return this.activation.layer === null ? [] : [this.activation.layer];
  }

  override build(inputShape: Tree<SymbolicShape>): void {
    const shape = singleShape(this.label, inputShape);
    if (shape.length < 2) throw rankMismatch(this.label, 'rank 2 or more ([batch, ..., features])', shape);
    const features = shape.at(-1) ?? null;
    if (features === null) {
      throw shapeMismatch(
        this.label,
        `expected a known last dimension, got ${formatShape(shape)}`,
        'give input() the number of features',
      );
    }
    this.kernel = this.addWeight({
      name: 'kernel',
      shape: [features, this.units],
      initializer: this.kernelInitializer,
      regularizer: this.kernelRegularizer,
      constraint: this.kernelConstraint,
    });
    this.bias = this.useBias
      ? this.addWeight({
          name: 'bias',
          shape: [this.units],
          initializer: this.biasInitializer,
          regularizer: this.biasRegularizer,
          constraint: this.biasConstraint,
        })
      : undefined;
    this.activation.layer?.ensureBuilt([...shape.slice(0, -1), this.units]);
  }

  override call(inputs: tf.Tensor | tf.Tensor[], context: CallContext): tf.Tensor {
    requireBuilt(this);
    const x = floatTensor(singleTensor(this.label, inputs));
    this.checkShape(x.shape);
    const rows = x.rank === 2 ? x : tf.reshape(x, [-1, x.shape.at(-1)!]);
    const product = tf.matMul(rows as tf.Tensor2D, this.kernel.read() as tf.Tensor2D);
    const sum = this.bias === undefined ? product : tf.add(product, this.bias.read());
    const shaped = x.rank === 2 ? sum : tf.reshape(sum, [-1, ...x.shape.slice(1, -1), this.units]);
    const output = this.activation.apply(shaped, context);
    addActivityLoss(this.activityRegularizer, output, context);
    return output;
  }

  override computeOutputs(input: Tree<TensorSpec>, args: CallArguments<TensorSpec>): Tree<TensorSpec> {
    if (!isTensorSpec(input) || !this.activation.keepsShape) return super.computeOutputs(input, args);
    this.checkShape(input.shape);
    return { shape: [...input.shape.slice(0, -1), this.units], dtype: 'float32' };
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      units: this.units,
      activation: this.activation.config,
      useBias: this.useBias,
      kernelInitializer: this.kernelInitializer,
      biasInitializer: this.biasInitializer,
      kernelRegularizer: this.kernelRegularizer,
      biasRegularizer: this.biasRegularizer,
      ...(this.activityRegularizer !== null && { activityRegularizer: this.activityRegularizer }),
      kernelConstraint: this.kernelConstraint,
      biasConstraint: this.biasConstraint,
    };
  }

  private checkShape(shape: SymbolicShape): void {
    if (shape.length < 2) throw rankMismatch(this.label, 'rank 2 or more ([batch, ..., features])', shape);
    const features = this.kernel.shape[0]!;
    const given = shape.at(-1) ?? null;
    if (given !== null && given !== features) throw this.wrongFeatures(features, given, shape);
  }

  private wrongFeatures(features: number, given: number, shape: SymbolicShape): LamellaError {
    const source = this.inboundNodes[0]?.parents[0]?.node.layer;
    const origin =
      source === undefined ? '' : ` from ${isInputLayer(source) ? `input "${source.name}"` : source.label}`;
    return shapeMismatch(
      this.label,
      `expected last dimension ${features}, got ${given} (input ${formatShape(shape)})`,
      `feed [batch, ${features}], or rebuild the graph with input({ shape: [${given}] })`,
      [`Its kernel was created for ${features} features${origin}.`],
    );
  }
}

/** Makes a {@link Dense}. */
export function dense(options: DenseOptions): Dense {
  return new Dense(options);
}
