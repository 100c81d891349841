// CenterCrop: the middle of images; images that are too small are stretched.
import { positiveIntegerOption, withOptions } from '@lamella/core';
import { image } from '@lamella/program';
import * as tf from '@tensorflow/tfjs-core';
import type { OptionsFor } from '../options/declarations.js';
import { ImageLayer, type Augmentation, type ImageLayerOptions } from './image-layer.js';

const options = {
  /** Of the images that come out. */
  height: positiveIntegerOption(),
  width: positiveIntegerOption(),
};

/** The options of {@link CenterCrop}. */
export type CenterCropOptions = OptionsFor<typeof options> & ImageLayerOptions;

/**
 * The middle of images, in training and after it. Source: keras.layers.CenterCrop.
 * Shapes: [batch, height, width, channels], or one image. Throws: OPTION_INVALID, IMAGE_INVALID.
 *
 * @example
 * centerCrop({ height: 24, width: 24 }).apply(input({ shape: [28, 28, 1] })).shape; // [null, 24, 24, 1]
 */
export class CenterCrop extends withOptions(ImageLayer, options) {
  static readonly className = 'CenterCrop';

  override get isAlwaysApplied(): boolean {
    return true;
  }

  override augment(): Augmentation {
    const images = (x: tf.Tensor4D): tf.Tensor => cropped(x, this.height, this.width, this.label);
    return { images, masks: images };
  }
}

function cropped(x: tf.Tensor4D, height: number, width: number, label: string): tf.Tensor {
  const [batch, tall, wide, channels] = x.shape;
  if (tall < height || wide < width)
    return image.resize(x, [height, width], { cropToAspectRatio: true }, label);
  const [top, left] = [Math.floor((tall - height) / 2), Math.floor((wide - width) / 2)];
  return tf.slice(x, [0, top, left, 0], [batch, height, width, channels]);
}

/** Makes a {@link CenterCrop}. */
export function centerCrop(given: CenterCropOptions): CenterCrop {
  return new CenterCrop(given);
}
