// From a name in Keras' spelling, or a function, to a loss.
import type * as tf from '@tensorflow/tfjs-core';
import {
  identifierUnknown,
  isNamedFunction,
  isSerializable,
  optionInvalid,
  snakeCaseClass,
} from '@lamella/core';
import { CrossentropyByShape } from './crossentropy-by-shape.js';
import * as losses from './index.js';
import { Loss } from './loss.js';

/** One value a sample, or one for all, in tfjs-core calls. */
export type LossFunction = (yTrue: tf.Tensor, yPred: tf.Tensor) => tf.Tensor;

/** A loss, its name, or a function of targets and predictions. */
export type LossLike = string | Loss | LossFunction;

type LossClass = typeof losses.MeanSquaredError;

const classes: ReadonlyMap<string, LossClass> = new Map(
  Object.values(losses)
    .filter((value): value is LossClass => typeof value === 'function' && 'className' in value)
    .flatMap((lossClass): [string, LossClass][] => [
      [snakeCaseClass(lossClass.className), lossClass],
      [lossClass.className, lossClass],
    ]),
);

/** Keras' short names, which it also takes in capitals. */
const shortNames: ReadonlyMap<string, string> = new Map([
  ['mse', 'mean_squared_error'],
  ['mae', 'mean_absolute_error'],
  ['bce', 'binary_crossentropy'],
]);

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

/** The loss that `given` is or names. Throws: IDENTIFIER_UNKNOWN, OPTION_INVALID. */
export function resolveLoss(given: LossLike, subject: string): Loss {
  if (isSerializable(given) && given.kind === 'losses') return given as Loss;
  if (typeof given === 'function') return new FunctionLoss(given);
  if (typeof given !== 'string')
    throw optionInvalid(subject, 'loss', 'the name of a loss, a function, or an object', given);
  if (given.toLowerCase() === 'crossentropy' || given === 'ce') return new CrossentropyByShape(given);
  const isShort = given === given.toLowerCase() || given === given.toUpperCase();
  const found = classes.get((isShort ? shortNames.get(given.toLowerCase()) : undefined) ?? given);
  if (found === undefined) {
    const known = [...classes.keys()].filter((key) => key === key.toLowerCase());
    throw identifierUnknown(subject, 'loss', given, known);
  }
  return new found();
}
