// What the layers share that pool whole images.
import type * as tf from '@tensorflow/tfjs-core';
import { Layer, type Config, type LayerOptions } from '@lamella/core';
import { singleTensor } from '../options/single-input.js';
import { dataFormatOf, requireImages, type DataFormat } from '../options/spatial.js';

/** The options of {@link GlobalPooling2D}. */
export interface GlobalPooling2DOptions extends LayerOptions {
  readonly dataFormat?: DataFormat | null;
  /** Whether height and width stay as axes of size 1. */
  readonly keepdims?: boolean;
}

/** A layer that pools whole images. */
export abstract class GlobalPooling2D extends Layer {
  readonly dataFormat: DataFormat;
  readonly keepdims: boolean;

  constructor(options: GlobalPooling2DOptions = {}) {
    super(options);
    this.dataFormat = dataFormatOf(this.label, options.dataFormat);
    this.keepdims = options.keepdims ?? false;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = singleTensor(this.label, inputs);
    requireImages(this.label, x.shape, this.dataFormat);
    return this.pool(x, this.dataFormat === 'channels_last' ? [1, 2] : [2, 3]);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), dataFormat: this.dataFormat, keepdims: this.keepdims };
  }

  /** Pools over the axes of height and width. */
  protected abstract pool(x: tf.Tensor, axes: number[]): tf.Tensor;
}
