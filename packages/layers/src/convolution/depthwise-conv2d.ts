// DepthwiseConv2D: kernels of its own for each channel of images.
import { DepthwiseConvolution, type DepthwiseConvolutionOptions } from './depthwise-convolution.js';

/** The options of {@link DepthwiseConv2D}. */
export type DepthwiseConv2DOptions = DepthwiseConvolutionOptions;

/**
 * Slides kernels over each channel of images by itself. Source: keras.layers.DepthwiseConv2D.
 * Shapes: [batch, height, width, channels] to [batch, new height, new width, channels · depthMultiplier].
 * Throws: OPTION_INVALID, IDENTIFIER_UNKNOWN, RANK_MISMATCH, SHAPE_MISMATCH.
 *
 * @example
 * depthwiseConv2D({ kernelSize: 3, depthMultiplier: 2 }).apply(input({ shape: [8, 8, 3] })).shape; // [null, 6, 6, 6]
 */
export class DepthwiseConv2D extends DepthwiseConvolution {
  static readonly className = 'DepthwiseConv2D';

  override get dimensions(): 2 {
    return 2;
  }
}

/** Makes a {@link DepthwiseConv2D}. */
export function depthwiseConv2D(given: DepthwiseConv2DOptions): DepthwiseConv2D {
  return new DepthwiseConv2D(given);
}
