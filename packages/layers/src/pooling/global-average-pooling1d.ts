// GlobalAveragePooling1D: the mean of each channel of a sequence.
import * as tf from '@tensorflow/tfjs-core';
import type { CallContext } from '@lamella/core';
import { broadcastable, formatShape, shapeMismatch } from '@lamella/program';
import { floatTensor } from '../options/single-input.js';
import { channelAxis } from '../options/spatial.js';
import { GlobalAveragePooling } from './global-average-pooling.js';
import type { GlobalPoolingOptions } from './global-pooling.js';

/** The options of {@link GlobalAveragePooling1D}. */
export type GlobalAveragePooling1DOptions = GlobalPoolingOptions;

/**
 * Puts out the mean of each channel; masked steps are left out. Source: keras.layers.GlobalAveragePooling1D.
 * Shapes: [batch, steps, channels] to [batch, channels]. Throws: OPTION_INVALID, RANK_MISMATCH, SHAPE_MISMATCH.
 *
 * @example
 * globalAveragePooling1D().apply(input({ shape: [28, 8] })).shape; // [null, 8]
 */
export class GlobalAveragePooling1D extends GlobalAveragePooling {
  static readonly className = 'GlobalAveragePooling1D';
  static readonly callArguments = ['mask'];

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
    const { mask } = context;
    if (mask === null) return super.pool(x, axes, context);
    const expected = [x.shape[0]!, x.shape[axes[0]!]!];
    if (mask.rank !== 2 || !broadcastable(mask.shape, expected)) {
      throw shapeMismatch(
        this.label,
        `expected a mask of shape ${formatShape(expected)}, one for each step, got ${formatShape(mask.shape)}`,
      );
    }
    const counted = tf.expandDims(mask, channelAxis(this.dataFormat, 1));
    const floats = floatTensor(x);
    const sum = tf.sum(tf.where(counted, floats, tf.zerosLike(floats)), axes, this.keepdims);
    return tf.div(sum, tf.sum(tf.cast(counted, 'float32'), axes, this.keepdims));
  }
}

/** Makes a {@link GlobalAveragePooling1D}. */
export function globalAveragePooling1D(given: GlobalAveragePooling1DOptions = {}): GlobalAveragePooling1D {
  return new GlobalAveragePooling1D(given);
}
