// The step that is being captured: what layers have added to the loss in it, and the masks of what they gave.
import type * as tf from '@tensorflow/tfjs-core';
import { callContext, whileCalling, type CallContext, type Mask } from '@lamella/core';
import { sharedState } from '@lamella/program';
import { stepInvalid } from './errors.js';

/** A step under way. */
export interface RunningStep {
  /** What layers see that are called in it. */
  readonly context: CallContext;
  /** What they have added to the loss so far. */
  readonly added: readonly tf.Tensor[];
  readonly masks: Map<tf.Tensor, Mask>;
}

const steps = sharedState('steps', (): RunningStep[] => []);

/** Runs the body of a step: layers that are applied in it train or not, and what they add to the loss is kept. */
export function whileStepping<T>(training: boolean, step: () => T): T {
  const added: tf.Tensor[] = [];
  const context = callContext({ training, overridesTraining: true, losses: added });
  const masks = new Map<tf.Tensor, Mask>();
  const running = steps();
  running.push({ context, added, masks });
  try {
    return whileCalling({ context, masks }, step);
  } finally {
    running.pop();
  }
}

/** The innermost step under way. Throws: STEP_INVALID where there is none. */
export function runningStep(subject: string, called: string): RunningStep {
  const step = steps().at(-1);
  if (step !== undefined) return step;
  throw stepInvalid(
    subject,
    `${called} was called outside a step, and belongs into one`,
    'call it in trainStep() or testStep(), which fit() and evaluate() capture',
  );
}
