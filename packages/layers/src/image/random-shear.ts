// RandomShear: in training, images are slanted.
import { seedOption, withOptions } from '@lamella/core';
import * as tf from '@tensorflow/tfjs-core';
import type { OptionsFor } from '../options/declarations.js';
import {
  ImageLayer,
  transforming,
  type Augmentation,
  type ImageLayerOptions,
  type ImageSizes,
} from './image-layer.js';
import { rangeOf, shareOption, fillModeOption, fillValueOption, pixelsOption } from './image-options.js';

const options = {
  /** How much along the width: a number, or two between which it is drawn. Default 0. */
  xFactor: shareOption(-1, 0),
  /** How much along the height. Default 0. */
  yFactor: shareOption(-1, 0),
  /** What stands outside. Default `reflect`. */
  fillMode: fillModeOption(),
  /** Default `bilinear`. */
  interpolation: pixelsOption(),
  /** Default null, the model's. */
  seed: seedOption(),
  /** What `constant` fills with. Default 0. */
  fillValue: fillValueOption(0),
};

/** The options of {@link RandomShear}. */
export type RandomShearOptions = OptionsFor<typeof options> & ImageLayerOptions;

/**
 * Slants images in training, either way. Source: keras.layers.RandomShear.
 * Shapes: any images to the same. Throws: OPTION_INVALID, IMAGE_INVALID.
 *
 * @example
 * randomShear({ xFactor: 0.2 }).apply(input({ shape: [28, 28, 3] })).shape; // [null, 28, 28, 3]
 */
export class RandomShear extends withOptions(ImageLayer, options) {
  static readonly className = 'RandomShear';

  override augment({ batch }: ImageSizes): Augmentation {
    const isBack = tf.greater(this.uniform([batch, 1]), 0.5);
    const [y, x] = [this.yFactor, this.xFactor].map((factor) => {
      const drawn = this.uniform([batch, 1], rangeOf(factor));
      return tf.where(isBack, tf.neg(drawn), drawn);
    }) as [tf.Tensor, tf.Tensor];
    const [zeros, ones] = [tf.zerosLike(x), tf.onesLike(x)];
    const transform = tf.concat([ones, x, zeros, y, ones, zeros, zeros, zeros], 1);
    return transforming(this, transform);
  }
}

/** Makes a {@link RandomShear}. */
export function randomShear(given: RandomShearOptions = {}): RandomShear {
  return new RandomShear(given);
}
