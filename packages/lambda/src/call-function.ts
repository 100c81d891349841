// How a Lambda calls its function. tfjs' own operations and what tf.customGrad makes declare no parameters and would take
// whatever comes second for an option of theirs: they get their inputs alone, so that lambda(tf.softmax) means what it says.
import type * as tf from '@tensorflow/tfjs-core';
import type { Tree } from '@lamella/program';
import type { LambdaArguments, LambdaContext, LambdaFunction } from './named-function.js';

type Tensors = Tree<tf.Tensor>;

/** Calls `fn` with its inputs, then, where it declares parameters or has arguments, the arguments and the context. */
export function callFunction(
  fn: LambdaFunction,
  inputs: Tensors,
  args: LambdaArguments,
  context: LambdaContext,
): Tensors {
  const call = fn as unknown as (inputs: Tensors, args?: LambdaArguments, context?: LambdaContext) => Tensors;
  const isPlain = call.length > 0 || Object.keys(args).length > 0;
  return isPlain ? call(inputs, args, context) : call(inputs);
}
