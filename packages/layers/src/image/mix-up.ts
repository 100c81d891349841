// MixUp: in training, each image is mixed with another one of the batch.
import { positiveOption, seedOption, withOptions } from '@lamella/core';
import * as tf from '@tensorflow/tfjs-core';
import type { OptionsFor } from '../options/declarations.js';
import { ImageLayer, type Augmentation, type ImageSizes } from './image-layer.js';
import type { ImageLayerOptions } from './image-record.js';
import { drawBeta, mixed, shuffled } from './mixing.js';

const options = {
  /** The shape of the distribution of shares; the larger, the nearer to halves. Default 0.2. */
  alpha: positiveOption(0.2),
  /** Default null, the model's. */
  seed: seedOption(),
};

/** The options of {@link MixUp}. */
export type MixUpOptions = OptionsFor<typeof options> & ImageLayerOptions;

/**
 * Mixes images, labels and masks in training with those of another image. Source: Zhang and others (2018). Source: keras.layers.MixUp.
 * Shapes: any images to the same. Throws: OPTION_INVALID, IMAGE_INVALID.
 *
 * @example
 * mixUp({ alpha: 0.4 }).apply(input({ shape: [28, 28, 3] })).shape; // [null, 28, 28, 3]
 */
export class MixUp extends withOptions(ImageLayer, options) {
  static readonly className = 'MixUp';

  override augment({ batch }: ImageSizes): Augmentation {
    const other = shuffled(batch, this);
    const share = drawBeta(batch, tf.scalar(this.alpha), this);
    const mix = (x: tf.Tensor): tf.Tensor => mixed(x, share, other);
    const beside = (x: tf.Tensor): tf.Tensor => tf.concat([x, tf.gather(x, other)], 1);
    return {
      images: mix,
      masks: mix,
      labels: mix,
      boxes: ({ boxes, labels }) => ({ boxes: beside(boxes), labels: beside(labels) }),
    };
  }
}

/** Makes a {@link MixUp}. */
export function mixUp(given: MixUpOptions = {}): MixUp {
  return new MixUp(given);
}
