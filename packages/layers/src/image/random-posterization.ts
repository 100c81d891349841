// RandomPosterization: in training, pixels keep their first bits.
import { seedOption, withOptions } from '@lamella/core';
import * as tf from '@tensorflow/tfjs-core';
import type { OptionsFor } from '../options/declarations.js';
import { asBytes, ImageLayer, type Augmentation, type ImageSizes } from './image-layer.js';
import type { ImageLayerOptions } from './image-record.js';
import { factorOption, valueRangeOption } from './image-options.js';

const options = {
  /** How many of 8 bits stay: a number, or two, from the first to below the second. */
  factor: factorOption(1, 8),
  /** The lowest and the highest value of a pixel. Default [0, 255]. */
  valueRange: valueRangeOption(),
  /** Default null, the model's. */
  seed: seedOption(),
};

/** The options of {@link RandomPosterization}. */
export type RandomPosterizationOptions = OptionsFor<typeof options> & ImageLayerOptions;

/**
 * Reduces the number of colours of images in training. Source: keras.layers.RandomPosterization.
 * Shapes: any images to the same. Throws: OPTION_INVALID, IMAGE_INVALID.
 *
 * @example
 * randomPosterization({ factor: 4 }).apply(input({ shape: [28, 28, 3] })).shape; // [null, 28, 28, 3]
 */
export class RandomPosterization extends withOptions(ImageLayer, options) {
  static readonly className = 'RandomPosterization';

  override augment({ batch }: ImageSizes): Augmentation {
    const [fewest, most] = this.factor;
    const bits = tf.floor(this.uniform([batch, 1, 1, 1], [fewest, most]));
    const step = tf.pow(2, tf.sub(8, bits));
    const rounded = (bytes: tf.Tensor): tf.Tensor =>
      tf.mul(tf.floor(tf.div(tf.floor(tf.clipByValue(bytes, 0, 255)), step)), step);
    return { images: (x) => asBytes(this.valueRange, x, rounded) };
  }
}

/** Makes a {@link RandomPosterization}. */
export function randomPosterization(given: RandomPosterizationOptions): RandomPosterization {
  return new RandomPosterization(given);
}
