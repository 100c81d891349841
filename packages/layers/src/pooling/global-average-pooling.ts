// The mean of each channel, in any number of dimensions.
import * as tf from '@tensorflow/tfjs-core';
import type { CallContext } from '@lamella/core';
import { floatTensor } from '../options/single-input.js';
import { GlobalPooling } from './global-pooling.js';

/** Puts out the mean of each channel. */
export abstract class GlobalAveragePooling extends GlobalPooling {
  protected override pool(x: tf.Tensor, axes: number[], _context: CallContext): tf.Tensor {
    return tf.mean(floatTensor(x), axes, this.keepdims);
  }
}
