// What the layers share that pool whole sequences, images or volumes.
import type * as tf from '@tensorflow/tfjs-core';
import { booleanOption, Layer, withOptions, type CallContext } from '@lamella/core';
import { dataFormatOption, type OptionsFor } from '../options/declarations.js';
import { singleTensor } from '../options/single-input.js';
import { requireRank, windowAxes } from '../options/spatial.js';

const options = {
  /** Default `channels_last`. */
  dataFormat: dataFormatOption(),
  /** Whether the pooled dimensions stay as axes of size 1. Default false. */
  keepdims: booleanOption(false),
};

/** The options of {@link GlobalPooling}. */
export type GlobalPoolingOptions = OptionsFor<typeof options>;

/** A layer that pools all but the batch and the channels; over how many axes, its {@link dimensions} say. */
export abstract class GlobalPooling extends withOptions(Layer, options) {
  static readonly fileFacts = { builtAtOnce: true };

  /** 1 for sequences, 2 for images, 3 for volumes. */
  abstract get dimensions(): 1 | 2 | 3;

  override call(inputs: tf.Tensor | tf.Tensor[], context: CallContext): tf.Tensor {
    const x = singleTensor(this.label, inputs);
    requireRank(this.label, x.shape, this.dataFormat, this.dimensions);
    return this.pool(x, windowAxes(this.dataFormat, this.dimensions), context);
  }

  /** Pools over axes. */
  protected abstract pool(x: tf.Tensor, axes: number[], context: CallContext): tf.Tensor;
}
