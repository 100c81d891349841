// Softmax: values along an axis become shares that sum to 1; masked values get none.
import * as tf from '@tensorflow/tfjs-core';
import { withOptions, type CallContext } from '@lamella/core';
import { broadcastable, formatShape, shapeMismatch, type Tree } from '@lamella/program';
import { softmax as softmaxOf } from '../activations/along-axis.js';
import { axesOf, axesOption } from '../options/axes.js';
import type { OptionsFor } from '../options/declarations.js';
import { floatTensor, singleShape, singleTensor } from '../options/single-input.js';
import { ShapePreserving } from '../shape-preserving.js';
import type { SymbolicShape } from '@lamella/program';

/** What masked values count as: Keras' number for float32. */
const minusInfinity = -1e9;

const options = {
  /** The axis, or axes taken together, along which the outputs sum to 1. Default -1. */
  axis: axesOption(-1),
};

/** The options of {@link Softmax}. */
export type SoftmaxOptions = OptionsFor<typeof options>;

/**
 * exp(x) over its sum along an axis. A mask, broadcast to the input, leaves values out.
 * Source: keras.layers.Softmax. Shapes: any to the same. Throws: OPTION_INVALID, SHAPE_MISMATCH.
 *
 * @example
 * const y = softmax().apply(input({ shape: [10] }));
 */
export class Softmax extends withOptions(ShapePreserving, options) {
  static readonly className = 'Softmax';
  static readonly callArguments = ['mask'];
  static readonly fileFacts = { builtAtOnce: true };

  override build(inputShape: Tree<SymbolicShape>): void {
    this.checkShape(singleShape(this.label, inputShape));
  }

  override call(inputs: tf.Tensor | tf.Tensor[], context: CallContext): tf.Tensor {
    const x = floatTensor(singleTensor(this.label, inputs));
    this.checkShape(x.shape);
    const { mask } = context;
    if (mask === null) return softmaxOf(x, this.axis);
    if (mask.rank > x.rank || !broadcastable(mask.shape, x.shape)) {
      throw shapeMismatch(
        this.label,
        `expected a mask that broadcasts to ${formatShape(x.shape)}, got ${formatShape(mask.shape)}`,
      );
    }
    const shares = softmaxOf(tf.where(mask, x, tf.fill(x.shape, minusInfinity)), this.axis);
    return tf.where(mask, shares, tf.zerosLike(shares));
  }

  protected override checkShape(shape: SymbolicShape): void {
    axesOf(this.label, 'axis', this.axis, shape);
  }
}

/** Makes a {@link Softmax}. */
export function softmax(given: SoftmaxOptions = {}): Softmax {
  return new Softmax(given);
}
