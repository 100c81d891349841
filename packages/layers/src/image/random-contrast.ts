// RandomContrast: in training, pixels move away from the mean of their image, or towards it.
import { seedOption, withOptions } from '@lamella/core';
import * as tf from '@tensorflow/tfjs-core';
import type { OptionsFor } from '../options/declarations.js';
import { ImageLayer, type Augmentation, type ImageSizes } from './image-layer.js';
import type { ImageLayerOptions } from './image-record.js';
import { factorOption, valueRangeOption } from './image-options.js';

const options = {
  /** How much, from 1 - f to 1 + f: a number, or two for below and above. */
  factor: factorOption(0, 1),
  /** The lowest and the highest value of a pixel. Default [0, 255]. */
  valueRange: valueRangeOption(),
  /** Default null, the model's. */
  seed: seedOption(),
};

/** The options of {@link RandomContrast}. */
export type RandomContrastOptions = OptionsFor<typeof options> & ImageLayerOptions;

/**
 * Changes the contrast of images in training, each channel around its own mean. Source: keras.layers.RandomContrast.
 * Shapes: any images to the same. Throws: OPTION_INVALID, IMAGE_INVALID.
 *
 * @example
 * randomContrast({ factor: 0.2 }).apply(input({ shape: [28, 28, 3] })).shape; // [null, 28, 28, 3]
 */
export class RandomContrast extends withOptions(ImageLayer, options) {
  static readonly className = 'RandomContrast';

  override augment({ batch }: ImageSizes): Augmentation {
    const [lower, upper] = this.factor;
    const factor = this.uniform([batch, 1, 1, 1], [1 - lower, 1 + upper]);
    return {
      images: (x) => {
        const mean = tf.mean(x, [1, 2], true);
        return tf.clipByValue(tf.add(tf.mul(tf.sub(x, mean), factor), mean), ...this.valueRange);
      },
    };
  }
}

/** Makes a {@link RandomContrast}. */
export function randomContrast(given: RandomContrastOptions): RandomContrast {
  return new RandomContrast(given);
}
