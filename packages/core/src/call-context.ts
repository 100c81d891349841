// What a layer's `call` gets beside its inputs.
import type * as tf from '@tensorflow/tfjs-core';
import type { CallArguments } from './call-arguments.js';

/** A mask: bool, or null where there is none. */
export type Mask = tf.Tensor | null;

export interface CallContext {
  /** Whether this is a training step: dropout drops, batch normalization uses the batch's statistics. */
  readonly training: boolean;
  /**
   * Whether `training` also holds for calls in a graph that fix a flag of their own: fit, evaluate and predict say so, as in
   * Keras, and a call that is given a flag.
   */
  readonly overridesTraining: boolean;
  /** The mask of each input, in the order of the leaves of the inputs. */
  readonly masks: readonly Mask[];
  /** The mask of the first input. */
  readonly mask: Mask;
  /** Whether the masks came along with the inputs, and were not given at the call. */
  readonly masksCameAlong: boolean;
  /** The arguments of the call by name, of those that the class lists in `callArguments`. */
  readonly args: CallArguments;
  /** The masks of the tensors of each argument, in the order of its leaves. */
  readonly argMasks: Readonly<Record<string, readonly Mask[]>>;
  /** Adds a scalar to the model's loss. */
  addLoss(loss: tf.Tensor): void;
}

/** What {@link callContext} is told; all of it may be left out. */
export interface CallContextOptions {
  readonly training?: boolean;
  /** Default false. */
  readonly overridesTraining?: boolean;
  readonly masks?: readonly Mask[];
  /** Default false. */
  readonly masksCameAlong?: boolean;
  readonly args?: CallArguments;
  readonly argMasks?: Readonly<Record<string, readonly Mask[]>>;
  /** Where added losses are put. */
  readonly losses?: tf.Tensor[];
}

/** A context for one call by hand, outside a model. */
export function callContext(options: CallContextOptions = {}): CallContext {
  const {
    training = false,
    overridesTraining = false,
    masks = [],
    masksCameAlong = false,
    args = {},
    argMasks = {},
    losses,
  } = options;
  return {
    training,
    overridesTraining,
    masks,
    mask: masks[0] ?? null,
    masksCameAlong,
    args,
    argMasks,
    addLoss: (loss) => void losses?.push(loss),
  };
}
