// Conv3DTranspose: the adjoint of a convolution over volumes.
import { TransposedConvolution, type TransposedConvolutionOptions } from './transposed-convolution.js';

/** The options of {@link Conv3DTranspose}. */
export type Conv3DTransposeOptions = TransposedConvolutionOptions;

/**
 * Makes larger volumes: each element, times the kernel, is added where the kernel stands. Source: keras.layers.Conv3DTranspose.
 * Shapes: [batch, depth, height, width, channels] to [batch, new depth, new height, new width, filters].
 * Throws: OPTION_INVALID, IDENTIFIER_UNKNOWN, RANK_MISMATCH, SHAPE_MISMATCH.
 *
 * @example
 * conv3DTranspose({ filters: 16, kernelSize: 3, strides: 2, padding: 'same' }).apply(input({ shape: [4, 8, 8, 3] })).shape; // [null, 8, 16, 16, 16]
 */
export class Conv3DTranspose extends TransposedConvolution {
  static readonly className = 'Conv3DTranspose';

  override get dimensions(): 3 {
    return 3;
  }
}

/** Makes a {@link Conv3DTranspose}. */
export function conv3DTranspose(given: Conv3DTransposeOptions): Conv3DTranspose {
  return new Conv3DTranspose(given);
}
