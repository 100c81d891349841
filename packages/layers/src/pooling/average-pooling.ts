// The mean of each window, in any number of dimensions.
import * as tf from '@tensorflow/tfjs-core';
import { floatTensor } from '../options/single-input.js';
import { Pooling, poolWith } from './pooling.js';

/** Puts out the mean of each window, without what padding added. */
export abstract class AveragePooling extends Pooling {
  protected override pool(x: tf.Tensor, window: number[], strides: number[]): tf.Tensor {
    const kernels = { images: tf.avgPool, volumes: tf.avgPool3d } as const;
    return poolWith(kernels, floatTensor(x), window, strides, this.padding);
  }
}
