// UnitNormalization: each example is brought to length 1.
import type * as tf from '@tensorflow/tfjs-core';
import { withOptions } from '@lamella/core';
import type { SymbolicShape } from '@lamella/program';
import { axesOf, axesOption } from '../options/axes.js';
import type { OptionsFor } from '../options/declarations.js';
import { floatTensor, singleTensor } from '../options/single-input.js';
import { ShapePreserving } from '../shape-preserving.js';
import { unitLength } from '../unit-length.js';

const options = {
  /** The axis, or axes taken together, along which the length is 1. Default -1. */
  axis: axesOption(-1),
};

/** The options of {@link UnitNormalization}. */
export type UnitNormalizationOptions = OptionsFor<typeof options>;

/**
 * `x / |x|`. Source: keras.layers.UnitNormalization. Shapes: any to the same. Throws: OPTION_INVALID.
 *
 * @example
 * const y = unitNormalization().apply(input({ shape: [8] }));
 */
export class UnitNormalization extends withOptions(ShapePreserving, options) {
  static readonly className = 'UnitNormalization';
  static readonly fileFacts = { builtAtOnce: true };

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = floatTensor(singleTensor(this.label, inputs));
    return unitLength(x, axesOf(this.label, 'axis', this.axis, x.shape), 1e-24);
  }

  protected override checkShape(shape: SymbolicShape): void {
    axesOf(this.label, 'axis', this.axis, shape);
  }
}

/** Makes a {@link UnitNormalization}. */
export function unitNormalization(given: UnitNormalizationOptions = {}): UnitNormalization {
  return new UnitNormalization(given);
}
