// WithMask: gives a tensor a mask that the graph computes. Keras passes such a mask as an argument of the call; here the
// call's input carries it. Read from files and written back as that argument.
import type * as tf from '@tensorflow/tfjs-core';
import { inputInvalid, Layer, type CallContext } from '@lamella/core';

const brand = Symbol.for('lamella.WithMask');

/** A layer of two inputs, a tensor and its mask, that passes the tensor on. Throws: INPUT_INVALID. */
export class WithMask extends Layer {
  static readonly className = 'lamella>WithMask';

  constructor(options: { readonly name?: string } = {}) {
    super(options);
    Object.defineProperty(this, brand, { value: true });
  }

  override call(inputs: tf.Tensor | tf.Tensor[], _context: CallContext): tf.Tensor {
    if (!Array.isArray(inputs) || inputs.length !== 2)
      throw inputInvalid(this.label, 'expected a tensor and its mask');
    return inputs[0]!;
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override computeMask(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor | null {
    return (inputs as tf.Tensor[])[1]!;
  }
}

/** Whether a layer is a {@link WithMask}, of any copy of this package. */
export function isWithMask(layer: Layer): layer is WithMask {
  return brand in layer;
}
