// RandomElasticTransform: in training, images are distorted smoothly.
import { choiceOption, seedOption, withOptions } from '@lamella/core';
import { image } from '@lamella/program';
import * as tf from '@tensorflow/tfjs-core';
import type { OptionsFor } from '../options/declarations.js';
import { ImageLayer, moving, type Augmentation, type ImageSizes } from './image-layer.js';
import type { ImageLayerOptions } from './image-record.js';
import { factorOption, fillValueOption, pixelsOption, valueRangeOption } from './image-options.js';

const options = {
  /** The probability: a number f for one from 0 to f, or two between which it is drawn. Default 1. */
  factor: factorOption(0, 1, 1),
  /** How much, in the same way. Default 1. */
  scale: factorOption(0, 1, 1),
  /** Default `bilinear`. */
  interpolation: pixelsOption(),
  /** What stands outside. Default `reflect`. */
  fillMode: choiceOption(['reflect', 'wrap', 'constant', 'nearest', 'mirror'], 'reflect'),
  /** What `constant` fills with. Default 0. */
  fillValue: fillValueOption(0),
  /** The lowest and the highest value of a pixel. Default [0, 255]. */
  valueRange: valueRangeOption(),
  /** Default null, the model's. */
  seed: seedOption(),
};

/** The options of {@link RandomElasticTransform}. */
export type RandomElasticTransformOptions = OptionsFor<typeof options> & ImageLayerOptions;

/**
 * Moves the pixels of some images in training by smooth noise. Source: keras.layers.RandomElasticTransform.
 * Shapes: any images to the same. Throws: OPTION_INVALID, IMAGE_INVALID.
 *
 * @example
 * randomElasticTransform({ scale: 0.5 }).apply(input({ shape: [28, 28, 3] })).shape; // [null, 28, 28, 3]
 */
export class RandomElasticTransform extends withOptions(ImageLayer, options) {
  static readonly className = 'RandomElasticTransform';

  override get takesBoxes(): boolean {
    return false;
  }

  override augment({ batch, height, width }: ImageSizes): Augmentation {
    if (this.scale[1] === 0 || this.factor[1] === 0) return { images: (x) => x };
    const isChosen = this.chosen(batch, this.factor);
    const factor = this.uniform([], this.scale);
    const share = 0.05 * Math.min(height, width);
    return moving((x, interpolation) => {
      const { fillMode, fillValue } = this;
      const options = {
        alpha: tf.mul(factor, 0.1 * Math.max(height, width)),
        sigma: tf.mul(factor, share),
        largestSigma: share * this.scale[1],
        interpolation: interpolation ?? this.interpolation,
        fillMode,
        fillValue,
        ...this.seeded,
      };
      const distorted = tf.where(isChosen, image.elasticTransform(x, options, this.label), x);
      return tf.clipByValue(distorted, ...this.valueRange);
    });
  }
}

/** Makes a {@link RandomElasticTransform}. */
export function randomElasticTransform(given: RandomElasticTransformOptions = {}): RandomElasticTransform {
  return new RandomElasticTransform(given);
}
