// RandomInvert: in training, some images become their negatives.
import { seedOption, withOptions } from '@lamella/core';
import * as tf from '@tensorflow/tfjs-core';
import type { OptionsFor } from '../options/declarations.js';
import { ImageLayer, type Augmentation, type ImageSizes } from './image-layer.js';
import type { ImageLayerOptions } from './image-record.js';
import { factorOption, valueRangeOption } from './image-options.js';

const options = {
  /** The probability: a number f for one from 0 to f, or two between which it is drawn. Default 1. */
  factor: factorOption(0, 1, 1),
  /** The lowest and the highest value of a pixel. Default [0, 255]. */
  valueRange: valueRangeOption(),
  /** Default null, the model's. */
  seed: seedOption(),
};

/** The options of {@link RandomInvert}. */
export type RandomInvertOptions = OptionsFor<typeof options> & ImageLayerOptions;

/**
 * Inverts some images in training: each pixel becomes the highest value less itself. Source: keras.layers.RandomInvert.
 * Shapes: any images to the same. Throws: OPTION_INVALID, IMAGE_INVALID.
 *
 * @example
 * randomInvert({ factor: 0.5 }).apply(input({ shape: [28, 28, 3] })).shape; // [null, 28, 28, 3]
 */
export class RandomInvert extends withOptions(ImageLayer, options) {
  static readonly className = 'RandomInvert';

  override augment({ batch }: ImageSizes): Augmentation {
    const isInverted = this.chosen(batch, this.factor);
    return { images: (x) => tf.where(isInverted, tf.sub(this.valueRange[1], x), x) };
  }
}

/** Makes a {@link RandomInvert}. */
export function randomInvert(given: RandomInvertOptions = {}): RandomInvert {
  return new RandomInvert(given);
}
