// ELU: the exponential linear unit.
import type * as tf from '@tensorflow/tfjs-core';
import type { Config, LayerOptions } from '@lamella/core';
import { elu as eluOf } from '../activations/rectified.js';
import { finite } from '../options/checks.js';
import { floatTensor, singleTensor } from '../options/single-input.js';
import { ShapePreserving } from '../shape-preserving.js';

/** The options of {@link ELU}. */
export interface ELUOptions extends LayerOptions {
  readonly alpha?: number;
}

/**
 * x where it is positive, else `alpha * (exp(x) - 1)`. Source: Clevert and others (2016), keras.layers.ELU.
 * Shapes: any to the same. Throws: OPTION_INVALID.
 *
 * @example
 * const y = elu({ alpha: 0.5 }).apply(input({ shape: [3] }));
 */
export class ELU extends ShapePreserving {
  static readonly className = 'ELU';
  readonly alpha: number;

  constructor(options: ELUOptions = {}) {
    super(options);
    this.alpha = finite(this.label, 'alpha', options.alpha ?? 1);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return eluOf(floatTensor(singleTensor(this.label, inputs)), this.alpha);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), alpha: this.alpha };
  }
}

/** Makes an {@link ELU}. */
export function elu(options: ELUOptions = {}): ELU {
  return new ELU(options);
}
