// RandomGrayscale: in training, some images lose their colours.
import { fractionOption, seedOption, withOptions } from '@lamella/core';
import { image } from '@lamella/program';
import * as tf from '@tensorflow/tfjs-core';
import type { OptionsFor } from '../options/declarations.js';
import { ImageLayer, type Augmentation, type ImageSizes } from './image-layer.js';
import type { ImageLayerOptions } from './image-record.js';

const options = {
  /** The share of images. Default 0.5. */
  factor: fractionOption(0.5),
  /** Default null, the model's. Keras does not keep it. */
  seed: seedOption(),
};

/** The options of {@link RandomGrayscale}. */
export type RandomGrayscaleOptions = OptionsFor<typeof options> & ImageLayerOptions;

/**
 * Makes a share of the images grey in training; they keep three channels. Source: keras.layers.RandomGrayscale.
 * Shapes: any images to the same. Throws: OPTION_INVALID, IMAGE_INVALID.
 *
 * @example
 * randomGrayscale({ factor: 0.2 }).apply(input({ shape: [28, 28, 3] })).shape; // [null, 28, 28, 3]
 */
export class RandomGrayscale extends withOptions(ImageLayer, options) {
  static readonly className = 'RandomGrayscale';

  override augment({ batch }: ImageSizes): Augmentation {
    const isGrey = tf.less(this.uniform([batch, 1, 1, 1]), this.factor);
    return { images: (x) => tf.where(isGrey, image.rgbToGrayscale(x, 'channels_last', this.label), x) };
  }
}

/** Makes a {@link RandomGrayscale}. */
export function randomGrayscale(given: RandomGrayscaleOptions = {}): RandomGrayscale {
  return new RandomGrayscale(given);
}
