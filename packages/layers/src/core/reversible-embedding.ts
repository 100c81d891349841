// ReversibleEmbedding: an Embedding that also goes back, from vectors to a score for each number.
import {
  booleanOption,
  choiceOption,
  orNull,
  positiveOption,
  withOptions,
  type Autocast,
  type CallContext,
  type Mask,
  type Weight,
} from '@lamella/core';
import {
  asFloat,
  formatShape,
  shapeMismatch,
  withComputeDType,
  type SymbolicShape,
  type Tree,
} from '@lamella/program';
import * as tf from '@tensorflow/tfjs-core';
import { addActivityLoss } from '../options/activity.js';
import type { OptionsFor } from '../options/declarations.js';
import { singleTensor } from '../options/single-input.js';
import { weightSpec } from '../options/weight-declarations.js';
import { Embedding, type EmbeddingOptions } from './embedding.js';

const options = {
  /** Whether the way back uses the vectors themselves, or weights of its own. Default true. */
  tieWeights: booleanOption(true),
  /** What the way back computes in. Default null, what the layer computes in. */
  reverseDtype: orNull(choiceOption(['float32', 'float16', 'bfloat16', 'float64'], 'float32')),
  /** A bound that scores approach: `cap * tanh(score / cap)`. Default null, none. */
  logitSoftCap: orNull(positiveOption()),
} as const;

/** The options of {@link ReversibleEmbedding}. */
export type ReversibleEmbeddingOptions = EmbeddingOptions & OptionsFor<typeof options>;

/**
 * Looks up a vector for each whole number; called with `reverse: true`, gives for a vector its product with that of each number.
 * Source: keras.layers.ReversibleEmbedding; Press and Wolf (2016).
 * Shapes: [batch, ...] to [batch, ..., outputDim]; in reverse [batch, ..., outputDim] to [batch, ..., inputDim].
 * Throws: OPTION_INVALID, IDENTIFIER_UNKNOWN, SHAPE_MISMATCH.
 *
 * @example
 * const words = reversibleEmbedding({ inputDim: 1000, outputDim: 16 });
 * const vectors = words.apply(input({ shape: [12], dtype: 'int32' }));
 * words.apply(vectors, { reverse: true }).shape; // [null, 12, 1000]
 */
export class ReversibleEmbedding extends withOptions(Embedding, options) {
  static override readonly className = 'ReversibleEmbedding';
  static readonly callArguments = ['reverse'];
  private reverseEmbeddings: Weight | undefined;

  /** Scores may have a dtype of their own. */
  override get autocast(): Autocast {
    return 'none';
  }

  override build(inputShape: Tree<SymbolicShape>): void {
    super.build(inputShape);
    if (this.tieWeights) return;
    const spec = weightSpec(this, 'embeddings', [this.outputDim, this.inputDim]);
    this.reverseEmbeddings = this.addWeight({
      name: 'reverse_embeddings',
      shape: spec.shape,
      initializer: spec.initializer,
    });
  }

  override call(inputs: tf.Tensor | tf.Tensor[], context: CallContext): tf.Tensor {
    const { floatDType } = this.dtypePolicy;
    if (!isReverse(context)) return withComputeDType(floatDType, () => super.call(inputs, context));
    const scores = withComputeDType(this.reverseDtype ?? floatDType, () =>
      this.scores(singleTensor(this.label, inputs)),
    );
    addActivityLoss(this.activityRegularizer, scores, context);
    return scores;
  }

  override computeMask(inputs: tf.Tensor | tf.Tensor[], context: CallContext): Mask {
    return isReverse(context) ? null : super.computeMask(inputs, context);
  }

  private scores(given: tf.Tensor): tf.Tensor {
    if (given.shape.at(-1) !== this.outputDim)
      throw shapeMismatch(
        this.label,
        `in reverse: expected vectors of ${this.outputDim}, got ${formatShape(given.shape)}`,
      );
    const x = asFloat(given, this.reverseDtype ?? this.dtypePolicy.floatDType);
    const rows = tf.reshape(x, [-1, this.outputDim]) as tf.Tensor2D;
    const kernel = (this.reverseEmbeddings ?? this.embeddings).read() as tf.Tensor2D;
    const logits = tf.reshape(tf.matMul(rows, kernel, false, this.tieWeights), [
      ...x.shape.slice(0, -1),
      this.inputDim,
    ]);
    const cap = this.logitSoftCap;
    return cap === null ? logits : tf.mul(tf.tanh(tf.div(logits, cap)), cap);
  }
}

function isReverse({ args }: CallContext): boolean {
  return Boolean(args['reverse']);
}

/** Makes a {@link ReversibleEmbedding}. */
export function reversibleEmbedding(given: ReversibleEmbeddingOptions): ReversibleEmbedding {
  return new ReversibleEmbedding(given);
}
