// The largest value of windows that follow from a size, in any number of dimensions.
import * as tf from '@tensorflow/tfjs-core';
import { AdaptivePooling } from './adaptive-pooling.js';

/** Puts out the largest value of each window. */
export abstract class AdaptiveMaxPooling extends AdaptivePooling {
  protected override pool(images: tf.Tensor4D, rows: number, stride: number): tf.Tensor {
    return tf.maxPool(images, [rows, 1], [stride, 1], 'valid');
  }
}
