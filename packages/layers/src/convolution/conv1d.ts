// Conv1D: a convolution over sequences.
import { Convolution, type ConvolutionOptions } from './convolution.js';

/** The options of {@link Conv1D}. */
export type Conv1DOptions = ConvolutionOptions;

/**
 * Slides a kernel over sequences. Source: keras.layers.Conv1D.
 * Shapes: [batch, steps, channels] to [batch, new steps, filters].
 * Throws: OPTION_INVALID, IDENTIFIER_UNKNOWN, RANK_MISMATCH, SHAPE_MISMATCH.
 *
 * @example
 * conv1D({ filters: 16, kernelSize: 3, strides: 2 }).apply(input({ shape: [100, 8] })).shape; // [null, 49, 16]
 */
export class Conv1D extends Convolution {
  static readonly className = 'Conv1D';

  override get dimensions(): 1 {
    return 1;
  }
}

/** Makes a {@link Conv1D}. */
export function conv1D(given: Conv1DOptions): Conv1D {
  return new Conv1D(given);
}
