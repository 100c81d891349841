// RandomGaussianBlur: in training, some images are blurred.
import { seedOption, withOptions } from '@lamella/core';
import { image } from '@lamella/program';
import * as tf from '@tensorflow/tfjs-core';
import type { OptionsFor } from '../options/declarations.js';
import { ImageLayer, type Augmentation, type ImageSizes } from './image-layer.js';
import type { ImageLayerOptions } from './image-record.js';
import { factorOption, kernelSizeOption, valueRangeOption } from './image-options.js';

const options = {
  /** The probability: a number f for one from 0 to f, or two between which it is drawn. Default 1. */
  factor: factorOption(0, 1, 1),
  /** How far pixels reach: an odd number, or two. Default 3. */
  kernelSize: kernelSizeOption(),
  /** How smoothly, in the way of `factor`, one for all images of a batch. Default 1. */
  sigma: factorOption(0, 1, 1),
  /** The lowest and the highest value of a pixel. Default [0, 255]. */
  valueRange: valueRangeOption(),
  /** Default null, the model's. */
  seed: seedOption(),
};

/** The options of {@link RandomGaussianBlur}. */
export type RandomGaussianBlurOptions = OptionsFor<typeof options> & ImageLayerOptions;

/**
 * Blurs some images in training. Source: keras.layers.RandomGaussianBlur.
 * Shapes: any images to the same. Throws: OPTION_INVALID, IMAGE_INVALID.
 *
 * @example
 * randomGaussianBlur({ kernelSize: 5 }).apply(input({ shape: [28, 28, 3] })).shape; // [null, 28, 28, 3]
 */
export class RandomGaussianBlur extends withOptions(ImageLayer, options) {
  static readonly className = 'RandomGaussianBlur';

  override augment({ batch }: ImageSizes): Augmentation {
    const isChosen = this.chosen(batch, this.factor);
    const [across, down] = tf.split(tf.add(this.uniform([2], this.sigma), 1e-6), 2) as [tf.Tensor, tf.Tensor];
    return {
      images: (x) => {
        const blurred = image.gaussianBlur(x, this.kernelSize, [across, down], 'channels_last', this.label);
        return tf.clipByValue(tf.where(isChosen, blurred, x), ...this.valueRange);
      },
    };
  }
}

/** Makes a {@link RandomGaussianBlur}. */
export function randomGaussianBlur(given: RandomGaussianBlurOptions = {}): RandomGaussianBlur {
  return new RandomGaussianBlur(given);
}
