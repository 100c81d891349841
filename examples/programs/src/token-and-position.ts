// A layer of one's own, made of two others: a vector for each word, and one for each place in the text. 0 is no word.
import * as tf from '@tensorflow/tfjs-core';
import { embedding, Layer, type Config, type Embedding, type LayerOptions } from 'lamella';

export interface TokenAndPositionOptions extends LayerOptions {
  /** How many words there are; 0 stands where a text has ended. */
  readonly vocabulary: number;
  /** How many words a text has at most. */
  readonly length: number;
  /** The length of each vector. */
  readonly size: number;
}

/** Adds the vectors of words and places. Shapes: [batch, length] to [batch, length, size]. */
export class TokenAndPosition extends Layer {
  static readonly className = 'programs>TokenAndPosition';
  private readonly words: Embedding;
  private readonly places: Embedding;

  constructor(private readonly options: TokenAndPositionOptions) {
    super(options);
    const { vocabulary, length, size } = options;
    this.words = this.addLayer('words', embedding({ inputDim: vocabulary, outputDim: size, name: 'words' }));
    this.places = this.addLayer('places', embedding({ inputDim: length, outputDim: size, name: 'places' }));
  }

  /** What a file needs to make the layer again. */
  override getConfig(): Config {
    const { vocabulary, length, size } = this.options;
    return { ...super.getConfig(), vocabulary, length, size };
  }

  override call(ids: tf.Tensor): tf.Tensor {
    const places = tf.range(0, ids.shape[1]!, 1, 'int32');
    return tf.add(this.words.apply(ids), this.places.apply(places));
  }

  /** Where there is a word, so that the others are not looked at. */
  override computeMask(ids: tf.Tensor): tf.Tensor {
    return tf.notEqual(ids, tf.scalar(0, 'int32'));
  }
}

/** Makes a {@link TokenAndPosition}. */
export function tokenAndPosition(options: TokenAndPositionOptions): TokenAndPosition {
  return new TokenAndPosition(options);
}
