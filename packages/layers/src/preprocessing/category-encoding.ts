// CategoryEncoding: numbers of categories as rows.
import * as tf from '@tensorflow/tfjs-core';
import {
  inputInvalid,
  isTensor,
  Layer,
  positiveIntegerOption,
  withOptions,
  type Autocast,
  type CallContext,
} from '@lamella/core';
import type { OptionsFor } from '../options/declarations.js';
import { floatTensor, singleTensor } from '../options/single-input.js';
import { categoryModeOption, encodeTensor } from './encode-categories.js';

const options = {
  /** How many categories there are: numbers are from 0 to `numTokens - 1`. */
  numTokens: positiveIntegerOption(),
  /** `multi_hot`, the default: which categories an example has; `count`: how often; `one_hot`: a row for each number. */
  outputMode: categoryModeOption(['multi_hot', 'one_hot', 'count'], 'multi_hot'),
};

/** The options of {@link CategoryEncoding}. */
export type CategoryEncodingOptions = OptionsFor<typeof options>;

/**
 * Encodes numbers of categories. Numbers that are no category count nowhere, as in Keras on JAX. With `count`, a call may be
 * given `countWeights`, of the shape of the input. Source: keras.layers.CategoryEncoding.
 * Shapes: [batch, n] to [batch, numTokens], with `one_hot` to [batch, n, numTokens]. Throws: OPTION_INVALID, INPUT_INVALID.
 *
 * @example
 * const genres = input({ shape: [3], dtype: 'int32' });
 * categoryEncoding({ numTokens: 20 }).apply(genres).shape; // [null, 20]
 */
export class CategoryEncoding extends withOptions(Layer, options) {
  static readonly className = 'CategoryEncoding';
  static readonly callArguments = ['countWeights'];

  override get autocast(): Autocast {
    return 'outputs';
  }

  override call(inputs: tf.Tensor | tf.Tensor[], { args }: CallContext): tf.Tensor {
    const weights = args['countWeights'] ?? undefined;
    if (weights !== undefined && this.outputMode !== 'count')
      throw inputInvalid(
        this.label,
        `countWeights are for the output mode "count", got "${this.outputMode}"`,
      );
    const indices = tf.cast(singleTensor(this.label, inputs), 'int32');
    return encodeTensor(
      indices,
      this.outputMode,
      this.numTokens,
      isTensor(weights) ? floatTensor(weights) : undefined,
    );
  }
}

/** Makes a {@link CategoryEncoding}. */
export function categoryEncoding(given: CategoryEncodingOptions): CategoryEncoding {
  return new CategoryEncoding(given);
}
