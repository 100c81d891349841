// The mean of windows that follow from a size, in any number of dimensions.
import * as tf from '@tensorflow/tfjs-core';
import { floatTensor } from '../options/single-input.js';
import { AdaptivePooling } from './adaptive-pooling.js';

/** Puts out the mean of each window. */
export abstract class AdaptiveAveragePooling extends AdaptivePooling {
  protected override pool(images: tf.Tensor4D, rows: number, stride: number): tf.Tensor {
    return tf.avgPool(floatTensor(images) as tf.Tensor4D, [rows, 1], [stride, 1], 'valid');
  }
}
