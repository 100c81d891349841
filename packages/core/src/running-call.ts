// The call of a layer that is under way, for layers that are applied to tensors inside it: they train or not as it does,
// add their losses to its, and meet the masks that came with its tensors.
import { sharedState } from '@lamella/program';
import type * as tf from '@tensorflow/tfjs-core';
import type { CallContext, Mask } from './call-context.js';

/** A call under way. */
export interface RunningCall {
  readonly context: CallContext;
  /** The masks that are known of tensors in this call. */
  readonly masks: Map<tf.Tensor, Mask>;
}

const calls = sharedState('calls', (): RunningCall[] => []);

/** Runs `fn` as the body of a call. */
export function whileCalling<T>(call: RunningCall, fn: () => T): T {
  const running = calls();
  running.push(call);
  try {
    return fn();
  } finally {
    running.pop();
  }
}

/** The innermost call under way, or undefined. */
export function runningCall(): RunningCall | undefined {
  return calls().at(-1);
}
