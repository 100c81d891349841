// CustomScaleLayer: one tensor plus a share of another, as InceptionResNetV2 has it.
import * as tf from '@tensorflow/tfjs-core';
import { inputInvalid, Layer, numberOption, optionKind, withOptions, type GivenOptions } from '@lamella/core';

const options = {
  /** What the second tensor is multiplied with. */
  scale: optionKind<number>({ check: numberOption.check, isFloat: true })(),
} as const;

/** The options of {@link CustomScaleLayer}. */
export type CustomScaleLayerOptions = GivenOptions<typeof options> & { readonly name?: string };

/** `a + scale * b`. Source: keras.applications.InceptionResNetV2. Shapes: [a, b] of one shape to that. Throws: INPUT_INVALID. */
export class CustomScaleLayer extends withOptions(Layer, options) {
  static readonly className = 'CustomScaleLayer';
  static readonly fileFacts = { module: 'keras.src.applications.inception_resnet_v2' };

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const [a, b, ...others] = Array.isArray(inputs) ? inputs : [inputs];
    if (b === undefined || others.length > 0)
      throw inputInvalid(this.label, 'expected a list of two tensors', 'apply it to a list: .apply([a, b])');
    return tf.add(a!, tf.mul(b, this.scale));
  }
}

/** Makes a {@link CustomScaleLayer}. */
export function customScaleLayer(given: CustomScaleLayerOptions): CustomScaleLayer {
  return new CustomScaleLayer(given);
}
