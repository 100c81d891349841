// Conv2D: a convolution over images.
import type { Padding } from '../options/spatial.js';
import { Convolution, type ConvolutionOptions } from './convolution.js';

/** The options of {@link Conv2D}. */
export type Conv2DOptions = ConvolutionOptions & { readonly padding?: Padding };

/**
 * Slides a kernel over images. Source: keras.layers.Conv2D.
 * Shapes: [batch, height, width, channels] to [batch, new height, new width, filters].
 * Throws: OPTION_INVALID, IDENTIFIER_UNKNOWN, RANK_MISMATCH, SHAPE_MISMATCH.
 *
 * @example
 * const maps = conv2D({ filters: 8, kernelSize: 3, activation: 'relu' }).apply(input({ shape: [28, 28, 1] }));
 * maps.shape; // [null, 26, 26, 8]
 */
export class Conv2D extends Convolution {
  static readonly className = 'Conv2D';

  override get dimensions(): 2 {
    return 2;
  }
}

/** Makes a {@link Conv2D}. */
export function conv2D(given: Conv2DOptions): Conv2D {
  return new Conv2D(given);
}
