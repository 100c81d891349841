// ReLU: the rectified linear unit, with a slope below, a cap and a threshold.
import type * as tf from '@tensorflow/tfjs-core';
import type { Config, LayerOptions } from '@lamella/core';
import { relu } from '../activations/rectified.js';
import { nonNegative } from '../options/checks.js';
import { floatTensor, singleTensor } from '../options/single-input.js';
import { ShapePreserving } from '../shape-preserving.js';

/** The options of {@link ReLU}. */
export interface ReLUOptions extends LayerOptions {
  /** The largest value given out; null for no limit. */
  readonly maxValue?: number | null;
  readonly negativeSlope?: number;
  readonly threshold?: number;
}

/**
 * max(x, 0), by default. Source: keras.layers.ReLU. Shapes: any to the same. Throws: OPTION_INVALID.
 *
 * @example
 * const y = reLU({ maxValue: 6 }).apply(input({ shape: [3] }));
 */
export class ReLU extends ShapePreserving {
  static readonly className = 'ReLU';
  readonly maxValue: number | null;
  readonly negativeSlope: number;
  readonly threshold: number;

  constructor(options: ReLUOptions = {}) {
    super(options);
    const { maxValue = null, negativeSlope = 0, threshold = 0 } = options;
    this.maxValue =
      maxValue === null || maxValue === Infinity ? maxValue : nonNegative(this.label, 'maxValue', maxValue);
    this.negativeSlope = nonNegative(this.label, 'negativeSlope', negativeSlope);
    this.threshold = nonNegative(this.label, 'threshold', threshold);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const { negativeSlope, threshold } = this;
    const maxValue = this.maxValue === Infinity ? null : this.maxValue;
    return relu(floatTensor(singleTensor(this.label, inputs)), { negativeSlope, maxValue, threshold });
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      maxValue: this.maxValue,
      negativeSlope: this.negativeSlope,
      threshold: this.threshold,
    };
  }
}

/** Makes a {@link ReLU}. */
export function reLU(options: ReLUOptions = {}): ReLU {
  return new ReLU(options);
}
