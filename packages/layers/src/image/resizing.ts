// Resizing: images of one size, stretched, cropped or padded.
import { booleanOption, choiceOption, positiveIntegerOption, withOptions } from '@lamella/core';
import { image, roundedTo } from '@lamella/program';
import type * as tf from '@tensorflow/tfjs-core';
import { interpolationOption, type OptionsFor } from '../options/declarations.js';
import { ImageLayer, type Augmentation, type ImageLayerOptions } from './image-layer.js';
import { fillValueOption } from './image-options.js';

const options = {
  /** Of the images that come out. */
  height: positiveIntegerOption(),
  width: positiveIntegerOption(),
  /** Default `bilinear`. */
  interpolation: interpolationOption('bilinear'),
  /** Whether the largest part with the new aspect ratio is taken. Default false. */
  cropToAspectRatio: booleanOption(false),
  /** Whether the aspect ratio stays, with `fillValue` around. Default false. */
  padToAspectRatio: booleanOption(false),
  fillMode: choiceOption(['constant'], 'constant'),
  /** Default 0. */
  fillValue: fillValueOption(0),
  /** Whether what shrinks is smoothed. Default false. */
  antialias: booleanOption(false),
};

/** The options of {@link Resizing}. */
export type ResizingOptions = OptionsFor<typeof options> & ImageLayerOptions;

/**
 * Images of another size, in training and after it. Integers stay integers. Source: keras.layers.Resizing.
 * Shapes: [batch, height, width, channels], or one image. Throws: OPTION_INVALID, IMAGE_INVALID.
 *
 * @example
 * resizing({ height: 32, width: 32 }).apply(input({ shape: [100, 60, 3] })).shape; // [null, 32, 32, 3]
 */
export class Resizing extends withOptions(ImageLayer, options) {
  static readonly className = 'Resizing';

  override get isAlwaysApplied(): boolean {
    return true;
  }

  override get keepsIntegers(): boolean {
    return true;
  }

  override augment(): Augmentation {
    const { interpolation, antialias, cropToAspectRatio, padToAspectRatio, fillValue } = this;
    const ways = { antialias, cropToAspectRatio, padToAspectRatio, fillValue };
    const resized = (x: tf.Tensor4D, by: image.ResizeInterpolation): tf.Tensor =>
      roundedTo(
        x.dtype,
        image.resize(x, [this.height, this.width], { ...ways, interpolation: by }, this.label),
      );
    return { images: (x) => resized(x, interpolation), masks: (x) => resized(x, 'nearest') };
  }
}

/** Makes a {@link Resizing}. */
export function resizing(given: ResizingOptions): Resizing {
  return new Resizing(given);
}
