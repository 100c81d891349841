// LayerScale: a trained factor for each channel, as ConvNeXt has it.
import * as tf from '@tensorflow/tfjs-core';
import {
  Layer,
  numberOption,
  optionKind,
  positiveIntegerOption,
  withOptions,
  type GivenOptions,
  type Weight,
} from '@lamella/core';
import { initializers } from '@lamella/layers';
import { oneTensor } from './one-tensor.js';

const options = {
  /** What the factors start from. */
  initValues: optionKind<number>({ check: numberOption.check, isFloat: true })(),
  /** How many channels there are. */
  projectionDim: positiveIntegerOption(),
} as const;

/** The options of {@link LayerScale}. */
export type LayerScaleOptions = GivenOptions<typeof options> & { readonly name?: string };

/** `x * gamma`. Source: Touvron et al. (2021), keras.applications.ConvNeXtTiny. Shapes: any of that many channels to the same. */
export class LayerScale extends withOptions(Layer, options) {
  static readonly className = 'LayerScale';
  static readonly fileFacts = { module: 'keras.src.applications.convnext' };
  private gamma!: Weight;

  override build(): void {
    const initializer = initializers.constant(this.initValues);
    this.gamma = this.addWeight({ name: 'gamma', shape: [this.projectionDim], initializer });
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.mul(oneTensor(this, inputs), this.gamma.read());
  }
}

/** Makes a {@link LayerScale}. */
export function layerScale(given: LayerScaleOptions): LayerScale {
  return new LayerScale(given);
}
