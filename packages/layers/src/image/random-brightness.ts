// RandomBrightness: in training, images become lighter or darker.
import { seedOption, withOptions } from '@lamella/core';
import * as tf from '@tensorflow/tfjs-core';
import type { OptionsFor } from '../options/declarations.js';
import { ImageLayer, type Augmentation, type ImageSizes } from './image-layer.js';
import type { ImageLayerOptions } from './image-record.js';
import { factorOption, valueRangeOption } from './image-options.js';

const options = {
  /** How much of the range of values is added at most: a number, or two between which it is drawn. */
  factor: factorOption(-1, 1),
  /** The lowest and the highest value of a pixel. Default [0, 255]. */
  valueRange: valueRangeOption(),
  /** Default null, the model's. */
  seed: seedOption(),
};

/** The options of {@link RandomBrightness}. */
export type RandomBrightnessOptions = OptionsFor<typeof options> & ImageLayerOptions;

/**
 * Adds one number to all pixels of an image in training. Source: keras.layers.RandomBrightness.
 * Shapes: any images to the same. Throws: OPTION_INVALID, IMAGE_INVALID.
 *
 * @example
 * randomBrightness({ factor: 0.2 }).apply(input({ shape: [28, 28, 3] })).shape; // [null, 28, 28, 3]
 */
export class RandomBrightness extends withOptions(ImageLayer, options) {
  static readonly className = 'RandomBrightness';

  override augment({ batch }: ImageSizes): Augmentation {
    const [low, high] = this.valueRange;
    const delta = tf.mul(this.uniform([batch, 1, 1, 1], this.factor), high - low);
    return { images: (x) => tf.clipByValue(tf.add(x, delta), low, high) };
  }
}

/** Makes a {@link RandomBrightness}. */
export function randomBrightness(given: RandomBrightnessOptions): RandomBrightness {
  return new RandomBrightness(given);
}
