// AutoContrast: images whose values fill the whole range.
import { withOptions } from '@lamella/core';
import * as tf from '@tensorflow/tfjs-core';
import type { OptionsFor } from '../options/declarations.js';
import { ImageLayer, type Augmentation } from './image-layer.js';
import type { ImageLayerOptions } from './image-record.js';
import { valueRangeOption } from './image-options.js';

const options = {
  /** The lowest and the highest value of a pixel. Default [0, 255]. */
  valueRange: valueRangeOption(),
};

/** The options of {@link AutoContrast}. */
export type AutoContrastOptions = OptionsFor<typeof options> & ImageLayerOptions;

/**
 * Stretches each channel of an image so that its values fill the range, in training and after it; a channel of one value stays. Source: keras.layers.AutoContrast.
 * Shapes: any images to the same. Throws: OPTION_INVALID, IMAGE_INVALID.
 *
 * @example
 * autoContrast({ valueRange: [0, 1] }).apply(input({ shape: [28, 28, 3] })).shape; // [null, 28, 28, 3]
 */
export class AutoContrast extends withOptions(ImageLayer, options) {
  static readonly className = 'AutoContrast';

  override get isAlwaysApplied(): boolean {
    return true;
  }

  override augment(): Augmentation {
    const [low, high] = this.valueRange;
    return {
      images: (x) => {
        const darkest = tf.min(x, [1, 2], true);
        const range = tf.sub(tf.max(x, [1, 2], true), darkest);
        const isFlat = tf.equal(range, 0);
        const share = tf.div(tf.sub(x, darkest), tf.where(isFlat, tf.onesLike(range), range));
        const stretched = tf.add(tf.mul(tf.clipByValue(share, 0, 1), high - low), low);
        return tf.where(isFlat, x, stretched);
      },
    };
  }
}

/** Makes an {@link AutoContrast}. */
export function autoContrast(given: AutoContrastOptions = {}): AutoContrast {
  return new AutoContrast(given);
}
