// How images of 0 to 255 are prepared for networks that do not do it themselves.
import * as tf from '@tensorflow/tfjs-core';
import { optionInvalid } from '@lamella/core';

/** Keras' ways: blue, green, red, less their means; -1 to 1; 0 to 1, less means and by deviations. */
export type PreprocessingMode = 'caffe' | 'tf' | 'torch';

/** Each works on images of red, green and blue, of 0 to 255. */
const modes: Readonly<Record<PreprocessingMode, (x: tf.Tensor) => tf.Tensor>> = {
  caffe: (x) => tf.sub(tf.reverse(x, x.rank - 1), tf.tensor1d([103.939, 116.779, 123.68])),
  tf: (x) => tf.sub(tf.div(x, 127.5), 1),
  torch: (x) =>
    tf.div(tf.sub(tf.div(x, 255), tf.tensor1d([0.485, 0.456, 0.406])), tf.tensor1d([0.229, 0.224, 0.225])),
};

/**
 * Images of 0 to 255 as a network was trained with them, for a Lambda. Source: keras.applications.imagenet_utils.preprocess_input.
 * Shapes: [..., height, width, 3] to the same. Throws: OPTION_INVALID.
 */
export function preprocessInput(images: tf.Tensor, mode: PreprocessingMode = 'caffe'): tf.Tensor {
  if (!Object.hasOwn(modes, mode))
    throw optionInvalid('preprocessInput()', 'mode', '"caffe", "tf" or "torch"', mode);
  return modes[mode](tf.cast(images, 'float32'));
}
