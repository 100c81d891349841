// RandomFlip: in training, half of the images are mirrored.
import { choiceOption, seedOption, withOptions } from '@lamella/core';
import * as tf from '@tensorflow/tfjs-core';
import type { OptionsFor } from '../options/declarations.js';
import { clipToImageSize, sidesOf } from './bounding-boxes.js';
import { ImageLayer, moving, type Augmentation, type ImageSizes } from './image-layer.js';
import type { ImageLayerOptions } from './image-record.js';

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

  override augment({ batch, height, width }: ImageSizes): Augmentation {
    const isFlipped = tf.lessEqual(this.uniform([batch, 1, 1, 1]), 0.5);
    const axes = { horizontal: [2], vertical: [1], horizontal_and_vertical: [1, 2] }[this.mode];
    return moving(
      (x) => tf.where(isFlipped, tf.reverse(x, axes), x),
      ({ boxes, labels }) => {
        const [left, top, right, bottom] = sidesOf(boxes);
        const across = axes.includes(2) ? [tf.sub(width, right), tf.sub(width, left)] : [left, right];
        const down = axes.includes(1) ? [tf.sub(height, bottom), tf.sub(height, top)] : [top, bottom];
        const flipped = tf.concat([across[0]!, down[0]!, across[1]!, down[1]!], 2);
        const chosen = tf.where(tf.reshape(isFlipped, [batch, 1, 1]), flipped, boxes);
        return clipToImageSize({ boxes: chosen, labels }, { height, width });
      },
    );
  }
}

/** Makes a {@link RandomFlip}. */
export function randomFlip(given: RandomFlipOptions = {}): RandomFlip {
  return new RandomFlip(given);
}
