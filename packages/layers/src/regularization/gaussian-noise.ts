// GaussianNoise: in training, normally distributed noise is added.
import * as tf from '@tensorflow/tfjs-core';
import { type CallContext, type Config, type LayerOptions } from '@lamella/core';
import { random } from '@lamella/program';
import { seedOrNull, share } from '../options/checks.js';
import { floatTensor, singleTensor } from '../options/single-input.js';
import { ShapePreserving } from '../shape-preserving.js';

/** The options of {@link GaussianNoise}. */
export interface GaussianNoiseOptions extends LayerOptions {
  /** From 0 to 1, as Keras has it. */
  readonly stddev: number;
  readonly seed?: number | null;
}

/**
 * Adds noise around 0 in training, and does nothing else. Source: keras.layers.GaussianNoise.
 * Shapes: any to the same. Throws: OPTION_INVALID.
 *
 * @example
 * const y = gaussianNoise({ stddev: 0.1 }).apply(input({ shape: [8] }));
 */
export class GaussianNoise extends ShapePreserving {
  static readonly className = 'GaussianNoise';
  readonly stddev: number;
  readonly seed: number | null;

  constructor(options: GaussianNoiseOptions) {
    super(options);
    this.stddev = share(this.label, 'stddev', options.stddev);
    this.seed = seedOrNull(this.label, options.seed);
  }

  override call(inputs: tf.Tensor | tf.Tensor[], context: CallContext): tf.Tensor {
    const x = floatTensor(singleTensor(this.label, inputs));
    if (!context.training || this.stddev === 0) return x;
    const seed = this.seed === null ? {} : { seed: this.seed };
    return tf.add(x, random.normal(x.shape, { ...seed, stddev: this.stddev }));
  }

  override getConfig(): Config {
    return { ...super.getConfig(), stddev: this.stddev, seed: this.seed };
  }
}

/** Makes a {@link GaussianNoise}. */
export function gaussianNoise(options: GaussianNoiseOptions): GaussianNoise {
  return new GaussianNoise(options);
}
