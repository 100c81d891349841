// RandomFlip: in training, half of the images are mirrored.
import { choiceOption, seedOption, withOptions } from '@lamella/core';
import * as tf from '@tensorflow/tfjs-core';
import type { OptionsFor } from '../options/declarations.js';
import {
  ImageLayer,
  moving,
  type Augmentation,
  type ImageLayerOptions,
  type ImageSizes,
} from './image-layer.js';

const options = {
  /** Default `horizontal_and_vertical`, which turns images upside down. */
  mode: choiceOption(['horizontal_and_vertical', 'horizontal', 'vertical'], 'horizontal_and_vertical'),
  /** Default null, the model's. */
  seed: seedOption(),
};

/** The options of {@link RandomFlip}. */
export type RandomFlipOptions = OptionsFor<typeof options> & ImageLayerOptions;

/**
 * Mirrors images in training, each with a probability of a half. Source: keras.layers.RandomFlip.
 * Shapes: any images to the same. Throws: OPTION_INVALID, IMAGE_INVALID.
 *
 * @example
 * randomFlip({ mode: 'horizontal' }).apply(input({ shape: [28, 28, 3] })).shape; // [null, 28, 28, 3]
 */
export class RandomFlip extends withOptions(ImageLayer, options) {
  static readonly className = 'RandomFlip';

  override augment({ batch }: ImageSizes): Augmentation {
    const isFlipped = tf.lessEqual(this.uniform([batch, 1, 1, 1]), 0.5);
    const axes = { horizontal: [2], vertical: [1], horizontal_and_vertical: [1, 2] }[this.mode];
    return moving((x) => tf.where(isFlipped, tf.reverse(x, axes), x));
  }
}

/** Makes a {@link RandomFlip}. */
export function randomFlip(given: RandomFlipOptions = {}): RandomFlip {
  return new RandomFlip(given);
}
