// Embedding: a table of vectors, one for each whole number.
import * as tf from '@tensorflow/tfjs-core';
import {
  booleanOption,
  Layer,
  positiveIntegerOption,
  withOptions,
  type Autocast,
  type CallContext,
  type FileFacts,
  type Weight,
} from '@lamella/core';
import type { SymbolicShape, Tree } from '@lamella/program';
import { addActivityLoss } from '../options/activity.js';
import { requireBuilt } from '../options/built.js';
import {
  constraintOption,
  initializerOption,
  regularizerOption,
  type OptionsFor,
} from '../options/declarations.js';
import { singleShape, singleTensor } from '../options/single-input.js';
import { weightSpec } from '../options/weight-declarations.js';

const options = {
  /** How many numbers there are: inputs are from 0 to `inputDim - 1`. */
  inputDim: positiveIntegerOption(),
  /** The length of each vector. */
  outputDim: positiveIntegerOption(),
  /** The first values of the vectors. Default `uniform`. */
  embeddingsInitializer: initializerOption('uniform'),
  /** What the vectors add to the loss. Default null, nothing. */
  embeddingsRegularizer: regularizerOption(),
  /** What the output adds to the loss. Default null, nothing. */
  activityRegularizer: regularizerOption(),
  /** What the vectors must fulfil after each step. Default null, nothing. */
  embeddingsConstraint: constraintOption(),
  /** Whether 0 means "nothing here": the mask that follows leaves such places out. Default false. */
  maskZero: booleanOption(false),
};

/** The options of {@link Embedding}. */
export type EmbeddingOptions = OptionsFor<typeof options>;

/**
 * Looks up a vector for each whole number. Source: keras.layers.Embedding.
 * Shapes: [batch, ...] to [batch, ..., outputDim]. Throws: OPTION_INVALID, IDENTIFIER_UNKNOWN.
 *
 * @example
 * const words = input({ shape: [12], dtype: 'int32' });
 * embedding({ inputDim: 1000, outputDim: 16, maskZero: true }).apply(words).shape; // [null, 12, 16]
 */
export class Embedding extends withOptions(Layer, options) {
  static readonly className: string = 'Embedding';
  static readonly fileFacts: FileFacts = {
    mask: ({ maskZero }) => (maskZero === true ? { differsFrom: 0, inAny: false } : undefined),
  };
  protected embeddings!: Weight;

  /** Numbers of words given as floats stay exact. */
  override get autocast(): Autocast {
    return 'outputs';
  }

  override get supportsMasking(): boolean {
    return this.maskZero;
  }

  override build(inputShape: Tree<SymbolicShape>): void {
    singleShape(this.label, inputShape);
    this.embeddings = this.addWeight(weightSpec(this, 'embeddings', [this.inputDim, this.outputDim]));
  }

  override call(inputs: tf.Tensor | tf.Tensor[], context: CallContext): tf.Tensor {
    requireBuilt(this);
    const output = tf.gather(this.embeddings.read(), tf.cast(singleTensor(this.label, inputs), 'int32'));
    addActivityLoss(this.activityRegularizer, output, context);
    return output;
  }

  override computeMask(inputs: tf.Tensor | tf.Tensor[], _context: CallContext): tf.Tensor | null {
    return this.maskZero ? tf.notEqual(singleTensor(this.label, inputs), tf.scalar(0, 'int32')) : null;
  }
}

/** Makes an {@link Embedding}. */
export function embedding(given: EmbeddingOptions): Embedding {
  return new Embedding(given);
}
