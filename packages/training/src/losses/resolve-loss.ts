// From a name in Keras' spelling, or a function, to a loss.
import type * as tf from '@tensorflow/tfjs-core';
import { identifierUnknown, isNamedFunction, isSerializable, snakeCaseClass } from '@lamella/core';
import * as losses from './index.js';
import { Loss } from './loss.js';

/** One value a sample, or one for all, in tfjs-core calls. */
export type LossFunction = (yTrue: tf.Tensor, yPred: tf.Tensor) => tf.Tensor;

/** A loss, its name, or a function of targets and predictions. */
export type LossLike = string | Loss | LossFunction;

type LossClass = typeof losses.MeanSquaredError;

const classes = new Map<string, LossClass>(
  Object.values(losses)
    .filter((value): value is LossClass => typeof value === 'function' && 'className' in value)
    .flatMap((lossClass): [string, LossClass][] => [
      [snakeCaseClass(lossClass.className), lossClass],
      [lossClass.className, lossClass],
    ]),
);

const shortNames: Readonly<Record<string, string>> = {
  mse: 'mean_squared_error',
  mae: 'mean_absolute_error',
  bce: 'binary_crossentropy',
};

/** A loss made of a function; stored by the function's name. */
export class FunctionLoss extends Loss {
  static readonly className = 'LossFunctionWrapper';

  constructor(private readonly fn: LossFunction) {
    super(isNamedFunction(fn) ? fn.functionName : fn.name || 'lambda');
  }

  override call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    return this.fn(yTrue, yPred);
  }
}

/** Throws: IDENTIFIER_UNKNOWN. */
export function resolveLoss(given: LossLike, subject: string): Loss {
  if (isSerializable(given)) return given as Loss;
  if (typeof given === 'function') return new FunctionLoss(given);
  const name = Object.hasOwn(shortNames, given) ? shortNames[given]! : given;
  const found = classes.get(name);
  if (found === undefined)
    throw identifierUnknown(
      subject,
      'loss',
      String(given),
      [...classes.keys()].filter((key) => key === key.toLowerCase()),
    );
  return new found();
}
