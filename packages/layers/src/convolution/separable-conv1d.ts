// SeparableConv1D: each channel of sequences by itself, then all of them place by place.
import { SeparableConvolution, type SeparableConvolutionOptions } from './separable-convolution.js';

/** The options of {@link SeparableConv1D}. */
export type SeparableConv1DOptions = SeparableConvolutionOptions;

/**
 * Slides kernels over each channel of sequences by itself, then mixes the channels. Source: keras.layers.SeparableConv1D.
 * Shapes: [batch, steps, channels] to [batch, new steps, filters].
 * Throws: OPTION_INVALID, IDENTIFIER_UNKNOWN, RANK_MISMATCH, SHAPE_MISMATCH.
 *
 * @example
 * separableConv1D({ filters: 16, kernelSize: 3 }).apply(input({ shape: [10, 3] })).shape; // [null, 8, 16]
 */
export class SeparableConv1D extends SeparableConvolution {
  static readonly className = 'SeparableConv1D';

  override get dimensions(): 1 {
    return 1;
  }
}

/** Makes a {@link SeparableConv1D}. */
export function separableConv1D(given: SeparableConv1DOptions): SeparableConv1D {
  return new SeparableConv1D(given);
}
