// What attention over a list of query, value and perhaps key shares: masks, shares of the values, and what comes out.
import {
  booleanOption,
  fractionOption,
  inputInvalid,
  Layer,
  rankMismatch,
  seedOption,
  withOptions,
  type CallContext,
  type Mask,
} from '@lamella/core';
import {
  broadcastable,
  formatShape,
  isShape,
  random,
  shapeMismatch,
  type SymbolicShape,
  type Tree,
} from '@lamella/program';
import * as tf from '@tensorflow/tfjs-core';
import { addActivityLoss } from '../options/activity.js';
import { requireBuilt } from '../options/built.js';
import { activityOption } from '../options/declarations.js';
import { floatTensor } from '../options/single-input.js';
import { allOf, seenPositions } from './attention-masks.js';

const options = {
  /** Whether the scores have a scale that is trained. */
  useScale: booleanOption(false),
  /** The share of the scores that is dropped in training. Default 0. */
  dropout: fractionOption(0),
  /** For what is dropped. Default null, the model's. */
  seed: seedOption(),
  /** What the output adds to the loss. Default null, nothing. */
  activityRegularizer: activityOption(),
} as const;

/** Attention over a list of query, value and perhaps key; how a query scores a key, {@link scores} says. */
export abstract class ListedAttention extends withOptions(Layer, options) {
  static readonly callArguments: readonly string[] = [
    'mask',
    'training',
    'returnAttentionScores',
    'useCausalMask',
  ];
  declare readonly outputsWith: { readonly returnAttentionScores: [output: tf.Tensor, scores: tf.Tensor] };

  override get supportsMasking(): boolean {
    return true;
  }

  override build(inputShape: Tree<SymbolicShape>): void {
    if (isShape(inputShape) || !Array.isArray(inputShape)) throw notListed(this.label, 'one tensor');
    this.checkShapes(inputShape as readonly SymbolicShape[]);
  }

  override call(inputs: readonly tf.Tensor[], context: CallContext): tf.Tensor {
    requireBuilt(this);
    this.checkShapes(inputs.map(({ shape }) => shape));
    const [query, value, key = value] = inputs.map(floatTensor) as [tf.Tensor, tf.Tensor, tf.Tensor?];
    const { args, masks } = context;
    const [queryMask = null, valueMask = null] = masks;
    this.checkMask('query', queryMask, query);
    this.checkMask('value', valueMask, value);
    const scores = this.scores(query, key);
    const seen = allOf([
      valueMask === null ? null : tf.expandDims(valueMask, -2),
      seenPositions(scores.shape.at(-2)!, scores.shape.at(-1)!, Boolean(args['useCausalMask']), null),
    ]);
    // Keras' numbers: far enough below the others, and within the range.
    const far = this.dtypePolicy.floatDType === 'float16' ? 65504 : 1e9;
    const shares = tf.softmax(seen === null ? scores : tf.where(seen, scores, tf.sub(scores, far)));
    const seed = this.seed === null ? {} : { seed: this.seed };
    const kept = context.training ? random.dropout(shares, this.dropout, seed) : shares;
    const found = tf.matMul(kept, value);
    const output =
      queryMask === null ? found : tf.where(tf.expandDims(queryMask, -1), found, tf.zerosLike(found));
    const results = Boolean(args['returnAttentionScores']) ? [output, shares] : [output];
    for (const result of results) addActivityLoss(this.activityRegularizer, result, context);
    return (results.length === 1 ? output : results) as tf.Tensor;
  }

  override computeMask(_inputs: readonly tf.Tensor[], { args, mask }: CallContext): Tree<Mask> {
    return Boolean(args['returnAttentionScores']) ? [mask, null] : mask;
  }

  /** Shapes: [..., queries, dim] and [..., keys, dim] to [..., queries, keys]. */
  protected abstract scores(query: tf.Tensor, key: tf.Tensor): tf.Tensor;

  /** Throws: INPUT_INVALID, RANK_MISMATCH, SHAPE_MISMATCH. */
  private checkShapes(shapes: readonly SymbolicShape[]): void {
    if (shapes.length < 2 || shapes.length > 3) throw notListed(this.label, `a list of ${shapes.length}`);
    for (const shape of shapes)
      if (shape.length < 3) throw rankMismatch(this.label, 'rank 3 or more ([batch, positions, dim])', shape);
    const [query, value, key = value] = shapes as [SymbolicShape, SymbolicShape, SymbolicShape?];
    const differ = (a: number | null | undefined, b: number | null | undefined): boolean =>
      a !== b && typeof a === 'number' && typeof b === 'number';
    if (differ(query.at(-1), key.at(-1)) || differ(key.at(-2), value.at(-2)))
      throw shapeMismatch(
        this.label,
        `expected a key of the query's last size and as long as the value, got query ${formatShape(query)}, value ${formatShape(value)}, key ${formatShape(key)}`,
      );
  }

  private checkMask(what: string, mask: Mask, { shape }: tf.Tensor): void {
    if (mask === null || (mask.rank === shape.length - 1 && broadcastable(mask.shape, shape.slice(0, -1))))
      return;
    throw shapeMismatch(
      this.label,
      `expected a mask of the ${what} of shape ${formatShape(shape.slice(0, -1))}, got ${formatShape(mask.shape)}`,
    );
  }
}

function notListed(subject: string, given: string): Error {
  return inputInvalid(
    subject,
    `expected a list of query, value and perhaps key, got ${given}`,
    'apply it to a list: .apply([query, value])',
  );
}
