// ConvLSTM3D: an LSTM over time whose products are convolutions over volumes.
import type { Tree } from '@lamella/program';
import type * as tf from '@tensorflow/tfjs-core';
import { ConvLSTM, type ConvLSTMOptions } from './conv-lstm.js';

/** The options of {@link ConvLSTM3D}. */
export type ConvLSTM3DOptions = ConvLSTMOptions;

/**
 * A long short-term memory of volumes. Source: Shi et al. (2015), keras.layers.ConvLSTM3D.
 * Shapes: [batch, steps, depth, height, width, channels] to the last step's volumes of `filters` channels, or to those of each step with `returnSequences`; with
 * `returnState` a list of that and the two last states.
 * Throws: OPTION_INVALID, IDENTIFIER_UNKNOWN, RANK_MISMATCH, SHAPE_MISMATCH.
 *
 * @example
 * convLSTM3D({ filters: 4, kernelSize: 2 }).apply(input({ shape: [6, 4, 8, 8, 3] })).shape; // [null, 3, 7, 7, 4]
 */
export class ConvLSTM3D<Out extends Tree<tf.Tensor> = tf.Tensor> extends ConvLSTM<Out> {
  static readonly className = 'ConvLSTM3D';

  override get dimensions(): 3 {
    return 3;
  }
}

/** Makes a {@link ConvLSTM3D}. */
export function convLSTM3D(
  given: ConvLSTM3DOptions & { readonly returnState: true },
): ConvLSTM3D<[output: tf.Tensor, h: tf.Tensor, c: tf.Tensor]>;
export function convLSTM3D(given: ConvLSTM3DOptions): ConvLSTM3D;
export function convLSTM3D(given: ConvLSTM3DOptions): ConvLSTM3D<Tree<tf.Tensor>> {
  return new ConvLSTM3D(given);
}
