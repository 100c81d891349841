// Concatenate: its inputs one after the other along an axis.
import * as tf from '@tensorflow/tfjs-core';
import { inputInvalid, integerOption, Layer, withOptions, type CallContext } from '@lamella/core';
import { formatShape, isShape, shapeMismatch, type SymbolicShape, type Tree } from '@lamella/program';
import { axisOf } from '../options/axes.js';
import type { OptionsFor } from '../options/declarations.js';
import { floatTensor } from '../options/single-input.js';
import { notAList } from './merge.js';

const options = {
  /** Along which the inputs stand one after the other. Default -1. */
  axis: integerOption(-1),
};

/** The options of {@link Concatenate}. */
export type ConcatenateOptions = OptionsFor<typeof options>;

/**
 * Joins tensors along an axis. Source: keras.layers.Concatenate.
 * Shapes: several that differ in that axis only. Throws: OPTION_INVALID, INPUT_INVALID, SHAPE_MISMATCH.
 *
 * @example
 * const [a, b] = [input({ shape: [3] }), input({ shape: [5] })];
 * concatenate().apply([a, b]).shape; // [null, 8]
 */
export class Concatenate extends withOptions(Layer, options) {
  static readonly className = 'Concatenate';
  // FeatureSpace's.
  static readonly fileFacts = { otherNames: ['TFDConcat'] };

  override get supportsMasking(): boolean {
    return true;
  }

  override build(inputShape: Tree<SymbolicShape>): void {
    if (isShape(inputShape) || !Array.isArray(inputShape)) throw notAList(this.label);
    this.checkShapes(inputShape as readonly SymbolicShape[]);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    if (!Array.isArray(inputs)) throw notAList(this.label);
    const axis = this.checkShapes(inputs.map((x) => x.shape));
    const isMixed = inputs.some((x) => x.dtype !== inputs[0]!.dtype);
    return tf.concat(isMixed ? inputs.map(floatTensor) : inputs, axis);
  }

  override computeMask(inputs: tf.Tensor | tf.Tensor[], context: CallContext): tf.Tensor | null {
    const { masks } = context;
    if (!Array.isArray(inputs) || masks.every((mask) => mask === null)) return null;
    const whole = inputs.map((x, i) => {
      const mask = masks[i] ?? null;
      if (mask === null) return tf.fill(x.shape, 1, 'int32');
      return tf.cast(mask.rank < x.rank ? tf.broadcastTo(tf.expandDims(mask, -1), x.shape) : mask, 'int32');
    });
    const joined = tf.concat(whole, axisOf(this.label, 'axis', this.axis, inputs[0]!.shape));
    return tf.cast(tf.max(joined, -1), 'bool');
  }

  private checkShapes(shapes: readonly SymbolicShape[]): number {
    const [first] = shapes;
    if (first === undefined) throw inputInvalid(this.label, 'expected a list of at least 1 tensor, got none');
    const axis = axisOf(this.label, 'axis', this.axis, first);
    for (const shape of shapes.slice(1)) {
      const agrees =
        shape.length === first.length &&
        shape.every((size, i) => i === axis || size === first[i] || size === null || first[i] === null);
      if (agrees) continue;
      throw shapeMismatch(
        this.label,
        `expected shapes that differ in axis ${this.axis} only, got ${formatShape(first)} and ${formatShape(shape)}`,
        'choose another axis, or make the other sizes equal',
      );
    }
    return axis;
  }
}

/** Makes a {@link Concatenate}. */
export function concatenate(given: ConcatenateOptions = {}): Concatenate {
  return new Concatenate(given);
}
