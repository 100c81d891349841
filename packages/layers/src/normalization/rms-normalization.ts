// RMSNormalization: each example is divided by its root mean square.
import * as tf from '@tensorflow/tfjs-core';
import { Layer, nonNegativeOption, withOptions, type Weight } from '@lamella/core';
import {
  formatShape,
  shapeMismatch,
  withFullPrecision,
  type SymbolicShape,
  type Tree,
} from '@lamella/program';
import { ones } from '../initializers/index.js';
import { sortedAxesOption } from '../options/axes.js';
import { requireBuilt } from '../options/built.js';
import type { OptionsFor } from '../options/declarations.js';
import { floatTensor, singleShape, singleTensor } from '../options/single-input.js';
import { axesOfSizes, knownSizes } from './axis-sizes.js';

const options = {
  /** The axis, or axes taken together, along which an example is normalized. Default -1. */
  axis: sortedAxesOption(-1),
  /** What is added to the mean square. Default 1e-6. */
  epsilon: nonNegativeOption(1e-6),
};

/** The options of {@link RMSNormalization}. */
export type RMSNormalizationOptions = OptionsFor<typeof options>;

/**
 * `scale * x / sqrt(mean(x * x) + epsilon)`, with each example's own mean. As in Keras, `scale` has the sizes of `axis` and is
 * multiplied along the last axes. Source: Zhang and Sennrich (2019), keras.layers.RMSNormalization.
 * Shapes: any to the same. Throws: OPTION_INVALID, SHAPE_MISMATCH.
 *
 * @example
 * const y = rmsNormalization().apply(input({ shape: [12, 64] }));
 */
export class RMSNormalization extends withOptions(Layer, options) {
  static readonly className = 'RMSNormalization';
  private scale!: Weight;

  override build(inputShape: Tree<SymbolicShape>): void {
    const shape = singleShape(this.label, inputShape);
    const sizes = knownSizes(this.label, this.axis, shape);
    const last = shape.slice(shape.length - sizes.length);
    if (sizes.some((size, i) => size !== 1 && last[i] !== null && last[i] !== 1 && last[i] !== size))
      throw shapeMismatch(
        this.label,
        `its scale ${formatShape(sizes)}, of axis ${formatShape(this.axis)}, does not broadcast to the last axes of ${formatShape(shape)}`,
        'normalize along the last axes, or permute() first',
      );
    this.scale = this.addWeight({ name: 'scale', shape: sizes, initializer: ones() });
  }

  /** Sums of squares overflow narrower dtypes. */
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return withFullPrecision(() => {
      requireBuilt(this);
      const x = floatTensor(singleTensor(this.label, inputs));
      const axes = axesOfSizes(this.label, this.axis, this.scale.shape, x.shape);
      const square = tf.mean(tf.square(x), axes, true);
      return tf.mul(tf.mul(x, tf.rsqrt(tf.add(square, this.epsilon))), this.scale.read());
    });
  }
}

/** Makes an {@link RMSNormalization}. */
export function rmsNormalization(given: RMSNormalizationOptions = {}): RMSNormalization {
  return new RMSNormalization(given);
}
