// DepthwiseConv1D: kernels of its own for each channel of sequences.
import { DepthwiseConvolution, type DepthwiseConvolutionOptions } from './depthwise-convolution.js';

/** The options of {@link DepthwiseConv1D}. */
export type DepthwiseConv1DOptions = DepthwiseConvolutionOptions;

/**
 * Slides kernels over each channel of sequences by itself. Source: keras.layers.DepthwiseConv1D.
 * Shapes: [batch, steps, channels] to [batch, new steps, channels · depthMultiplier].
 * Throws: OPTION_INVALID, IDENTIFIER_UNKNOWN, RANK_MISMATCH, SHAPE_MISMATCH.
 *
 * @example
 * depthwiseConv1D({ kernelSize: 3, depthMultiplier: 2 }).apply(input({ shape: [10, 3] })).shape; // [null, 8, 6]
 */
export class DepthwiseConv1D extends DepthwiseConvolution {
  static readonly className = 'DepthwiseConv1D';

  override get dimensions(): 1 {
    return 1;
  }
}

/** Makes a {@link DepthwiseConv1D}. */
export function depthwiseConv1D(given: DepthwiseConv1DOptions): DepthwiseConv1D {
  return new DepthwiseConv1D(given);
}
