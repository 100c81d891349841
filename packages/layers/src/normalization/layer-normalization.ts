// LayerNormalization: each example is brought to mean 0 and variance 1 by its own statistics.
import * as tf from '@tensorflow/tfjs-core';
import {
  booleanOption,
  Layer,
  nonNegativeOption,
  withOptions,
  type Autocast,
  type Weight,
} from '@lamella/core';
import { withFullPrecision, type SymbolicShape, type Tree } from '@lamella/program';
import { sortedAxesOption } from '../options/axes.js';
import { requireBuilt } from '../options/built.js';
import type { OptionsFor } from '../options/declarations.js';
import { floatTensor, singleShape, singleTensor } from '../options/single-input.js';
import { betaAndGamma, weightSpec } from '../options/weight-declarations.js';
import { axesOfSizes, knownSizes } from './axis-sizes.js';
import { normalize, statistics } from './statistics.js';

const options = {
  /** The axis, or axes taken together, along which an example is normalized. Default -1. */
  axis: sortedAxesOption(-1),
  /** What is added to the variance. Default 1e-3. */
  epsilon: nonNegativeOption(1e-3),
  /** Whether there is a `beta`, added at the end. Default true. */
  center: booleanOption(true),
  /** Whether there is a `gamma`, multiplied with. Default true. */
  scale: booleanOption(true),
  /** Keras' deprecated variant: the values are not centred, and there is a `gamma` and no `beta`. Default false. */
  rmsScaling: booleanOption(false),
  ...betaAndGamma.initializers,
  ...betaAndGamma.others,
};

/** The options of {@link LayerNormalization}. */
export type LayerNormalizationOptions = OptionsFor<typeof options>;

/**
 * `gamma * (x - mean) / sqrt(variance + epsilon) + beta`, with each example's own statistics.
 * Source: Ba and others (2016), keras.layers.LayerNormalization.
 * Shapes: any to the same. Throws: OPTION_INVALID, IDENTIFIER_UNKNOWN, SHAPE_MISMATCH.
 *
 * @example
 * const y = layerNormalization({ epsilon: 1e-5 }).apply(input({ shape: [12, 64] }));
 */
export class LayerNormalization extends withOptions(Layer, options) {
  static readonly className = 'LayerNormalization';
  private sizes: readonly number[] = [];
  private gamma: Weight | undefined;
  private beta: Weight | undefined;

  override get supportsMasking(): boolean {
    return true;
  }

  override build(inputShape: Tree<SymbolicShape>): void {
    const shape = singleShape(this.label, inputShape);
    const sizes = knownSizes(this.label, this.axis, shape);
    this.sizes = sizes;
    const hasGamma = this.scale || this.rmsScaling;
    const hasBeta = this.center && !this.rmsScaling;
    this.gamma = hasGamma ? this.addWeight(weightSpec(this, 'gamma', sizes)) : undefined;
    this.beta = hasBeta ? this.addWeight(weightSpec(this, 'beta', sizes)) : undefined;
  }

  override get autocast(): Autocast {
    return 'outputs';
  }

  /** Sums of squares overflow narrower dtypes. */
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return withFullPrecision(() => this.normalized(inputs));
  }

  private normalized(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    requireBuilt(this);
    const x = floatTensor(singleTensor(this.label, inputs));
    const axes = axesOfSizes(this.label, this.axis, this.sizes, x.shape);
    const isLast = axes.every((axis, i) => axis === x.rank - axes.length + i);
    const spread = (weight: Weight | undefined): tf.Tensor | null => {
      if (weight === undefined) return null;
      return isLast
        ? weight.read()
        : tf.reshape(
            weight.read(),
            x.shape.map((size, i) => (axes.includes(i) ? size : 1)),
          );
    };
    const { centred, variance } = statistics(x, axes);
    return normalize(
      { variance, centred: this.rmsScaling ? x : centred },
      this.epsilon,
      spread(this.gamma),
      spread(this.beta),
    );
  }
}

/** Makes a {@link LayerNormalization}. */
export function layerNormalization(given: LayerNormalizationOptions = {}): LayerNormalization {
  return new LayerNormalization(given);
}
