// RandomSharpness: in training, images become sharper or smoother.
import { seedOption, withOptions } from '@lamella/core';
import { filtered } from '@lamella/program';
import * as tf from '@tensorflow/tfjs-core';
import type { OptionsFor } from '../options/declarations.js';
import { ImageLayer, type Augmentation, type ImageSizes } from './image-layer.js';
import type { ImageLayerOptions } from './image-record.js';
import { factorOption, valueRangeOption } from './image-options.js';

const options = {
  /** 0.5 leaves images, 0 smooths them, 1 sharpens them: a number, or two between which it is drawn. */
  factor: factorOption(0, 1),
  /** The lowest and the highest value of a pixel. Default [0, 255]. */
  valueRange: valueRangeOption(),
  /** Default null, the model's. */
  seed: seedOption(),
};

/** The options of {@link RandomSharpness}. */
export type RandomSharpnessOptions = OptionsFor<typeof options> & ImageLayerOptions;

/**
 * Moves images in training away from their smoothed form, or towards it. Source: keras.layers.RandomSharpness.
 * Shapes: any images to the same. Throws: OPTION_INVALID, IMAGE_INVALID.
 *
 * @example
 * randomSharpness({ factor: 0.2 }).apply(input({ shape: [28, 28, 3] })).shape; // [null, 28, 28, 3]
 */
export class RandomSharpness extends withOptions(ImageLayer, options) {
  static readonly className = 'RandomSharpness';

  override augment({ batch }: ImageSizes): Augmentation {
    const share = tf.sub(1, tf.mul(this.uniform([batch, 1, 1, 1], this.factor), 2));
    const [around, middle] = [1 / 13, 5 / 13];
    const kernel = tf.tensor2d([
      [around, around, around],
      [around, middle, around],
      [around, around, around],
    ]);
    return {
      images: (x) => {
        const smooth = filtered(x, kernel);
        return tf.clipByValue(tf.add(x, tf.mul(share, tf.sub(smooth, x))), ...this.valueRange);
      },
    };
  }
}

/** Makes a {@link RandomSharpness}. */
export function randomSharpness(given: RandomSharpnessOptions): RandomSharpness {
  return new RandomSharpness(given);
}
