// GlobalAveragePooling1D: the mean of each channel of a sequence.
import * as tf from '@tensorflow/tfjs-core';
import type { CallContext } from '@lamella/core';
import { channelAxis } from '../options/spatial.js';
import { GlobalAveragePooling } from './global-average-pooling.js';
import type { GlobalPoolingOptions } from './global-pooling.js';

/** The options of {@link GlobalAveragePooling1D}. */
export type GlobalAveragePooling1DOptions = GlobalPoolingOptions;

/**
 * Puts out the mean of each channel; masked steps are left out. Source: keras.layers.GlobalAveragePooling1D.
 * Shapes: [batch, steps, channels] to [batch, channels]. Throws: OPTION_INVALID, RANK_MISMATCH.
 *
 * @example
 * globalAveragePooling1D().apply(input({ shape: [28, 8] })).shape; // [null, 8]
 */
export class GlobalAveragePooling1D extends GlobalAveragePooling {
  static readonly className = 'GlobalAveragePooling1D';

  override get dimensions(): 1 {
    return 1;
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override computeMask(): null {
    return null;
  }

  protected override pool(x: tf.Tensor, axes: number[], context: CallContext): tf.Tensor {
    if (context.mask === null) return super.pool(x, axes, context);
    const counted = tf.expandDims(tf.cast(context.mask, 'float32'), channelAxis(this.dataFormat, 1));
    const sum = tf.sum(tf.mul(x, counted), axes, this.keepdims);
    return tf.div(sum, tf.sum(counted, axes, this.keepdims));
  }
}

/** Makes a {@link GlobalAveragePooling1D}. */
export function globalAveragePooling1D(given: GlobalAveragePooling1DOptions = {}): GlobalAveragePooling1D {
  return new GlobalAveragePooling1D(given);
}
