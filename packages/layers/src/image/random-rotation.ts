// RandomRotation: in training, images are turned.
import { seedOption, withOptions } from '@lamella/core';
import * as tf from '@tensorflow/tfjs-core';
import type { OptionsFor } from '../options/declarations.js';
import { ImageLayer, transforming, type Augmentation, type ImageSizes } from './image-layer.js';
import type { ImageLayerOptions } from './image-record.js';
import { factorOption, fillModeOption, fillValueOption, pixelsOption } from './image-options.js';

const options = {
  /** How far, in whole turns, counterclockwise above 0: a number, or two between which it is drawn. */
  factor: factorOption(-1, 1),
  /** What stands outside. Default `reflect`. */
  fillMode: fillModeOption(),
  /** Default `bilinear`. */
  interpolation: pixelsOption(),
  /** Default null, the model's. */
  seed: seedOption(),
  /** What `constant` fills with. Default 0. */
  fillValue: fillValueOption(0),
};

/** The options of {@link RandomRotation}. */
export type RandomRotationOptions = OptionsFor<typeof options> & ImageLayerOptions;

/**
 * Turns images around their centres in training. Source: keras.layers.RandomRotation.
 * Shapes: any images to the same. Throws: OPTION_INVALID, IMAGE_INVALID.
 *
 * @example
 * randomRotation({ factor: 0.1 }).apply(input({ shape: [28, 28, 3] })).shape; // [null, 28, 28, 3]
 */
export class RandomRotation extends withOptions(ImageLayer, options) {
  static readonly className = 'RandomRotation';

  override augment(sizes: ImageSizes): Augmentation {
    const { batch, height, width } = sizes;
    const angle = tf.mul(this.uniform([batch, 1], this.factor), 2 * Math.PI);
    const [cos, sin] = [tf.cos(angle), tf.sin(angle)];
    const [x, y] = [(width - 1) / 2, (height - 1) / 2];
    const zeros = tf.zerosLike(angle);
    const turn = (by: tf.Tensor): tf.Tensor => {
      const offsetX = tf.sub(x, tf.sub(tf.mul(x, cos), tf.mul(y, by)));
      const offsetY = tf.sub(y, tf.add(tf.mul(x, by), tf.mul(y, cos)));
      return tf.concat([cos, tf.neg(by), offsetX, by, cos, offsetY, zeros, zeros], 1);
    };
    return transforming(this, turn(sin), sizes, turn(tf.neg(sin)));
  }
}

/** Makes a {@link RandomRotation}. */
export function randomRotation(given: RandomRotationOptions): RandomRotation {
  return new RandomRotation(given);
}
