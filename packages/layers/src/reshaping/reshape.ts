// Reshape: the same values in another shape.
import * as tf from '@tensorflow/tfjs-core';
import {
  isTensorSpec,
  Layer,
  option,
  optionInvalid,
  withOptions,
  type CallArguments,
  type TensorSpec,
} from '@lamella/core';
import { formatShape, isConcrete, shapeMismatch, sizeOf, type Tree } from '@lamella/program';
import type { OptionsFor } from '../options/declarations.js';
import { singleTensor } from '../options/single-input.js';

const options = {
  /** Without the batch; one size may be -1 and follows from the others. */
  targetShape: option<readonly number[]>({
    check: (subject, name, given) => {
      const isSize = (size: unknown): boolean => Number.isSafeInteger(size) && (size as number) >= -1;
      const isValid =
        Array.isArray(given) && given.every(isSize) && given.filter((size) => size === -1).length <= 1;
      if (isValid) return [...(given as readonly number[])];
      throw optionInvalid(subject, name, 'a list of sizes, at most one of them -1', given);
    },
  }),
};

/** The options of {@link Reshape}. */
export type ReshapeOptions = OptionsFor<typeof options>;

/**
 * Gives each example another shape. Source: keras.layers.Reshape.
 * Shapes: [batch, ...] to [batch, ...targetShape]. Throws: OPTION_INVALID, SHAPE_MISMATCH.
 *
 * @example
 * reshape({ targetShape: [-1, 2] }).apply(input({ shape: [6] })).shape; // [null, 3, 2]
 */
export class Reshape extends withOptions(Layer, options) {
  static readonly className = 'Reshape';
  static readonly fileFacts = { builtAtOnce: true };

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = singleTensor(this.label, inputs);
    const size = sizeOf(x.shape.slice(1));
    const known = sizeOf(this.targetShape.filter((part) => part !== -1));
    const fits = this.targetShape.includes(-1)
      ? known === 0
        ? size === 0
        : size % known === 0
      : known === size;
    if (!fits) {
      throw shapeMismatch(
        this.label,
        `expected ${this.targetShape.includes(-1) ? `a multiple of ${known}` : known} values in each example, got ${size} (input ${formatShape(x.shape)})`,
        `choose a targetShape of ${size} values`,
      );
    }
    const target = this.targetShape.map((part) => (part === -1 ? (known === 0 ? 0 : size / known) : part));
    return tf.reshape(x, [size === 0 ? x.shape[0]! : -1, ...target]);
  }

  override computeOutputs(input: Tree<TensorSpec>, args: CallArguments<TensorSpec>): Tree<TensorSpec> {
    if (!isTensorSpec(input) || isConcrete(input.shape.slice(1))) return super.computeOutputs(input, args);
    // How many values an example has is known when it comes; then `call` checks them.
    const target = this.targetShape.map((size) => (size === -1 ? null : size));
    return { shape: [input.shape[0] ?? null, ...target], dtype: input.dtype };
  }
}

/** Makes a {@link Reshape}. */
export function reshape(given: ReshapeOptions): Reshape {
  return new Reshape(given);
}
