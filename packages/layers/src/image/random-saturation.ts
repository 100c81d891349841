// RandomSaturation: in training, colours become stronger or weaker.
import { seedOption, withOptions } from '@lamella/core';
import { image } from '@lamella/program';
import * as tf from '@tensorflow/tfjs-core';
import type { OptionsFor } from '../options/declarations.js';
import { ImageLayer, type Augmentation, type ImageSizes } from './image-layer.js';
import type { ImageLayerOptions } from './image-record.js';
import { factorOption, valueRangeOption } from './image-options.js';

const options = {
  /** 0.5 leaves colours, 0 takes them, 1 makes them as strong as can be: a number, or two between which it is drawn. */
  factor: factorOption(-1, 1),
  /** The lowest and the highest value of a pixel. Default [0, 255]. */
  valueRange: valueRangeOption(),
  /** Default null, the model's. */
  seed: seedOption(),
};

/** The options of {@link RandomSaturation}. */
export type RandomSaturationOptions = OptionsFor<typeof options> & ImageLayerOptions;

/**
 * Changes the saturation of images in training, as Keras does: whatever their range, saturation is cut off at its ends. Source: keras.layers.RandomSaturation.
 * Shapes: any images to the same. Throws: OPTION_INVALID, IMAGE_INVALID, DTYPE_MISMATCH.
 *
 * @example
 * randomSaturation({ factor: [0.4, 0.6] }).apply(input({ shape: [28, 28, 3] })).shape; // [null, 28, 28, 3]
 */
export class RandomSaturation extends withOptions(ImageLayer, options) {
  static readonly className = 'RandomSaturation';

  override augment({ batch }: ImageSizes): Augmentation {
    const drawn = this.uniform([batch, 1, 1, 1], this.factor);
    const factor = tf.div(drawn, tf.add(tf.sub(1, drawn), 1e-7));
    return {
      images: (x) => {
        const colors = image.rgbToHsv(x, 'channels_last', this.label);
        const [hue, saturation, value] = tf.split(colors, 3, 3) as [tf.Tensor, tf.Tensor, tf.Tensor];
        const changed = tf.clipByValue(tf.mul(saturation, factor), ...this.valueRange);
        return image.hsvToRgb(tf.concat([hue, changed, value], 3));
      },
    };
  }
}

/** Makes a {@link RandomSaturation}. */
export function randomSaturation(given: RandomSaturationOptions): RandomSaturation {
  return new RandomSaturation(given);
}
