// The largest value of each window, in any number of dimensions.
import * as tf from '@tensorflow/tfjs-core';
import { Pooling, poolWith } from './pooling.js';

/** Puts out the largest value of each window. */
export abstract class MaxPooling extends Pooling {
  protected override pool(x: tf.Tensor, window: number[], strides: number[]): tf.Tensor {
    return poolWith({ images: tf.maxPool, volumes: tf.maxPool3d }, x, window, strides, this.padding);
  }
}
