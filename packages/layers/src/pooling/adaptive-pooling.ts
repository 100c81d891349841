// What the pooling layers share that are told how many places come out: windows follow from the sizes.
import { Layer, withOptions } from '@lamella/core';
import { currentBudget, sizeOf } from '@lamella/program';
import * as tf from '@tensorflow/tfjs-core';
import { dataFormatOption, sizesOption, type OptionsFor } from '../options/declarations.js';
import { singleTensor } from '../options/single-input.js';
import { requireRank, windowAxes } from '../options/spatial.js';

const options = {
  /** How many places come out: one number for all dimensions, or one each. */
  outputSize: sizesOption(),
  /** Default `channels_last`. */
  dataFormat: dataFormatOption(),
};

/** The options of {@link AdaptivePooling}. */
export type AdaptivePoolingOptions = OptionsFor<typeof options>;

/** A layer that pools to a size; over how many axes, its {@link dimensions} say. */
export abstract class AdaptivePooling extends withOptions(Layer, options) {
  /** 1 for sequences, 2 for images, 3 for volumes. */
  abstract get dimensions(): 1 | 2 | 3;

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = singleTensor(this.label, inputs);
    requireRank(this.label, x.shape, this.dataFormat, this.dimensions);
    return windowAxes(this.dataFormat, this.dimensions).reduce(
      (found, axis, i) => this.poolAxis(found, axis, this.outputSize[i]!),
      x,
    );
  }

  /** Pools windows of so many rows of images, `stride` apart. */
  protected abstract pool(images: tf.Tensor4D, rows: number, stride: number): tf.Tensor;

  private poolAxis(x: tf.Tensor, axis: number, size: number): tf.Tensor {
    const from = x.shape[axis]!;
    const [before, behind] = [x.shape.slice(0, axis), x.shape.slice(axis + 1)];
    const images = tf.reshape(x, [sizeOf(before), from, 1, sizeOf(behind)]) as tf.Tensor4D;
    const rows = Math.ceil(from / size);
    const pooled = from % size === 0 ? this.pool(images, rows, rows) : this.gathered(images, rows, size);
    return tf.reshape(pooled, [...before, size, ...behind]);
  }

  /** Windows of two lengths, as the places need them: `rows`, or one more. */
  private gathered(images: tf.Tensor4D, rows: number, size: number): tf.Tensor {
    currentBudget()?.spend('elements', size, this.label);
    const from = images.shape[1];
    const starts = Array.from({ length: size }, (_, i) => Math.floor((i * from) / size));
    const ends = starts.map((_, i) => Math.ceil(((i + 1) * from) / size));
    const isLong = (start: number, i: number): boolean => ends[i]! - start > rows;
    const short = this.pool(images, rows, 1);
    const chosen = (pools: tf.Tensor, places: number[]): tf.Tensor =>
      tf.gather(pools, tf.tensor1d(places, 'int32'), 1);
    if (!starts.some(isLong)) return chosen(short, starts);
    const behind = short.shape[1]!;
    const places = starts.map((start, i) => (isLong(start, i) ? behind + start : start));
    return chosen(tf.concat([short, this.pool(images, rows + 1, 1)], 1), places);
  }
}
