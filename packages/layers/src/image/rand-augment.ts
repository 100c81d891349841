// RandAugment: in training, some of eleven ways to change images, one after the other.
import { positiveIntegerOption, seedOption, withOptions } from '@lamella/core';
import * as tf from '@tensorflow/tfjs-core';
import type { OptionsFor } from '../options/declarations.js';
import { augmentations, chosenBoxes, chosenOf } from './augmentations.js';
import { ImageLayer, type Augmentation, type ImageSizes } from './image-layer.js';
import type { ImageLayerOptions } from './image-record.js';
import { factorOption, pixelsOption, valueRangeOption } from './image-options.js';

const options = {
  /** The lowest and the highest value of a pixel. Default [0, 255]. */
  valueRange: valueRangeOption(),
  /** How many are taken. Default 2. */
  numOps: positiveIntegerOption(2),
  /** How strong they are: a number f for one from 0 to f, or two between which it is drawn. Default 0.5. */
  factor: factorOption(0, 1, 0.5),
  /** Default `bilinear`. */
  interpolation: pixelsOption(),
  /** Default null, the model's. */
  seed: seedOption(),
};

/** The options of {@link RandAugment}. */
export type RandAugmentOptions = OptionsFor<typeof options> & ImageLayerOptions;

/**
 * Changes the images of a batch in training in some of eleven ways, the same for all of them. As in Keras, all ways are
 * computed each time. Source: Cubuk and others (2019), keras.layers.RandAugment.
 * Shapes: any images to the same. Throws: OPTION_INVALID, IMAGE_INVALID.
 *
 * @example
 * randAugment({ factor: 0.3 }).apply(input({ shape: [28, 28, 3] })).shape; // [null, 28, 28, 3]
 */
export class RandAugment extends withOptions(ImageLayer, options) {
  static readonly className = 'RandAugment';

  override augment(sizes: ImageSizes): Augmentation {
    const { moving, coloring, others } = augmentations(this);
    const layers = [...moving, ...coloring, ...others];
    const chosen = tf.floor(this.uniform([this.numOps], [0, layers.length]));
    const choices = tf.split(chosen, this.numOps);
    const changes = layers.map((layer) => layer.augment(sizes));
    const inTurn =
      (of: (change: Augmentation) => Augmentation['images']) =>
      (x: tf.Tensor4D): tf.Tensor =>
        choices.reduce<tf.Tensor>((found, choice) => chosenOf(changes.map(of), choice, found), x);
    return {
      images: inTurn(({ images }) => images),
      masks: inTurn(({ masks }) => masks ?? ((same) => same)),
      boxes: (given, raw) =>
        choices.reduce((found, choice) => chosenBoxes(changes, choice, found, raw), given),
    };
  }
}

/** Makes a {@link RandAugment}. */
export function randAugment(given: RandAugmentOptions = {}): RandAugment {
  return new RandAugment(given);
}
