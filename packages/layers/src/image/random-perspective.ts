// RandomPerspective: in training, images are seen from aside.
import { fractionOption, seedOption, withOptions } from '@lamella/core';
import { image } from '@lamella/program';
import * as tf from '@tensorflow/tfjs-core';
import type { OptionsFor } from '../options/declarations.js';
import { clipToImageSize } from './bounding-boxes.js';
import { projectedBoxes } from './moved-boxes.js';
import { ImageLayer, moving, type Augmentation, type ImageSizes } from './image-layer.js';
import type { ImageLayerOptions } from './image-record.js';
import { factorOption, fillValueOption, pixelsOption } from './image-options.js';

const options = {
  /** The probability: a number f for one from 0 to f, or two between which it is drawn. Default 1. */
  factor: factorOption(0, 1, 1),
  /** How far corners move, as a share of half of their distance from the first. Default 1. */
  scale: fractionOption(1),
  /** Default `bilinear`. */
  interpolation: pixelsOption(),
  /** What stands outside. Default 0. */
  fillValue: fillValueOption(0),
  /** Default null, the model's. */
  seed: seedOption(),
};

/** The options of {@link RandomPerspective}. */
export type RandomPerspectiveOptions = OptionsFor<typeof options> & ImageLayerOptions;

/**
 * Changes the perspective of some images in training. Source: keras.layers.RandomPerspective.
 * Shapes: any images to the same. Throws: OPTION_INVALID, IMAGE_INVALID.
 *
 * @example
 * randomPerspective({ scale: 0.3 }).apply(input({ shape: [28, 28, 3] })).shape; // [null, 28, 28, 3]
 */
export class RandomPerspective extends withOptions(ImageLayer, options) {
  static readonly className = 'RandomPerspective';

  override augment({ batch, height, width }: ImageSizes): Augmentation {
    const isChosen = this.chosen(batch, this.factor);
    const shares = this.uniform([batch, 4, 2], [-0.5 * this.scale, 0.5 * this.scale]);
    const [right, bottom] = [width - 1, height - 1];
    const corners = tf.tensor3d([0, 0, right, 0, 0, bottom, right, bottom], [1, 4, 2], 'float32');
    const end = tf.mul(corners, tf.add(shares, 1));
    const start = tf.mul(corners, tf.onesLike(shares));
    return moving(
      (x, interpolation) => {
        const options = { interpolation: interpolation ?? this.interpolation, fillValue: this.fillValue };
        return tf.where(isChosen, image.perspectiveTransform(x, start, end, options, this.label), x);
      },
      ({ boxes, labels }) => {
        const seen = projectedBoxes(boxes, image.homography(end, start));
        const chosen = tf.where(tf.reshape(isChosen, [batch, 1, 1]), seen, boxes);
        return clipToImageSize({ boxes: chosen, labels }, { height, width });
      },
    );
  }
}

/** Makes a {@link RandomPerspective}. */
export function randomPerspective(given: RandomPerspectiveOptions = {}): RandomPerspective {
  return new RandomPerspective(given);
}
