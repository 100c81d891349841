// CutMix: in training, a rectangle of each image comes from another image of the batch.
import { seedOption, withOptions } from '@lamella/core';
import * as tf from '@tensorflow/tfjs-core';
import type { OptionsFor } from '../options/declarations.js';
import { ImageLayer, type Augmentation, type ImageSizes } from './image-layer.js';
import type { ImageLayerOptions } from './image-record.js';
import { drawBeta, mixed, shuffled } from './mixing.js';
import { randomBox } from './random-box.js';
import { factorOption } from './image-options.js';

const options = {
  /** How much is cut, from 0 to 1: a number, or two between which it is drawn. Default 1. */
  factor: factorOption(0, 1, 1),
  /** Default null, the model's. */
  seed: seedOption(),
};

/** The options of {@link CutMix}. */
export type CutMixOptions = OptionsFor<typeof options> & ImageLayerOptions;

/**
 * Cuts a rectangle of another image into each image in training; labels are mixed by area. Source: Yun and others (2019). Source: keras.layers.CutMix.
 * Shapes: any images to the same. Throws: OPTION_INVALID, IMAGE_INVALID.
 *
 * @example
 * cutMix().apply(input({ shape: [28, 28, 3] })).shape; // [null, 28, 28, 3]
 */
export class CutMix extends withOptions(ImageLayer, options) {
  static readonly className = 'CutMix';

  override get takesBoxes(): boolean {
    return false;
  }

  override augment({ batch, height, width }: ImageSizes): Augmentation {
    const alpha = tf.add(this.uniform([], this.factor), 1e-6);
    const side = tf.sqrt(tf.sub(1, drawBeta(batch, alpha, this)));
    const { isInside, share } = randomBox(this, { batch, height, width }, [side, side]);
    const other = shuffled(batch, this);
    const cut = (x: tf.Tensor4D): tf.Tensor => tf.where(isInside, tf.gather(x, other), x);
    return { images: cut, masks: cut, labels: (y) => mixed(y, tf.sub(1, share), other) };
  }
}

/** Makes a {@link CutMix}. */
export function cutMix(given: CutMixOptions = {}): CutMix {
  return new CutMix(given);
}
