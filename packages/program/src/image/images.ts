// How images stand in tensors: one or a batch, their channels last or first. What computes on them sees batches, channels last.
import * as tf from '@tensorflow/tfjs-core';
import { imageInvalid } from '../errors.js';
import { formatShape } from '../shape.js';

/** Where the channels stand: after height and width, or before. */
export type ImageDataFormat = 'channels_last' | 'channels_first';

/** How a value between pixels is found: the nearest one, or a weighted sum of the four around. */
export type PixelInterpolation = 'nearest' | 'bilinear';

/** What stands outside of an image: one value, the edge, the image again, or the image mirrored with or without its edge twice. */
export type FillMode = 'constant' | 'nearest' | 'wrap' | 'mirror' | 'reflect';

/** The tensor as floats. */
export function floatImages(x: tf.Tensor): tf.Tensor {
  return x.dtype === 'float32' ? x : tf.cast(x, 'float32');
}

/** What was computed in floats, in a dtype: rounded for integers. */
export function roundedTo(dtype: tf.DataType, found: tf.Tensor): tf.Tensor {
  return found.dtype === dtype ? found : tf.cast(tf.round(found), dtype);
}

/**
 * What `fn` gives for images [batch, height, width, channels], standing as they stood. Throws: IMAGE_INVALID for a tensor
 * that is neither one image nor a batch.
 */
export function onImages(
  subject: string,
  images: tf.Tensor,
  dataFormat: ImageDataFormat,
  fn: (x: tf.Tensor4D) => tf.Tensor,
): tf.Tensor {
  if (images.rank !== 3 && images.rank !== 4)
    throw imageInvalid(
      subject,
      `expected one image (rank 3) or a batch of images (rank 4), got ${formatShape(images.shape)}`,
    );
  const isOne = images.rank === 3;
  const isFirst = dataFormat === 'channels_first';
  const batch = isOne ? tf.expandDims(images, 0) : images;
  const last = isFirst ? tf.transpose(batch, [0, 2, 3, 1]) : batch;
  const result = fn(last as tf.Tensor4D);
  const placed = isFirst ? tf.transpose(result, [0, 3, 1, 2]) : result;
  return isOne ? tf.squeeze(placed, [0]) : placed;
}

/** Throws: IMAGE_INVALID for images that have another number of channels. */
export function requireChannels(subject: string, images: tf.Tensor4D, counts: readonly number[]): void {
  const channels = images.shape[3];
  if (!counts.includes(channels))
    throw imageInvalid(
      subject,
      `expected ${counts.join(' or ')} channels, got ${channels}`,
      'give images in colours, or say by the data format where their channels stand',
    );
}

/** Throws: IMAGE_INVALID for images without pixels. */
export function requirePixels(subject: string, height: number, width: number): void {
  if (height < 1 || width < 1)
    throw imageInvalid(subject, `expected images of at least one pixel, got ${height} by ${width}`);
}

/** Throws: IMAGE_INVALID for a word that is none of these. */
export function requireOneOf(subject: string, what: string, given: unknown, words: readonly string[]): void {
  if (!words.includes(given as string))
    throw imageInvalid(
      subject,
      `expected ${what} to be one of ${words.join(', ')}, got ${JSON.stringify(given)}`,
    );
}
