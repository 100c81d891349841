// Equalization: in training, each channel's values are spread so that all come about equally often.
import { positiveIntegerOption, withOptions } from '@lamella/core';
import * as tf from '@tensorflow/tfjs-core';
import type { OptionsFor } from '../options/declarations.js';
import { asBytes, ImageLayer, type Augmentation } from './image-layer.js';
import type { ImageLayerOptions } from './image-record.js';
import { valueRangeOption } from './image-options.js';

const options = {
  /** How finely values are told apart. Default 256. */
  bins: positiveIntegerOption(256),
  /** The lowest and the highest value of a pixel. Default [0, 255]. */
  valueRange: valueRangeOption(),
};

/** The options of {@link Equalization}. */
export type EqualizationOptions = OptionsFor<typeof options> & ImageLayerOptions;

/**
 * Equalizes the histogram of each channel in training, over the batch, as Keras does. Source: keras.layers.Equalization.
 * Shapes: any images to the same. Throws: OPTION_INVALID, IMAGE_INVALID.
 *
 * @example
 * equalization().apply(input({ shape: [28, 28, 3] })).shape; // [null, 28, 28, 3]
 */
export class Equalization extends withOptions(ImageLayer, options) {
  static readonly className = 'Equalization';

  override augment(): Augmentation {
    return {
      images: (x) =>
        asBytes(this.valueRange, x, (bytes) =>
          tf.concat(
            tf.split(bytes, x.shape[3], 3).map((channel) => equalized(channel, this.bins)),
            3,
          ),
        ),
    };
  }
}

/** A channel of values from 0 to 255. */
function equalized(channel: tf.Tensor, bins: number): tf.Tensor {
  const place = tf.cast(tf.clipByValue(tf.mul(channel, (bins - 1) / 255), 0, bins - 1), 'int32');
  const flat = tf.reshape(place, [channel.size]) as tf.Tensor1D;
  const counts = tf.bincount(flat, tf.fill([channel.size], 1), bins);
  const below = tf.cumsum(counts);
  const isCounted = tf.greater(counts, 0);
  // The first bin that is not empty holds the smallest of the sums that are not 0.
  const first = tf.min(tf.where(isCounted, below, tf.fill([bins], channel.size)));
  const rest = tf.sub(channel.size, first);
  const scale = tf.div(255, tf.where(tf.equal(rest, 0), tf.onesLike(rest), rest));
  const table = tf.clipByValue(tf.round(tf.mul(tf.sub(below, first), scale)), 0, 255);
  const isFlat = tf.lessEqual(tf.sum(tf.cast(isCounted, 'float32')), 1);
  return tf.where(isFlat, channel, tf.gather(table, place));
}

/** Makes an {@link Equalization}. */
export function equalization(given: EqualizationOptions = {}): Equalization {
  return new Equalization(given);
}
