// What the layers share that make sequences, images or volumes larger by whole factors.
import { Layer } from '@lamella/core';
import { sizeOf } from '@lamella/program';
import * as tf from '@tensorflow/tfjs-core';
import { singleTensor } from '../options/single-input.js';
import { requireRank, windowAxes, type DataFormat } from '../options/spatial.js';

/** A layer that enlarges. Its subclasses declare `size`, and `dataFormat` where the channels may stand first. */
export abstract class UpSampling extends Layer {
  declare readonly size: number | readonly number[];
  declare readonly dataFormat?: DataFormat;

  /** 1 for sequences, 2 for images, 3 for volumes. */
  abstract get dimensions(): 1 | 2 | 3;

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = singleTensor(this.label, inputs);
    const { dataFormat = 'channels_last' } = this;
    requireRank(this.label, x.shape, dataFormat, this.dimensions);
    const factors = [this.size].flat();
    return windowAxes(dataFormat, this.dimensions).reduce(
      (found, axis, i) => (factors[i] === 1 ? found : this.enlarge(found, axis, factors[i]!)),
      x,
    );
  }

  /** Makes an axis so many times as long; by default each of its elements comes so often. */
  protected enlarge(x: tf.Tensor, axis: number, factor: number): tf.Tensor {
    const [before, behind] = [x.shape.slice(0, axis + 1), x.shape.slice(axis + 1)];
    const elements = tf.reshape(x, [sizeOf(before), 1, sizeOf(behind)]);
    const sizes = [...before.slice(0, -1), before.at(-1)! * factor, ...behind];
    return tf.reshape(tf.tile(elements, [1, factor, 1]), sizes);
  }
}
