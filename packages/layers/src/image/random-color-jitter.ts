// RandomColorJitter: in training, brightness, contrast, saturation and hue of images change.
import { seedOption, withOptions } from '@lamella/core';
import type * as tf from '@tensorflow/tfjs-core';
import type { OptionsFor } from '../options/declarations.js';
import { ImageLayer, type Augmentation, type ImageSizes } from './image-layer.js';
import type { ImageLayerOptions } from './image-record.js';
import { optionalFactorOption, valueRangeOption, type Factor } from './image-options.js';
import { RandomBrightness } from './random-brightness.js';
import { RandomContrast } from './random-contrast.js';
import { RandomHue } from './random-hue.js';
import { RandomSaturation } from './random-saturation.js';

const options = {
  /** The lowest and the highest value of a pixel. Default [0, 255]. */
  valueRange: valueRangeOption(),
  /** That of {@link RandomBrightness}; null, the default, leaves the brightness. */
  brightnessFactor: optionalFactorOption(),
  /** That of {@link RandomContrast}, in the same way. */
  contrastFactor: optionalFactorOption(),
  /** That of {@link RandomSaturation}. */
  saturationFactor: optionalFactorOption(),
  /** That of {@link RandomHue}. */
  hueFactor: optionalFactorOption(),
  /** Default null, the model's. */
  seed: seedOption(),
};

/** The options of {@link RandomColorJitter}. */
export type RandomColorJitterOptions = OptionsFor<typeof options> & ImageLayerOptions;

/**
 * Changes the colours of images in training. Source: keras.layers.RandomColorJitter.
 * Shapes: any images to the same. Throws: OPTION_INVALID, IMAGE_INVALID.
 *
 * @example
 * randomColorJitter({ brightnessFactor: 0.2, hueFactor: 0.1 }).apply(input({ shape: [28, 28, 3] })).shape; // [null, 28, 28, 3]
 */
export class RandomColorJitter extends withOptions(ImageLayer, options) {
  static readonly className = 'RandomColorJitter';
  readonly #steps: readonly ImageLayer[];

  constructor(given: RandomColorJitterOptions = {}) {
    super(given);
    const { valueRange, seed, name } = this;
    const made = (Class: new (options: StepOptions) => ImageLayer, factor: Factor | null): ImageLayer[] =>
      factor === null ? [] : [new Class({ factor, valueRange, seed, name: `${name}_step` })];
    this.#steps = [
      ...made(RandomBrightness, this.brightnessFactor),
      ...made(RandomContrast, this.contrastFactor),
      ...made(RandomSaturation, this.saturationFactor),
      ...made(RandomHue, this.hueFactor),
    ];
  }

  override augment(sizes: ImageSizes): Augmentation {
    const changes = this.#steps.map((step) => step.augment(sizes).images);
    return { images: (x) => changes.reduce<tf.Tensor>((found, change) => change(found as tf.Tensor4D), x) };
  }
}

interface StepOptions {
  readonly factor: Factor;
  readonly valueRange: readonly [number, number];
  readonly seed: number | null;
  readonly name: string;
}

/** Makes a {@link RandomColorJitter}. */
export function randomColorJitter(given: RandomColorJitterOptions = {}): RandomColorJitter {
  return new RandomColorJitter(given);
}
