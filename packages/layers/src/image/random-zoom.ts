// RandomZoom: in training, images come nearer or go away.
import { orNull, seedOption, withOptions } from '@lamella/core';
import * as tf from '@tensorflow/tfjs-core';
import type { OptionsFor } from '../options/declarations.js';
import { ImageLayer, transforming, type Augmentation, type ImageSizes } from './image-layer.js';
import type { ImageLayerOptions } from './image-record.js';
import {
  rangeOf,
  shareOption,
  type Factor,
  fillModeOption,
  fillValueOption,
  pixelsOption,
} from './image-options.js';

const options = {
  /** How far away, below 0 nearer: a number, or two between which it is drawn. */
  heightFactor: shareOption(-1 + 2 ** -30),
  /** The same along the width; null, the default, keeps the aspect ratio. */
  widthFactor: orNull(shareOption(-1 + 2 ** -30)),
  /** What stands outside. Default `reflect`. */
  fillMode: fillModeOption(),
  /** Default `bilinear`. */
  interpolation: pixelsOption(),
  /** Default null, the model's. */
  seed: seedOption(),
  /** What `constant` fills with. Default 0. */
  fillValue: fillValueOption(0),
};

/** The options of {@link RandomZoom}. */
export type RandomZoomOptions = OptionsFor<typeof options> & ImageLayerOptions;

/**
 * Zooms images around their centres in training. Source: keras.layers.RandomZoom.
 * Shapes: any images to the same. Throws: OPTION_INVALID, IMAGE_INVALID.
 *
 * @example
 * randomZoom({ heightFactor: 0.2 }).apply(input({ shape: [28, 28, 3] })).shape; // [null, 28, 28, 3]
 */
export class RandomZoom extends withOptions(ImageLayer, options) {
  static readonly className = 'RandomZoom';

  override augment(sizes: ImageSizes): Augmentation {
    const { batch, height, width } = sizes;
    const drawn = (factor: Factor): tf.Tensor => {
      const [from, to] = rangeOf(factor);
      return this.uniform([batch, 1], [1 + from, 1 + to]);
    };
    const down = drawn(this.heightFactor);
    const across = this.widthFactor === null ? down : drawn(this.widthFactor);
    const zeros = tf.zerosLike(down);
    const offset = (zoom: tf.Tensor, size: number): tf.Tensor => tf.mul((size - 1) / 2, tf.sub(1, zoom));
    const zoomed = (x: tf.Tensor, y: tf.Tensor): tf.Tensor =>
      tf.concat([x, zeros, offset(x, width), zeros, y, offset(y, height), zeros, zeros], 1);
    const forward = zoomed(tf.reciprocal(across), tf.reciprocal(down));
    return transforming(this, zoomed(across, down), sizes, forward);
  }
}

/** Makes a {@link RandomZoom}. */
export function randomZoom(given: RandomZoomOptions): RandomZoom {
  return new RandomZoom(given);
}
