// ConvLSTM2D: an LSTM over time whose products are convolutions over images.
import type { Tree } from '@lamella/program';
import type * as tf from '@tensorflow/tfjs-core';
import { ConvLSTM, type ConvLSTMOptions } from './conv-lstm.js';

/** The options of {@link ConvLSTM2D}. */
export type ConvLSTM2DOptions = ConvLSTMOptions;

/**
 * A long short-term memory of images. Source: Shi et al. (2015), keras.layers.ConvLSTM2D.
 * Shapes: [batch, steps, height, width, channels] to the last step's images of `filters` channels, or to those of each step with `returnSequences`; with
 * `returnState` a list of that and the two last states.
 * Throws: OPTION_INVALID, IDENTIFIER_UNKNOWN, RANK_MISMATCH, SHAPE_MISMATCH.
 *
 * @example
 * convLSTM2D({ filters: 4, kernelSize: 2 }).apply(input({ shape: [6, 8, 8, 3] })).shape; // [null, 7, 7, 4]
 */
export class ConvLSTM2D<Out extends Tree<tf.Tensor> = tf.Tensor> extends ConvLSTM<Out> {
  static readonly className = 'ConvLSTM2D';

  override get dimensions(): 2 {
    return 2;
  }
}

/** Makes a {@link ConvLSTM2D}. */
export function convLSTM2D(
  given: ConvLSTM2DOptions & { readonly returnState: true },
): ConvLSTM2D<[output: tf.Tensor, h: tf.Tensor, c: tf.Tensor]>;
export function convLSTM2D(given: ConvLSTM2DOptions): ConvLSTM2D;
export function convLSTM2D(given: ConvLSTM2DOptions): ConvLSTM2D<Tree<tf.Tensor>> {
  return new ConvLSTM2D(given);
}
