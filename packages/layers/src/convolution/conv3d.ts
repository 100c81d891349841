// Conv3D: a convolution over volumes.
import type { Padding } from '../options/spatial.js';
import { Convolution, type ConvolutionOptions } from './convolution.js';

/** The options of {@link Conv3D}. */
export type Conv3DOptions = ConvolutionOptions & { readonly padding?: Padding };

/**
 * Slides a kernel over volumes. Source: keras.layers.Conv3D.
 * Shapes: [batch, depth, height, width, channels] to [batch, new depth, new height, new width, filters].
 * Throws: OPTION_INVALID, IDENTIFIER_UNKNOWN, RANK_MISMATCH, SHAPE_MISMATCH.
 *
 * @example
 * conv3D({ filters: 4, kernelSize: 3 }).apply(input({ shape: [8, 8, 8, 1] })).shape; // [null, 6, 6, 6, 4]
 */
export class Conv3D extends Convolution {
  static readonly className = 'Conv3D';

  override get dimensions(): 3 {
    return 3;
  }
}

/** Makes a {@link Conv3D}. */
export function conv3D(given: Conv3DOptions): Conv3D {
  return new Conv3D(given);
}
