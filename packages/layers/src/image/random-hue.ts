// RandomHue: in training, the colours of images turn.
import { seedOption, withOptions } from '@lamella/core';
import { image } from '@lamella/program';
import * as tf from '@tensorflow/tfjs-core';
import type { OptionsFor } from '../options/declarations.js';
import { ImageLayer, type Augmentation, type ImageSizes } from './image-layer.js';
import type { ImageLayerOptions } from './image-record.js';
import { factorOption, valueRangeOption } from './image-options.js';

const options = {
  /** How far, as a share of half a turn: a number, or two between which it is drawn. */
  factor: factorOption(0, 1),
  /** The lowest and the highest value of a pixel. Default [0, 255]. */
  valueRange: valueRangeOption(),
  /** Default null, the model's. */
  seed: seedOption(),
};

/** The options of {@link RandomHue}. */
export type RandomHueOptions = OptionsFor<typeof options> & ImageLayerOptions;

/**
 * Turns the hue of images in training, either way. Source: keras.layers.RandomHue.
 * Shapes: any images to the same. Throws: OPTION_INVALID, IMAGE_INVALID, DTYPE_MISMATCH.
 *
 * @example
 * randomHue({ factor: 0.2 }).apply(input({ shape: [28, 28, 3] })).shape; // [null, 28, 28, 3]
 */
export class RandomHue extends withOptions(ImageLayer, options) {
  static readonly className = 'RandomHue';

  override augment({ batch }: ImageSizes): Augmentation {
    const isBack = tf.greater(this.uniform([batch, 1, 1, 1]), 0.5);
    const size = tf.mul(this.uniform([batch, 1, 1, 1], this.factor), 0.5);
    const turn = tf.where(isBack, tf.neg(size), size);
    const [low, high] = this.valueRange;
    return {
      images: (x) => {
        const colors = image.rgbToHsv(tf.div(tf.sub(x, low), high - low), 'channels_last', this.label);
        const [hue, saturation, value] = tf.split(colors, 3, 3) as [tf.Tensor, tf.Tensor, tf.Tensor];
        const moved = tf.add(hue, turn);
        const below = tf.where(tf.greater(moved, 1), tf.sub(moved, 1), moved);
        const within = tf.where(tf.less(below, 0), tf.add(below, 1), below);
        const back = image.hsvToRgb(tf.concat([within, saturation, value], 3));
        return tf.add(tf.mul(tf.clipByValue(back, 0, 1), high - low), low);
      },
    };
  }
}

/** Makes a {@link RandomHue}. */
export function randomHue(given: RandomHueOptions): RandomHue {
  return new RandomHue(given);
}
