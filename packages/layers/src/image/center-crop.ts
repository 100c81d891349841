// CenterCrop: the middle of images; images that are too small are stretched.
import { positiveIntegerOption, withOptions } from '@lamella/core';
import { centralPart, image } from '@lamella/program';
import * as tf from '@tensorflow/tfjs-core';
import type { OptionsFor } from '../options/declarations.js';
import { croppedBoxes } from './moved-boxes.js';
import { ImageLayer, type Augmentation, type ImageSizes } from './image-layer.js';
import type { ImageLayerOptions } from './image-record.js';

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

  override augment({ height, width }: ImageSizes): Augmentation {
    const images = (x: tf.Tensor4D): tf.Tensor => cropped(x, this.height, this.width, this.label);
    const isLarge = height >= this.height && width >= this.width;
    const size: readonly [number, number] = [this.height, this.width];
    const part = isLarge
      ? { start: [Math.trunc((height - size[0]) / 2), Math.trunc((width - size[1]) / 2)] as const, size }
      : centralPart([height, width], size);
    const place = {
      top: part.start[0],
      left: part.start[1],
      height: part.size[0],
      width: part.size[1],
    };
    return { images, masks: images, boxes: (boxes) => croppedBoxes(boxes, place, this) };
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
