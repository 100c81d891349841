// A layer of one's own, of two others: a vector for each word, and one for each place in the text.
import {
  Layer,
  positiveIntegerOption,
  withOptions,
  type GivenOptions,
  type LayerOptions,
} from '@lamella/core';
import { embedding } from '@lamella/layers';
import * as tf from '@tensorflow/tfjs-core';

const options = {
  /** How many words there are; 0 stands where a text has ended. */
  vocabulary: positiveIntegerOption(),
  /** How many words a text has at most. */
  length: positiveIntegerOption(),
  /** The length of each vector. */
  size: positiveIntegerOption(),
};

/** Adds the vectors of words and places. Shapes: [batch, length] to [batch, length, size]. */
export class TokenAndPosition extends withOptions(Layer, options) {
  static readonly className = 'example>TokenAndPosition';
  readonly words = this.addLayer(
    'words',
    embedding({ inputDim: this.vocabulary, outputDim: this.size, name: 'words' }),
  );
  readonly places = this.addLayer(
    'places',
    embedding({ inputDim: this.length, outputDim: this.size, name: 'places' }),
  );

  override call(ids: tf.Tensor): tf.Tensor {
    const places = tf.range(0, ids.shape[1]!, 1, 'int32');
    return tf.add(this.words.apply(ids), this.places.apply(places));
  }

  override computeMask(ids: tf.Tensor): tf.Tensor {
    return tf.notEqual(ids, tf.scalar(0, ids.dtype as 'int32'));
  }
}

/** Makes a {@link TokenAndPosition}. */
export function tokenAndPosition(given: GivenOptions<typeof options> & LayerOptions): TokenAndPosition {
  return new TokenAndPosition(given);
}
