// Embedding: a table of vectors, one for each whole number.
import * as tf from '@tensorflow/tfjs-core';
import {
  Layer,
  type CallContext,
  type Config,
  type Constraint,
  type Initializer,
  type LayerOptions,
  type Regularizer,
  type Weight,
} from '@lamella/core';
import type { SymbolicShape, Tree } from '@lamella/program';
import { addActivityLoss } from '../options/activity.js';
import { requireBuilt } from '../options/built.js';
import { positiveInteger } from '../options/checks.js';
import { singleShape, singleTensor } from '../options/single-input.js';
import {
  constraintOf,
  initializerOf,
  regularizerOf,
  type ConstraintOption,
  type InitializerOption,
  type RegularizerOption,
} from '../options/weight-options.js';

/** The options of {@link Embedding}. */
export interface EmbeddingOptions extends LayerOptions {
  /** How many numbers there are: inputs are from 0 to `inputDim - 1`. */
  readonly inputDim: number;
  /** The length of each vector. */
  readonly outputDim: number;
  readonly embeddingsInitializer?: InitializerOption;
  readonly embeddingsRegularizer?: RegularizerOption;
  readonly activityRegularizer?: RegularizerOption;
  readonly embeddingsConstraint?: ConstraintOption;
  /** Whether 0 means "nothing here": the mask that follows leaves such places out. */
  readonly maskZero?: boolean;
}

/**
 * Looks up a vector for each whole number. Source: keras.layers.Embedding.
 * Shapes: [batch, ...] to [batch, ..., outputDim]. Throws: OPTION_INVALID, IDENTIFIER_UNKNOWN.
 *
 * @example
 * const words = input({ shape: [12], dtype: 'int32' });
 * embedding({ inputDim: 1000, outputDim: 16, maskZero: true }).apply(words).shape; // [null, 12, 16]
 */
export class Embedding extends Layer {
  static readonly className = 'Embedding';
  readonly inputDim: number;
  readonly outputDim: number;
  readonly maskZero: boolean;
  private readonly embeddingsInitializer: Initializer;
  private readonly embeddingsRegularizer: Regularizer | null;
  private readonly activityRegularizer: Regularizer | null;
  private readonly embeddingsConstraint: Constraint | null;
  private embeddings!: Weight;

  constructor(options: EmbeddingOptions) {
    super(options);
    const { label } = this;
    this.inputDim = positiveInteger(label, 'inputDim', options.inputDim);
    this.outputDim = positiveInteger(label, 'outputDim', options.outputDim);
    this.maskZero = options.maskZero ?? false;
    this.embeddingsInitializer = initializerOf(
      label,
      'embeddingsInitializer',
      options.embeddingsInitializer ?? 'uniform',
    );
    this.embeddingsRegularizer = regularizerOf(label, 'embeddingsRegularizer', options.embeddingsRegularizer);
    this.activityRegularizer = regularizerOf(label, 'activityRegularizer', options.activityRegularizer);
    this.embeddingsConstraint = constraintOf(label, 'embeddingsConstraint', options.embeddingsConstraint);
  }

  override get supportsMasking(): boolean {
    return this.maskZero;
  }

  override build(inputShape: Tree<SymbolicShape>): void {
    singleShape(this.label, inputShape);
    this.embeddings = this.addWeight({
      name: 'embeddings',
      shape: [this.inputDim, this.outputDim],
      initializer: this.embeddingsInitializer,
      regularizer: this.embeddingsRegularizer,
      constraint: this.embeddingsConstraint,
    });
  }

  override call(inputs: tf.Tensor | tf.Tensor[], context: CallContext): tf.Tensor {
    requireBuilt(this);
    const output = tf.gather(this.embeddings.read(), tf.cast(singleTensor(this.label, inputs), 'int32'));
    addActivityLoss(this.activityRegularizer, output, context);
    return output;
  }

  override computeMask(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor | null {
    return this.maskZero ? tf.notEqual(singleTensor(this.label, inputs), tf.scalar(0, 'int32')) : null;
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      inputDim: this.inputDim,
      outputDim: this.outputDim,
      embeddingsInitializer: this.embeddingsInitializer,
      embeddingsRegularizer: this.embeddingsRegularizer,
      activityRegularizer: this.activityRegularizer,
      embeddingsConstraint: this.embeddingsConstraint,
      maskZero: this.maskZero,
    };
  }
}

/** Makes an {@link Embedding}. */
export function embedding(options: EmbeddingOptions): Embedding {
  return new Embedding(options);
}
