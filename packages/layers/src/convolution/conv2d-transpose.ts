// Conv2DTranspose: the adjoint of a convolution over images.
import { TransposedConvolution, type TransposedConvolutionOptions } from './transposed-convolution.js';

/** The options of {@link Conv2DTranspose}. */
export type Conv2DTransposeOptions = TransposedConvolutionOptions;

/**
 * Makes larger images: each element, times the kernel, is added where the kernel stands. Source: keras.layers.Conv2DTranspose.
 * Shapes: [batch, height, width, channels] to [batch, new height, new width, filters].
 * Throws: OPTION_INVALID, IDENTIFIER_UNKNOWN, RANK_MISMATCH, SHAPE_MISMATCH.
 *
 * @example
 * conv2DTranspose({ filters: 16, kernelSize: 3, strides: 2, padding: 'same' }).apply(input({ shape: [8, 8, 3] })).shape; // [null, 16, 16, 16]
 */
export class Conv2DTranspose extends TransposedConvolution {
  static readonly className = 'Conv2DTranspose';

  override get dimensions(): 2 {
    return 2;
  }
}

/** Makes a {@link Conv2DTranspose}. */
export function conv2DTranspose(given: Conv2DTransposeOptions): Conv2DTranspose {
  return new Conv2DTranspose(given);
}
