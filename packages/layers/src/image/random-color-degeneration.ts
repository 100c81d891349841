// RandomColorDegeneration: in training, images become greyer.
import { seedOption, withOptions } from '@lamella/core';
import { image } from '@lamella/program';
import * as tf from '@tensorflow/tfjs-core';
import type { OptionsFor } from '../options/declarations.js';
import { ImageLayer, type Augmentation, type ImageSizes } from './image-layer.js';
import type { ImageLayerOptions } from './image-record.js';
import { factorOption, valueRangeOption } from './image-options.js';

const options = {
  /** How grey, from 0 to 1: a number, or two between which it is drawn. */
  factor: factorOption(-1, 1),
  /** The lowest and the highest value of a pixel. Default [0, 255]. */
  valueRange: valueRangeOption(),
  /** Default null, the model's. */
  seed: seedOption(),
};

/** The options of {@link RandomColorDegeneration}. */
export type RandomColorDegenerationOptions = OptionsFor<typeof options> & ImageLayerOptions;

/**
 * Moves images in training towards their grey form. Source: keras.layers.RandomColorDegeneration.
 * Shapes: any images to the same. Throws: OPTION_INVALID, IMAGE_INVALID.
 *
 * @example
 * randomColorDegeneration({ factor: 0.5 }).apply(input({ shape: [28, 28, 3] })).shape; // [null, 28, 28, 3]
 */
export class RandomColorDegeneration extends withOptions(ImageLayer, options) {
  static readonly className = 'RandomColorDegeneration';

  override augment({ batch }: ImageSizes): Augmentation {
    const share = this.uniform([batch, 1, 1, 1], this.factor);
    return {
      images: (x) => {
        const grey = image.rgbToGrayscale(x, 'channels_last', this.label);
        return tf.clipByValue(tf.add(x, tf.mul(share, tf.sub(grey, x))), ...this.valueRange);
      },
    };
  }
}

/** Makes a {@link RandomColorDegeneration}. */
export function randomColorDegeneration(given: RandomColorDegenerationOptions): RandomColorDegeneration {
  return new RandomColorDegeneration(given);
}
