// What the layers share that put zeros around sequences, images or volumes.
import { Layer, withOptions } from '@lamella/core';
import * as tf from '@tensorflow/tfjs-core';
import { dataFormatOption, type OptionsFor } from '../options/declarations.js';
import { marginsOfAxes, marginsOption } from '../options/margins.js';
import { singleTensor } from '../options/single-input.js';
import { requireRank } from '../options/spatial.js';

const options = {
  /** How many zeros at each end: one number, or one for each dimension, or a pair for each, before and behind. Default 1. */
  padding: marginsOption(1),
  /** Default `channels_last`. */
  dataFormat: dataFormatOption(),
};

/** The options of {@link ZeroPadding}. */
export type ZeroPaddingOptions = OptionsFor<typeof options>;

/** A layer that puts zeros around; around what, its {@link dimensions} say. */
export abstract class ZeroPadding extends withOptions(Layer, options) {
  /** 1 for sequences, 2 for images, 3 for volumes. */
  abstract get dimensions(): 1 | 2 | 3;

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = singleTensor(this.label, inputs);
    requireRank(this.label, x.shape, this.dataFormat, this.dimensions);
    const margins = marginsOfAxes(x.rank, this.dataFormat, this.padding);
    return tf.pad(x, margins as [number, number][]);
  }
}
