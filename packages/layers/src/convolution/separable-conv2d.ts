// SeparableConv2D: each channel of images by itself, then all of them place by place.
import { SeparableConvolution, type SeparableConvolutionOptions } from './separable-convolution.js';

/** The options of {@link SeparableConv2D}. */
export type SeparableConv2DOptions = SeparableConvolutionOptions;

/**
 * Slides kernels over each channel of images by itself, then mixes the channels. Source: keras.layers.SeparableConv2D.
 * Shapes: [batch, height, width, channels] to [batch, new height, new width, filters].
 * Throws: OPTION_INVALID, IDENTIFIER_UNKNOWN, RANK_MISMATCH, SHAPE_MISMATCH.
 *
 * @example
 * separableConv2D({ filters: 16, kernelSize: 3 }).apply(input({ shape: [8, 8, 3] })).shape; // [null, 6, 6, 16]
 */
export class SeparableConv2D extends SeparableConvolution {
  static readonly className = 'SeparableConv2D';

  override get dimensions(): 2 {
    return 2;
  }
}

/** Makes a {@link SeparableConv2D}. */
export function separableConv2D(given: SeparableConv2DOptions): SeparableConv2D {
  return new SeparableConv2D(given);
}
