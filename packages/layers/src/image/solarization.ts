// Solarization: in training, light pixels become their negatives.
import { seedOption, withOptions } from '@lamella/core';
import * as tf from '@tensorflow/tfjs-core';
import type { OptionsFor } from '../options/declarations.js';
import { asBytes, ImageLayer, type Augmentation, type ImageSizes } from './image-layer.js';
import type { ImageLayerOptions } from './image-record.js';
import { factorOption, valueRangeOption, type Range } from './image-options.js';

const options = {
  /** The lowest and the highest value of a pixel. Default [0, 255]. */
  valueRange: valueRangeOption(),
  /** How much is added before, as a share of the range: a number f for one from 0 to f, or two between which it is drawn. Default 0. */
  additionFactor: factorOption(0, 1, 0),
  /** From where on pixels are inverted, in the same way. Default 0. */
  thresholdFactor: factorOption(0, 1, 0),
  /** Default null, the model's. */
  seed: seedOption(),
};

/** The options of {@link Solarization}. */
export type SolarizationOptions = OptionsFor<typeof options> & ImageLayerOptions;

/**
 * Inverts the pixels above a threshold in training. Source: keras.layers.Solarization.
 * Shapes: any images to the same. Throws: OPTION_INVALID, IMAGE_INVALID.
 *
 * @example
 * solarization({ thresholdFactor: 0.5 }).apply(input({ shape: [28, 28, 3] })).shape; // [null, 28, 28, 3]
 */
export class Solarization extends withOptions(ImageLayer, options) {
  static readonly className = 'Solarization';

  override augment({ batch }: ImageSizes): Augmentation {
    // As in Keras, the lower end is not scaled to bytes.
    const drawn = ([from, to]: Range): tf.Tensor =>
      this.uniform([batch, 1, 1, 1], [from, Math.max(from, to * 255)]);
    const [addition, threshold] = [drawn(this.additionFactor), drawn(this.thresholdFactor)];
    const solarized = (bytes: tf.Tensor): tf.Tensor => {
      const lighter = tf.clipByValue(tf.add(bytes, addition), 0, 255);
      return tf.where(tf.less(lighter, threshold), lighter, tf.sub(255, lighter));
    };
    return { images: (x) => asBytes(this.valueRange, x, solarized) };
  }
}

/** Makes a {@link Solarization}. */
export function solarization(given: SolarizationOptions = {}): Solarization {
  return new Solarization(given);
}
