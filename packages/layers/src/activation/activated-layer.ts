// What layers share that end in an activation, and whose output may add to the loss.
import type * as tf from '@tensorflow/tfjs-core';
import { Layer, type CallContext, type Regularizer } from '@lamella/core';
import type { Activation } from '../activations/resolve.js';
import { addActivityLoss } from '../options/activity.js';

/** A layer that has the options `activation` and, perhaps, `activityRegularizer`: its subclasses declare them. */
export abstract class ActivatedLayer extends Layer {
  declare readonly activation: Activation;
  declare readonly activityRegularizer?: Regularizer | null;

  override get sublayers(): readonly Layer[] {
    return this.activation.layer === null ? [] : [this.activation.layer];
  }

  /** What the layer puts out, from what it has computed. */
  protected activate(x: tf.Tensor, context: CallContext): tf.Tensor {
    const output = this.activation.apply(x, context);
    addActivityLoss(this.activityRegularizer ?? null, output, context);
    return output;
  }
}
