// RandomTranslation: in training, images are moved.
import { seedOption, withOptions } from '@lamella/core';
import * as tf from '@tensorflow/tfjs-core';
import type { OptionsFor } from '../options/declarations.js';
import { ImageLayer, transforming, type Augmentation, type ImageSizes } from './image-layer.js';
import type { ImageLayerOptions } from './image-record.js';
import { rangeOf, shareOption, fillModeOption, fillValueOption, pixelsOption } from './image-options.js';

const options = {
  /** How far down, as a share of the height: a number, or two between which it is drawn. */
  heightFactor: shareOption(-1),
  /** How far to the right, as a share of the width. */
  widthFactor: shareOption(-1),
  /** What stands outside. Default `reflect`. */
  fillMode: fillModeOption(),
  /** Default `bilinear`. */
  interpolation: pixelsOption(),
  /** Default null, the model's. */
  seed: seedOption(),
  /** What `constant` fills with. Default 0. */
  fillValue: fillValueOption(0),
};

/** The options of {@link RandomTranslation}. */
export type RandomTranslationOptions = OptionsFor<typeof options> & ImageLayerOptions;

/**
 * Moves images in training. Source: keras.layers.RandomTranslation.
 * Shapes: any images to the same. Throws: OPTION_INVALID, IMAGE_INVALID.
 *
 * @example
 * randomTranslation({ heightFactor: 0.1, widthFactor: 0.1 }).apply(input({ shape: [28, 28, 3] })).shape; // [null, 28, 28, 3]
 */
export class RandomTranslation extends withOptions(ImageLayer, options) {
  static readonly className = 'RandomTranslation';

  override augment(sizes: ImageSizes): Augmentation {
    const { batch, height, width } = sizes;
    const down = tf.mul(this.uniform([batch, 1], rangeOf(this.heightFactor)), height);
    const across = tf.mul(this.uniform([batch, 1], rangeOf(this.widthFactor)), width);
    const [zeros, ones] = [tf.zerosLike(down), tf.onesLike(down)];
    const moved = (x: tf.Tensor, y: tf.Tensor): tf.Tensor =>
      tf.concat([ones, zeros, x, zeros, ones, y, zeros, zeros], 1);
    return transforming(this, moved(tf.neg(across), tf.neg(down)), sizes, moved(across, down));
  }
}

/** Makes a {@link RandomTranslation}. */
export function randomTranslation(given: RandomTranslationOptions): RandomTranslation {
  return new RandomTranslation(given);
}
