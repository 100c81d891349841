// RandomErasing: in training, a rectangle of some images is filled.
import { seedOption, withOptions } from '@lamella/core';
import { random } from '@lamella/program';
import * as tf from '@tensorflow/tfjs-core';
import type { OptionsFor } from '../options/declarations.js';
import { ImageLayer, type Augmentation, type ImageSizes } from './image-layer.js';
import type { ImageLayerOptions } from './image-record.js';
import { randomBox } from './random-box.js';
import { eraseWithOption, factorOption, valueRangeOption } from './image-options.js';

const options = {
  /** The probability: a number f for one from 0 to f, or two between which it is drawn. Default 1. */
  factor: factorOption(0, 1, 1),
  /** How much of an image, between these two shares of its area. Default [0.02, 0.33]. */
  scale: factorOption(0, 1, [0.02, 0.33]),
  /** With what: a number, one for each of three channels, or null, the default, for noise. */
  fillValue: eraseWithOption(),
  /** The lowest and the highest value of a pixel. Default [0, 255]. */
  valueRange: valueRangeOption(),
  /** Default null, the model's. */
  seed: seedOption(),
};

/** The options of {@link RandomErasing}. */
export type RandomErasingOptions = OptionsFor<typeof options> & ImageLayerOptions;

/**
 * Erases a rectangle of some images in training. Source: keras.layers.RandomErasing.
 * Shapes: any images to the same. Throws: OPTION_INVALID, IMAGE_INVALID.
 *
 * @example
 * randomErasing({ fillValue: 0 }).apply(input({ shape: [28, 28, 3] })).shape; // [null, 28, 28, 3]
 */
export class RandomErasing extends withOptions(ImageLayer, options) {
  static readonly className = 'RandomErasing';

  override augment({ batch, height, width, channels }: ImageSizes): Augmentation {
    const sides = tf.split(tf.sqrt(this.uniform([batch, 2], this.scale)), 2, 1) as [tf.Tensor, tf.Tensor];
    const isInside = randomBox(this, { batch, height, width }, sides).isInside;
    const isChosen = this.chosen(batch, this.factor);
    const filling =
      this.fillValue === null
        ? tf.mul(random.normal([batch, height, width, channels], this.seeded), this.valueRange[1])
        : tf.tensor([this.fillValue].flat(), [1, 1, 1, [this.fillValue].flat().length], 'float32');
    const fill = tf.clipByValue(filling, ...this.valueRange);
    return { images: (x) => tf.where(tf.logicalAnd(isChosen, isInside), fill, x) };
  }
}

/** Makes a {@link RandomErasing}. */
export function randomErasing(given: RandomErasingOptions = {}): RandomErasing {
  return new RandomErasing(given);
}
