// The largest value of each channel, in any number of dimensions.
import * as tf from '@tensorflow/tfjs-core';
import { GlobalPooling } from './global-pooling.js';

/** Puts out the largest value of each channel. */
export abstract class GlobalMaxPooling extends GlobalPooling {
  protected override pool(x: tf.Tensor, axes: number[]): tf.Tensor {
    return tf.max(x, axes, this.keepdims);
  }
}
