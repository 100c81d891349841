// What the layers share that cut off the ends of sequences, images or volumes.
import { Layer } from '@lamella/core';
import { formatShape, shapeMismatch } from '@lamella/program';
import * as tf from '@tensorflow/tfjs-core';
import { marginsOfAxes, type Margin } from '../options/margins.js';
import { singleTensor } from '../options/single-input.js';
import { nounOf, requireRank, type DataFormat } from '../options/spatial.js';

/** A layer that cuts off ends. Its subclasses declare `cropping`, and `dataFormat` where the channels may stand first. */
export abstract class Cropping extends Layer {
  declare readonly cropping: readonly Margin[];
  declare readonly dataFormat?: DataFormat;

  /** 1 for sequences, 2 for images, 3 for volumes. */
  abstract get dimensions(): 1 | 2 | 3;

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = singleTensor(this.label, inputs);
    const { dataFormat = 'channels_last' } = this;
    requireRank(this.label, x.shape, dataFormat, this.dimensions);
    const margins = marginsOfAxes(x.rank, dataFormat, this.cropping);
    const sizes = x.shape.map((size, axis) => size - margins[axis]![0] - margins[axis]![1]);
    if (margins.some(([before, behind], axis) => before + behind > 0 && sizes[axis]! <= 0))
      throw shapeMismatch(
        this.label,
        `it cuts off all of the ${nounOf(this.dimensions)}: cropping ${JSON.stringify(this.cropping)} of input ${formatShape(x.shape)}`,
        'choose a smaller cropping',
      );
    return tf.slice(
      x,
      margins.map(([before]) => before),
      sizes,
    );
  }
}
