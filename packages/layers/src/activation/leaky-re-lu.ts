// LeakyReLU: a rectifier with a small slope below 0.
import type * as tf from '@tensorflow/tfjs-core';
import type { Config, LayerOptions } from '@lamella/core';
import { leakyRelu } from '../activations/rectified.js';
import { nonNegative } from '../options/checks.js';
import { floatTensor, singleTensor } from '../options/single-input.js';
import { ShapePreserving } from '../shape-preserving.js';

/** The options of {@link LeakyReLU}. */
export interface LeakyReLUOptions extends LayerOptions {
  readonly negativeSlope?: number;
}

/**
 * x where it is positive, else `negativeSlope * x`. Source: keras.layers.LeakyReLU.
 * Shapes: any to the same. Throws: OPTION_INVALID.
 *
 * @example
 * const y = leakyReLU({ negativeSlope: 0.1 }).apply(input({ shape: [3] }));
 */
export class LeakyReLU extends ShapePreserving {
  static readonly className = 'LeakyReLU';
  readonly negativeSlope: number;

  constructor(options: LeakyReLUOptions = {}) {
    super(options);
    this.negativeSlope = nonNegative(this.label, 'negativeSlope', options.negativeSlope ?? 0.3);
  }

  /** Keras 2 called the slope `alpha`. */
  static fromConfig({ alpha, ...config }: Config): LeakyReLU {
    return new LeakyReLU({ ...(alpha !== undefined && { negativeSlope: alpha as number }), ...config });
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return leakyRelu(floatTensor(singleTensor(this.label, inputs)), this.negativeSlope);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), negativeSlope: this.negativeSlope };
  }
}

/** Makes a {@link LeakyReLU}. */
export function leakyReLU(options: LeakyReLUOptions = {}): LeakyReLU {
  return new LeakyReLU(options);
}
