// Colours: grey images, and hue, saturation and value.
import * as tf from '@tensorflow/tfjs-core';
import { dtypeMismatch } from '../errors.js';
import { floatImages, onImages, requireChannels, type ImageDataFormat } from './images.js';

/** The smallest number that float32 adds to 1. */
const epsilon = 2 ** -23;

/** Grey images of one channel, in the dtype of those given. Source: keras.ops.image.rgb_to_grayscale. Throws: IMAGE_INVALID. */
export function rgbToGrayscale(
  images: tf.Tensor,
  dataFormat: ImageDataFormat = 'channels_last',
  subject = 'image.rgbToGrayscale',
): tf.Tensor {
  return onImages(subject, images, dataFormat, (x) => {
    requireChannels(subject, x, [1, 3]);
    if (x.shape[3] === 1) return x;
    const grey = tf.sum(tf.mul(floatImages(x), tf.tensor1d([0.2989, 0.587, 0.114])), 3, true);
    return x.dtype === 'float32' ? grey : tf.cast(grey, x.dtype);
  });
}

/** Red, green and blue from 0 to 1 as hue, saturation and value. Source: keras.ops.image.rgb_to_hsv. Throws: IMAGE_INVALID, DTYPE_MISMATCH. */
export function rgbToHsv(
  images: tf.Tensor,
  dataFormat: ImageDataFormat = 'channels_last',
  subject = 'image.rgbToHsv',
): tf.Tensor {
  return onColors(subject, images, dataFormat, (given) => {
    const [red, green, blue] = given.map((x) =>
      tf.where(tf.less(tf.abs(x), epsilon), tf.zerosLike(x), x),
    ) as Planes;
    const value = tf.maximum(tf.maximum(red, green), blue);
    const range = tf.sub(value, tf.minimum(tf.minimum(red, green), blue));
    const [none, one] = [tf.zerosLike(value), tf.onesLike(value)];
    const hasValue = tf.greater(value, 0);
    const hasRange = tf.greater(range, 0);
    const saturation = tf.where(hasValue, tf.div(range, tf.where(hasValue, value, one)), none);
    const sixth = tf.div(1 / 6, tf.where(hasRange, range, one));
    const hue = tf.where(
      tf.equal(value, red),
      tf.mul(sixth, tf.sub(green, blue)),
      tf.where(
        tf.equal(value, green),
        tf.add(tf.mul(sixth, tf.sub(blue, red)), 2 / 6),
        tf.add(tf.mul(sixth, tf.sub(red, green)), 4 / 6),
      ),
    );
    const turned = tf.add(tf.where(hasRange, hue, none), tf.cast(tf.less(hue, 0), 'float32'));
    return [turned, saturation, value];
  });
}

/** The way back from {@link rgbToHsv}. Source: keras.ops.image.hsv_to_rgb. Throws: IMAGE_INVALID, DTYPE_MISMATCH. */
export function hsvToRgb(
  images: tf.Tensor,
  dataFormat: ImageDataFormat = 'channels_last',
  subject = 'image.hsvToRgb',
): tf.Tensor {
  return onColors(subject, images, dataFormat, ([hue, saturation, value]) => {
    const turn = tf.mul(tf.mod(hue, 1), 6);
    const shares = [
      tf.sub(tf.abs(tf.sub(turn, 3)), 1),
      tf.sub(2, tf.abs(tf.sub(turn, 2))),
      tf.sub(2, tf.abs(tf.sub(turn, 4))),
    ];
    return shares.map((share) =>
      tf.mul(value, tf.add(tf.sub(1, saturation), tf.mul(saturation, tf.clipByValue(share, 0, 1)))),
    );
  });
}

type Planes = [tf.Tensor, tf.Tensor, tf.Tensor];

/** What `fn` gives for the three planes of images in floats. */
export function onColors(
  subject: string,
  images: tf.Tensor,
  dataFormat: ImageDataFormat,
  fn: (planes: Planes) => tf.Tensor[],
): tf.Tensor {
  if (images.dtype !== 'float32')
    throw dtypeMismatch(
      subject,
      `expected images of floats, got ${images.dtype}`,
      'cast them, and scale them to [0, 1]',
    );
  return onImages(subject, images, dataFormat, (x) => {
    requireChannels(subject, x, [3]);
    return tf.concat(fn(tf.split(x, 3, 3) as Planes), 3);
  });
}
