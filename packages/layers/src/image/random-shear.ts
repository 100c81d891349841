// RandomShear: in training, images are slanted.
import { seedOption, withOptions } from '@lamella/core';
import * as tf from '@tensorflow/tfjs-core';
import type { OptionsFor } from '../options/declarations.js';
import { clipToImageSize, sidesOf } from './bounding-boxes.js';
import { ImageLayer, moving, transformed, type Augmentation, type ImageSizes } from './image-layer.js';
import type { ImageLayerOptions } from './image-record.js';
import { rangeOf, shareOption, fillModeOption, fillValueOption, pixelsOption } from './image-options.js';

const options = {
  /** How much along the width: a number, or two between which it is drawn. Default 0. */
  xFactor: shareOption(-1, 0),
  /** How much along the height. Default 0. */
  yFactor: shareOption(-1, 0),
  /** What stands outside. Default `reflect`. */
  fillMode: fillModeOption(),
  /** Default `bilinear`. */
  interpolation: pixelsOption(),
  /** Default null, the model's. */
  seed: seedOption(),
  /** What `constant` fills with. Default 0. */
  fillValue: fillValueOption(0),
};

/** The options of {@link RandomShear}. */
export type RandomShearOptions = OptionsFor<typeof options> & ImageLayerOptions;

/**
 * Slants images in training, either way. Source: keras.layers.RandomShear.
 * Shapes: any images to the same. Throws: OPTION_INVALID, IMAGE_INVALID.
 *
 * @example
 * randomShear({ xFactor: 0.2 }).apply(input({ shape: [28, 28, 3] })).shape; // [null, 28, 28, 3]
 */
export class RandomShear extends withOptions(ImageLayer, options) {
  static readonly className = 'RandomShear';

  override augment({ batch, height, width }: ImageSizes): Augmentation {
    const isBack = tf.greater(this.uniform([batch, 1]), 0.5);
    const [y, x] = [this.yFactor, this.xFactor].map((factor) => {
      const drawn = this.uniform([batch, 1], rangeOf(factor));
      return tf.where(isBack, tf.neg(drawn), drawn);
    }) as [tf.Tensor, tf.Tensor];
    const [zeros, ones] = [tf.zerosLike(x), tf.onesLike(x)];
    const transform = tf.concat([ones, x, zeros, y, ones, zeros, zeros, zeros], 1);
    return moving(transformed(this, transform), ({ boxes, labels }) => {
      const scale = tf.tensor1d([width, height, width, height], 'float32');
      const sheared = tf.mul(shearedBoxes(tf.div(boxes, scale), x, y), scale);
      return clipToImageSize({ boxes: sheared, labels }, { height, width });
    });
  }
}

/** Boxes around sheared ones, in shares of the image's sizes; as Keras computes them, along the width first. */
function shearedBoxes(boxes: tf.Tensor, acrossShare: tf.Tensor, downShare: tf.Tensor): tf.Tensor {
  const [across, down] = [tf.expandDims(acrossShare, 2), tf.expandDims(downShare, 2)];
  const [left, top, right, bottom] = sidesOf(boxes);
  const moved = (side: tf.Tensor, by: tf.Tensor, share: tf.Tensor): tf.Tensor =>
    tf.sub(side, tf.mul(share, by));
  const isLeft = tf.less(across, 0);
  const x1 = moved(left, tf.where(isLeft, top, bottom), across);
  const x2 = moved(right, tf.where(isLeft, bottom, top), across);
  const isDown = tf.greater(down, 0);
  const y1 = moved(top, tf.where(isDown, x2, x1), down);
  const y2 = moved(bottom, tf.where(isDown, x1, x2), down);
  return tf.concat([x1, y1, x2, y2], 2);
}

/** Makes a {@link RandomShear}. */
export function randomShear(given: RandomShearOptions = {}): RandomShear {
  return new RandomShear(given);
}
