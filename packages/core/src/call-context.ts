// What a layer's `call` gets beside its inputs.
import type * as tf from '@tensorflow/tfjs-core';

export interface CallContext {
  /** Whether this is a training step: dropout drops, batch normalization uses the batch's statistics. */
  readonly training: boolean;
  /** The mask of each input, bool, or null. */
  readonly masks: readonly (tf.Tensor | null)[];
  /** The mask of the first input. */
  readonly mask: tf.Tensor | null;
  /** Adds a scalar to the model's loss. */
  addLoss(loss: tf.Tensor): void;
}

/** A context for one call by hand, outside a model. */
export function callContext(
  options: { training?: boolean; masks?: readonly (tf.Tensor | null)[]; losses?: tf.Tensor[] } = {},
): CallContext {
  const masks = options.masks ?? [];
  return {
    training: options.training ?? false,
    masks,
    mask: masks[0] ?? null,
    addLoss: (loss) => void options.losses?.push(loss),
  };
}
