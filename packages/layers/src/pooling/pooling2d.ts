// What the pooling layers over images share: windows, strides, padding, and where the channels stand.
import type * as tf from '@tensorflow/tfjs-core';
import { Layer, type Config, type LayerOptions } from '@lamella/core';
import { formatShape, shapeMismatch } from '@lamella/program';
import { singleTensor } from '../options/single-input.js';
import {
  dataFormatOf,
  paddingOf,
  pairOf,
  requireImages,
  withChannelsLast,
  type DataFormat,
  type Padding,
  type Pair,
  type PairOption,
} from '../options/spatial.js';

/** The options of {@link Pooling2D}. */
export interface Pooling2DOptions extends LayerOptions {
  /** Height and width of the window; 2 by default. */
  readonly poolSize?: PairOption;
  /** How far the window moves; its own size by default. */
  readonly strides?: PairOption | null;
  readonly padding?: Padding;
  readonly dataFormat?: DataFormat | null;
}

/** A layer that pools windows of images. */
export abstract class Pooling2D extends Layer {
  readonly poolSize: Pair;
  readonly strides: Pair;
  readonly padding: Padding;
  readonly dataFormat: DataFormat;

  constructor(options: Pooling2DOptions = {}) {
    super(options);
    this.poolSize = pairOf(this.label, 'poolSize', options.poolSize ?? 2);
    this.strides = pairOf(this.label, 'strides', options.strides ?? this.poolSize);
    this.padding = paddingOf(this.label, options.padding);
    this.dataFormat = dataFormatOf(this.label, options.dataFormat);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = singleTensor(this.label, inputs);
    requireImages(this.label, x.shape, this.dataFormat);
    return withChannelsLast(x, this.dataFormat, (images) => {
      const [, height, width] = images.shape;
      if (this.padding === 'valid' && (this.poolSize[0] > height || this.poolSize[1] > width)) {
        throw shapeMismatch(
          this.label,
          `its window ${formatShape(this.poolSize)} is larger than the image [${height}, ${width}] (input ${formatShape(x.shape)})`,
          "choose a smaller poolSize, or padding: 'same'",
        );
      }
      return this.pool(images);
    });
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      poolSize: this.poolSize,
      padding: this.padding,
      strides: this.strides,
      dataFormat: this.dataFormat,
    };
  }

  /** Pools images whose channels stand last. */
  protected abstract pool(images: tf.Tensor4D): tf.Tensor4D;
}
