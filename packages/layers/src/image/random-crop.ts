// RandomCrop: in training, a part of each image, at one place for all images of a batch.
import { positiveIntegerOption, seedOption, withOptions } from '@lamella/core';
import { centralPart, image } from '@lamella/program';
import * as tf from '@tensorflow/tfjs-core';
import type { OptionsFor } from '../options/declarations.js';
import type { PixelSize } from './bounding-boxes.js';
import { croppedBoxes } from './moved-boxes.js';
import { ImageLayer, moving, type Augmentation, type ImageSizes } from './image-layer.js';
import type { ImageLayerOptions } from './image-record.js';

const options = {
  /** Of the images that come out in training. */
  height: positiveIntegerOption(),
  width: positiveIntegerOption(),
  /** Default null, the model's. */
  seed: seedOption(),
};

/** The options of {@link RandomCrop}. */
export type RandomCropOptions = OptionsFor<typeof options> & ImageLayerOptions;

/**
 * Cuts images in training; those that are too small are cut to the aspect ratio and stretched. Otherwise they pass as they are, as in Keras. Source: keras.layers.RandomCrop.
 * Shapes: [batch, height, width, channels], or one image. Throws: OPTION_INVALID, IMAGE_INVALID.
 *
 * @example
 * randomCrop({ height: 24, width: 24 }).apply(input({ shape: [24, 24, 3] })).shape; // [null, 24, 24, 3]
 */
export class RandomCrop extends withOptions(ImageLayer, options) {
  static readonly className = 'RandomCrop';

  override augment({ batch, height: tall, width: wide }: ImageSizes): Augmentation {
    const { height, width, label } = this;
    const to = { height, width };
    if (tall <= height || wide <= width) {
      const part = middle(tall, wide, to);
      return moving(
        (x) => image.resize(cut(x, part), [height, width], {}, label),
        (boxes) => croppedBoxes(boxes, part, to),
      );
    }
    const place = (size: number, wanted: number): tf.Tensor =>
      tf.cast(tf.floor(this.uniform([1], [0, size - wanted + 1])), 'int32');
    const [top, left] = [place(tall, height), place(wide, width)];
    const along = (start: tf.Tensor, count: number): tf.Tensor1D =>
      tf.add(start, tf.range(0, count, 1, 'int32')) as tf.Tensor1D;
    return moving(
      (x) => {
        const rows = tf.gather(x, along(top, height), 1);
        return tf.reshape(tf.gather(rows, along(left, width), 2), [batch, height, width, x.shape[3]]);
      },
      (boxes) => {
        const [y, x] = [top, left].map((start) => tf.cast(start, 'float32')) as [tf.Tensor, tf.Tensor];
        return croppedBoxes(boxes, { top: y, left: x, ...to }, to);
      },
    );
  }
}

type Part = PixelSize & { readonly top: number; readonly left: number };

/** As much from the middle on as fits, as Keras places it. */
function middle(tall: number, wide: number, { height, width }: PixelSize): Part {
  const [top, left] = centralPart([tall, wide], [height, width]).start;
  return { top, left, height: Math.min(height, tall - top), width: Math.min(width, wide - left) };
}

function cut(x: tf.Tensor4D, { top, left, height, width }: Part): tf.Tensor4D {
  return tf.slice(x, [0, top, left, 0], [x.shape[0], height, width, x.shape[3]]);
}

/** Makes a {@link RandomCrop}. */
export function randomCrop(given: RandomCropOptions): RandomCrop {
  return new RandomCrop(given);
}
