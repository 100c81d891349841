// Masking: steps whose features all have one value do not count.
import { Layer, option, optionInvalid, withOptions, type FileFacts } from '@lamella/core';
import { flatten, type Tree } from '@lamella/program';
import * as tf from '@tensorflow/tfjs-core';
import type { OptionsFor } from '../options/declarations.js';
import { singleTensor } from '../options/single-input.js';

const options = {
  /** The value, or lists of them that broadcast to the input. Default 0. */
  maskValue: option<Tree<number>>({
    check: (subject, name, given) => {
      if (flatten(given as Tree<unknown>).every(Number.isFinite)) return given as Tree<number>;
      throw optionInvalid(subject, name, 'a finite number, or lists of them', given);
    },
    isFloat: true,
    default: 0,
  }),
} as const;

/** The options of {@link Masking}. */
export type MaskingOptions = OptionsFor<typeof options>;

/**
 * Makes a mask that leaves out the steps of which all features are `maskValue`, and sets those to zeros.
 * Source: keras.layers.Masking. Shapes: any to the same. Throws: OPTION_INVALID.
 *
 * @example
 * const padded = input({ shape: [10, 3] });
 * lstm({ units: 4 }).apply(masking().apply(padded)).shape; // [null, 4]
 */
export class Masking extends withOptions(Layer, options) {
  static readonly className = 'Masking';
  static readonly fileFacts: FileFacts = {
    builtAtOnce: true,
    mask: ({ maskValue }) =>
      typeof maskValue === 'number' ? { differsFrom: maskValue, inAny: true } : undefined,
  };

  override get supportsMasking(): boolean {
    return true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = singleTensor(this.label, inputs);
    return tf.where(tf.broadcastTo(this.counts(x, true), x.shape), x, tf.zerosLike(x));
  }

  override computeMask(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return this.counts(singleTensor(this.label, inputs), false);
  }

  private counts(x: tf.Tensor, keepDims: boolean): tf.Tensor {
    const value = tf.cast(tf.tensor(this.maskValue as number), x.dtype);
    return tf.any(tf.notEqual(x, value), -1, keepDims);
  }
}

/** Makes a {@link Masking}. */
export function masking(given: MaskingOptions = {}): Masking {
  return new Masking(given);
}
