// A loss made of a function.
import type * as tf from '@tensorflow/tfjs-core';
import { isNamedFunction } from '@lamella/core';
import { Loss } from './loss.js';

/** One value a sample, or one for all, in tfjs-core calls. */
export type LossFunction = (yTrue: tf.Tensor, yPred: tf.Tensor) => tf.Tensor;

/** Stored by the function's name. */
export class FunctionLoss extends Loss {
  static readonly className = 'LossFunctionWrapper';

  constructor(private readonly fn: LossFunction) {
    super({ name: isNamedFunction(fn) ? fn.functionName : fn.name || 'lambda' });
  }

  override call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    return this.fn(yTrue, yPred);
  }
}
