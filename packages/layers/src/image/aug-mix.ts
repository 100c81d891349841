// AugMix: in training, images are mixed with what several chains of changes make of them.
import { booleanOption, positiveIntegerOption, positiveOption, seedOption, withOptions } from '@lamella/core';
import * as tf from '@tensorflow/tfjs-core';
import type { OptionsFor } from '../options/declarations.js';
import { augmentations, chosenOf } from './augmentations.js';
import { ImageLayer, type Augmentation, type ImageSizes } from './image-layer.js';
import type { ImageLayerOptions } from './image-record.js';
import { factorOption, pixelsOption, valueRangeOption } from './image-options.js';
import { drawBeta, drawGamma } from './mixing.js';

const options = {
  /** The lowest and the highest value of a pixel. Default [0, 255]. */
  valueRange: valueRangeOption(),
  /** Default 3. */
  numChains: positiveIntegerOption(3),
  /** How many changes follow each other in a chain, of which some leave the images. Default 3. */
  chainDepth: positiveIntegerOption(3),
  /** How strong they are: a number f for one from 0 to f, or two between which it is drawn. Default 0.3. */
  factor: factorOption(0, 1, 0.3),
  /** The shape of the distribution of shares. Default 1. */
  alpha: positiveOption(1),
  /** Whether brightness, contrast, colours and sharpness change too. Default true. */
  allOps: booleanOption(true),
  /** Default `bilinear`. */
  interpolation: pixelsOption(),
  /** Default null, the model's. */
  seed: seedOption(),
};

/** The options of {@link AugMix}. */
export type AugMixOptions = OptionsFor<typeof options> & ImageLayerOptions;

/**
 * Mixes images in training with chains of changes, drawn at every step, the same for a batch. All ways are computed each
 * time. Source: Hendrycks and others (2020), keras.layers.AugMix.
 * Shapes: any images to the same. Throws: OPTION_INVALID, IMAGE_INVALID.
 *
 * @example
 * augMix({ factor: 0.3 }).apply(input({ shape: [28, 28, 3] })).shape; // [null, 28, 28, 3]
 */
export class AugMix extends withOptions(ImageLayer, options) {
  static readonly className = 'AugMix';

  override augment(sizes: ImageSizes): Augmentation {
    const { numChains, chainDepth } = this;
    const { moving, coloring, others } = augmentations(this);
    const layers = [...moving, ...others, ...(this.allOps ? coloring : [])];
    const gammas = drawGamma([1, numChains], tf.scalar(this.alpha), this);
    const weights = tf.split(tf.div(gammas, tf.sum(gammas)), numChains, 1);
    const own = drawBeta(1, tf.scalar(this.alpha), this);
    const chains = weights.map((weight) => ({
      weight,
      steps: Array.from({ length: chainDepth }, () => ({
        // One more than there are ways: that one leaves the images.
        choice: tf.floor(this.uniform([1], [0, layers.length + 1])),
        changes: layers.map((layer) => layer.augment(sizes)),
      })),
    }));
    const mixed =
      (of: (change: Augmentation) => Augmentation['images']) =>
      (x: tf.Tensor4D): tf.Tensor => {
        const sum = chains
          .map(({ weight, steps }) =>
            tf.mul(
              weight,
              steps.reduce<tf.Tensor>(
                (found, { choice, changes }) => chosenOf(changes.map(of), choice, found),
                x,
              ),
            ),
          )
          .reduce((a, b) => tf.add(a, b));
        return tf.add(tf.mul(own, x), tf.mul(tf.sub(1, own), sum));
      };
    const images = mixed((change) => change.images);
    return {
      images: (x) => tf.clipByValue(images(x), ...this.valueRange),
      masks: mixed((change) => change.masks ?? ((same) => same)),
    };
  }
}

/** Makes an {@link AugMix}. */
export function augMix(given: AugMixOptions = {}): AugMix {
  return new AugMix(given);
}
