// StochasticDepth: in training, a way through the network is left out for some examples, as ConvNeXt has it.
import type * as tf from '@tensorflow/tfjs-core';
import { fractionOption, Layer, withOptions, type CallContext, type GivenOptions } from '@lamella/core';
import { random } from '@lamella/program';
import { oneTensor } from './one-tensor.js';

const options = {
  /** The share of examples that become 0. */
  dropPathRate: fractionOption(),
} as const;

/** The options of {@link StochasticDepth}. */
export type StochasticDepthOptions = GivenOptions<typeof options> & { readonly name?: string };

/** In training, some examples become 0 and the others grow. Source: Huang et al. (2016), ConvNeXt in Keras. Shapes: any to the same. */
export class StochasticDepth extends withOptions(Layer, options) {
  static readonly className = 'StochasticDepth';
  static readonly fileFacts = { module: 'keras.src.applications.convnext' };

  override call(inputs: tf.Tensor | tf.Tensor[], { training }: CallContext): tf.Tensor {
    const x = oneTensor(this, inputs);
    if (!training || this.dropPathRate === 0) return x;
    const noiseShape = x.shape.map((size, axis) => (axis === 0 ? size : 1));
    return random.dropout(x, this.dropPathRate, { noiseShape });
  }
}

/** Makes a {@link StochasticDepth}. */
export function stochasticDepth(given: StochasticDepthOptions): StochasticDepth {
  return new StochasticDepth(given);
}
