// Conv1DTranspose: the adjoint of a convolution over sequences.
import { TransposedConvolution, type TransposedConvolutionOptions } from './transposed-convolution.js';

/** The options of {@link Conv1DTranspose}. */
export type Conv1DTransposeOptions = TransposedConvolutionOptions;

/**
 * Makes larger sequences: each element, times the kernel, is added where the kernel stands. Source: keras.layers.Conv1DTranspose.
 * Shapes: [batch, steps, channels] to [batch, new steps, filters].
 * Throws: OPTION_INVALID, IDENTIFIER_UNKNOWN, RANK_MISMATCH, SHAPE_MISMATCH.
 *
 * @example
 * conv1DTranspose({ filters: 16, kernelSize: 3, strides: 2, padding: 'same' }).apply(input({ shape: [10, 3] })).shape; // [null, 20, 16]
 */
export class Conv1DTranspose extends TransposedConvolution {
  static readonly className = 'Conv1DTranspose';

  override get dimensions(): 1 {
    return 1;
  }
}

/** Makes a {@link Conv1DTranspose}. */
export function conv1DTranspose(given: Conv1DTransposeOptions): Conv1DTranspose {
  return new Conv1DTranspose(given);
}
