// TimeDistributed: a layer for each step of a sequence.
import {
  isLayer,
  Layer,
  option,
  optionInvalid,
  rankMismatch,
  withOptions,
  type CallContext,
} from '@lamella/core';
import { formatShape, shapeMismatch, type SymbolicShape, type Tree } from '@lamella/program';
import * as tf from '@tensorflow/tfjs-core';
import type { OptionsFor } from '../options/declarations.js';
import { singleShape, singleTensor } from '../options/single-input.js';

const options = {
  /** What is applied to each step, with the same weights. */
  layer: option<Layer>({
    check: (subject, name, given) => {
      if (isLayer(given)) return given;
      throw optionInvalid(subject, name, 'a layer', given);
    },
  }),
} as const;

/** The options of {@link TimeDistributed}. */
export type TimeDistributedOptions = OptionsFor<typeof options>;

/**
 * Applies a layer to each step. All steps are computed at once, as a larger batch; one after the other only while a layer trains
 * that keeps statistics of its batches. Source: keras.layers.TimeDistributed.
 * Shapes: [batch, steps, ...] to [batch, steps, ...], of what the layer makes of [batch, ...].
 * Throws: OPTION_INVALID, RANK_MISMATCH, SHAPE_MISMATCH, and what the layer throws.
 *
 * @example
 * timeDistributed({ layer: dense({ units: 4 }) }).apply(input({ shape: [10, 3] })).shape; // [null, 10, 4]
 */
export class TimeDistributed extends withOptions(Layer, options) {
  static readonly className = 'TimeDistributed';

  constructor(given: TimeDistributedOptions) {
    super(given);
    this.addLayer('layer', this.layer);
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override build(inputShape: Tree<SymbolicShape>): void {
    const [batch, , ...sizes] = this.checked(singleShape(this.label, inputShape));
    this.layer.ensureBuilt([batch!, ...sizes]);
  }

  override call(inputs: tf.Tensor | tf.Tensor[], { mask, training }: CallContext): tf.Tensor {
    const x = singleTensor(this.label, inputs);
    const [batch, steps] = this.checked(x.shape) as [number, number, ...number[]];
    if (mask !== null && (mask.rank < 2 || mask.shape[0] !== batch || mask.shape[1] !== steps))
      throw shapeMismatch(
        this.label,
        `expected a mask of shape [${batch}, ${steps}, ...], got ${formatShape(mask.shape)}`,
      );
    const keepsStatistics = this.layer.weights.some(({ trainable }) => !trainable);
    if (training && keepsStatistics) {
      const masks = mask === null ? [] : tf.unstack(mask, 1);
      return tf.stack(
        tf.unstack(x, 1).map((step, i) => this.applied(step, masks[i])),
        1,
      );
    }
    const merged = (tensor: tf.Tensor): tf.Tensor =>
      tf.reshape(tensor, [batch * steps, ...tensor.shape.slice(2)]);
    const y = this.applied(merged(x), mask === null ? undefined : merged(mask));
    return tf.reshape(y, [batch, steps, ...y.shape.slice(1)]);
  }

  private applied(x: tf.Tensor, mask: tf.Tensor | undefined): tf.Tensor {
    return this.layer.apply(x, mask === undefined ? {} : { mask }) as tf.Tensor;
  }

  private checked<S extends SymbolicShape>(shape: S): S {
    if (shape.length >= 3) return shape;
    throw rankMismatch(this.label, 'rank 3 or more ([batch, steps, ...])', shape);
  }
}

/** Makes a {@link TimeDistributed}. */
export function timeDistributed(given: TimeDistributedOptions): TimeDistributed {
  return new TimeDistributed(given);
}
