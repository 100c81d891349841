// Images through small filters, and distorted by smooth noise.
import * as tf from '@tensorflow/tfjs-core';
import { random } from '../random.js';
import { floatImages, onImages, type ImageDataFormat } from './images.js';
import { sampledImages } from './sampling.js';
import { pixelPlaces, type TransformOptions } from './transform.js';

/** The same filter on every channel; the images keep their size, with zeros around. Shapes: kernel [height, width]. */
export function filtered(x: tf.Tensor4D, kernel: tf.Tensor, padding: 'same' | 'valid' = 'same'): tf.Tensor {
  const [height, width] = kernel.shape as [number, number];
  const each = tf.tile(tf.reshape(kernel, [height, width, 1, 1]), [1, 1, x.shape[3], 1]);
  return tf.depthwiseConv2d(x, each as tf.Tensor4D, 1, padding);
}

/** The bell curve over `size` places, of sum 1. Shapes: sigma [], the result [size]. */
export function bellCurve(size: number, sigma: tf.Tensor | number): tf.Tensor {
  const places = tf.sub(tf.range(0, size, 1, 'float32'), (size - 1) / 2);
  const heights = tf.exp(tf.mul(-0.5, tf.square(tf.div(places, sigma))));
  return tf.div(heights, tf.sum(heights));
}

/**
 * Blurred images. Source: keras.ops.image.gaussian_blur, which takes the first size and sigma along the width.
 * Throws: IMAGE_INVALID.
 */
export function gaussianBlur(
  images: tf.Tensor,
  kernelSize: readonly [number, number] = [3, 3],
  sigma: readonly [tf.Tensor | number, tf.Tensor | number] = [1, 1],
  dataFormat: ImageDataFormat = 'channels_last',
  subject = 'image.gaussianBlur',
): tf.Tensor {
  return onImages(subject, images, dataFormat, (x) => {
    const across = tf.reshape(bellCurve(kernelSize[0], sigma[0]), [1, kernelSize[0]]);
    const down = tf.reshape(bellCurve(kernelSize[1], sigma[1]), [kernelSize[1], 1]);
    return filtered(floatImages(x) as tf.Tensor4D, tf.mul(down, across));
  });
}

/** What {@link elasticTransform} may be told. */
export interface ElasticOptions extends TransformOptions {
  /** How far pixels move. Default 20. */
  readonly alpha?: tf.Tensor | number;
  /** How smoothly they do. Default 5. */
  readonly sigma?: tf.Tensor | number;
  /** The largest value of `sigma`, where that is a tensor. */
  readonly largestSigma?: number;
  readonly seed?: number;
}

/**
 * Images whose pixels are moved by smooth noise, drawn anew at every step. Source: keras.ops.image.elastic_transform; the
 * noise along the height is drawn by itself here. Throws: IMAGE_INVALID, RANDOM_INVALID.
 */
export function elasticTransform(
  images: tf.Tensor,
  { alpha = 20, sigma = 5, fillMode = 'reflect', fillValue = 0, ...options }: ElasticOptions = {},
  subject = 'image.elasticTransform',
): tf.Tensor {
  const { interpolation = 'bilinear', dataFormat = 'channels_last', seed } = options;
  const largest = typeof sigma === 'number' ? sigma : (options.largestSigma ?? 5);
  const size = Math.trunc(6 * largest) | 1;
  return onImages(subject, images, dataFormat, (x) => {
    const [batch, height, width] = x.shape;
    const pixels = pixelPlaces(height, width);
    const moved = (places: tf.Tensor): tf.Tensor => {
      const noise = random.normal([batch, height, width, 1], seed === undefined ? {} : { seed });
      const smooth = gaussianBlur(tf.mul(noise, sigma), [size, size], [sigma, sigma]);
      return tf.add(places, tf.mul(alpha, tf.reshape(smooth, [batch, height * width])));
    };
    const places = [moved(pixels.y), moved(pixels.x)];
    return sampledImages(x, places, interpolation, { fillMode, fillValue });
  });
}
