// Which form of targets the shapes of targets and predictions show: what "accuracy" and "crossentropy" go by.
import type { Shape } from '@lamella/program';

export type TargetForm = 'binary' | 'sparse_categorical' | 'categorical';

/** Whether targets are binary, integer labels or one-hot, as Keras tells it. */
export function targetForm(yTrue: Shape | undefined, yPred: Shape): TargetForm {
  const classes = yPred[yPred.length - 1] ?? 1;
  if (classes === 1) return 'binary';
  const isSparse = yTrue !== undefined && (yTrue.length < yPred.length || yTrue[yTrue.length - 1] === 1);
  return isSparse ? 'sparse_categorical' : 'categorical';
}
