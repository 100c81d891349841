// ActivityRegularization: values pass unchanged and add to the loss.
import type * as tf from '@tensorflow/tfjs-core';
import { nonNegativeOption, withOptions, type CallContext } from '@lamella/core';
import { addActivityLoss } from '../options/activity.js';
import type { OptionsFor } from '../options/declarations.js';
import { singleTensor } from '../options/single-input.js';
import { l1L2 } from '../regularizers/index.js';
import { ShapePreserving } from '../shape-preserving.js';

const options = {
  /** The factor of the sum of magnitudes. Default 0. */
  l1: nonNegativeOption(0),
  /** The factor of the sum of squares. Default 0. */
  l2: nonNegativeOption(0),
};

/** The options of {@link ActivityRegularization}. */
export type ActivityRegularizationOptions = OptionsFor<typeof options>;

/**
 * Adds a penalty for its input to the loss, divided by the size of the batch. Source: keras.layers.ActivityRegularization.
 * Shapes: any to the same. Throws: OPTION_INVALID.
 *
 * @example
 * const y = activityRegularization({ l2: 1e-3 }).apply(input({ shape: [8] }));
 */
export class ActivityRegularization extends withOptions(ShapePreserving, options) {
  static readonly className = 'ActivityRegularization';
  static readonly fileFacts = { builtAtOnce: true };

  override call(inputs: tf.Tensor | tf.Tensor[], context: CallContext): tf.Tensor {
    const x = singleTensor(this.label, inputs);
    addActivityLoss(l1L2({ l1: this.l1, l2: this.l2 }), x, context);
    return x;
  }
}

/** Makes an {@link ActivityRegularization}. */
export function activityRegularization(given: ActivityRegularizationOptions = {}): ActivityRegularization {
  return new ActivityRegularization(given);
}
