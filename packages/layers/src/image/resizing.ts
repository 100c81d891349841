// Resizing: images of one size, stretched, cropped or padded.
import { booleanOption, choiceOption, positiveIntegerOption, withOptions } from '@lamella/core';
import { image, roundedTo } from '@lamella/program';
import * as tf from '@tensorflow/tfjs-core';
import { interpolationOption, type OptionsFor } from '../options/declarations.js';
import { clipToImageSize } from './bounding-boxes.js';
import { ImageLayer, type Augmentation, type ImageSizes } from './image-layer.js';
import type { ImageLayerOptions } from './image-record.js';
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

  /** How places in images become places in what they are resized to. */
  #placed({ height, width }: ImageSizes): { readonly scale: Pair; readonly offset: Pair } {
    const [across, down] = [this.width / width, this.height / height];
    if (this.padToAspectRatio) {
      const least = Math.min(across, down);
      const [x, y] = [this.width - width * least, this.height - height * least];
      return { scale: [least, least], offset: [Math.floor(x / 2), Math.floor(y / 2)] };
    }
    if (this.cropToAspectRatio) {
      const most = Math.max(across, down);
      const [x, y] = [width * most - this.width, height * most - this.height];
      return { scale: [most, most], offset: [-Math.floor(x / 2), -Math.floor(y / 2)] };
    }
    return { scale: [across, down], offset: [0, 0] };
  }

  override augment(before: ImageSizes): Augmentation {
    const { interpolation, antialias, cropToAspectRatio, padToAspectRatio, fillValue } = this;
    const ways = { antialias, cropToAspectRatio, padToAspectRatio, fillValue };
    const resized = (x: tf.Tensor4D, by: image.ResizeInterpolation): tf.Tensor =>
      roundedTo(
        x.dtype,
        image.resize(x, [this.height, this.width], { ...ways, interpolation: by }, this.label),
      );
    return {
      images: (x) => resized(x, interpolation),
      masks: (x) => resized(x, 'nearest'),
      boxes: ({ boxes, labels }, given) => {
        const { scale, offset } = this.#placed(before);
        const four = (pair: Pair): tf.Tensor => tf.tensor1d([...pair, ...pair], 'float32');
        const moved = tf.add(tf.mul(boxes, four(scale)), four(offset));
        const found = clipToImageSize({ boxes: moved, labels }, this);
        // Boxes that only fill up become zeros.
        const fills = [-1, 0].map((value) => tf.all(tf.equal(given, value), -1, true));
        const isFill = tf.logicalOr(fills[0]!, fills[1]!);
        return { ...found, boxes: tf.where(isFill, tf.zerosLike(moved), found.boxes) };
      },
    };
  }
}

/** Numbers along the width and along the height. */
type Pair = readonly [x: number, y: number];

/** Makes a {@link Resizing}. */
export function resizing(given: ResizingOptions): Resizing {
  return new Resizing(given);
}
