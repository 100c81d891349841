// A Lambda's function as files hold it: its captured Programs and perhaps a registered name. It runs in the function's
// place, trains, and can be saved again as it is. Finding one is capture-function.ts'; reading and writing files is io's.
import * as tf from '@tensorflow/tfjs-core';
import type { Mask } from '@lamella/core';
import { flatten, unflatten, type OpenProgram, type Tree, type TreeStructure } from '@lamella/program';
import type { LambdaArguments, LambdaContext, LambdaFunction } from './named-function.js';

/** Where a function keeps the saved one that it runs. */
export const savedBrand = Symbol.for('lamella.SavedFunction');

export interface SavedFunction {
  /** The registered name, where the function has one. */
  readonly functionName?: string | undefined;
  /** How what it takes is nested. */
  readonly inputs: TreeStructure;
  /** How what it gives is nested. */
  readonly outputs: TreeStructure;
  /** Whose masks its Programs take after all inputs, as bool: positions among the inputs' leaves, rising. */
  readonly masks: readonly number[];
  readonly inference: OpenProgram;
  /** What it computes while training; the same object where that is no different. */
  readonly training: OpenProgram;
}

/** A function for a Lambda that runs a saved one; the Lambda's arguments are part of the Programs already. */
export function functionOf(saved: SavedFunction): LambdaFunction {
  const run = (
    inputs: Tree<tf.Tensor>,
    _args: LambdaArguments,
    { training, mask }: LambdaContext,
  ): Tree<tf.Tensor> => {
    const tensors = flatten(inputs);
    const masks = saved.masks.length === 0 ? [] : maskValues(saved, tensors, flatten<Mask>(mask));
    const outputs = (training ? saved.training : saved.inference).call([...tensors, ...masks]);
    return unflatten(saved.outputs, outputs);
  };
  Object.defineProperty(run, savedBrand, { value: saved });
  if (saved.functionName !== undefined) {
    Object.defineProperty(run, 'functionName', { value: saved.functionName, enumerable: true });
  }
  return run as unknown as LambdaFunction;
}

/** The masks that its Programs take. Where none comes in, everything counts. */
function maskValues(
  { masks: positions, inference }: SavedFunction,
  inputs: readonly tf.Tensor[],
  masks: readonly Mask[],
): tf.Tensor[] {
  return positions.map((position, i) => {
    const mask = masks[position] ?? null;
    const { length } = inference.argumentShapes[inputs.length + i]!;
    return mask === null
      ? tf.fill(inputs[position]!.shape.slice(0, length), 1, 'bool')
      : tf.cast(mask, 'bool');
  });
}

/** The saved function that `fn` runs, or undefined where it is a live one. */
export function savedFunctionOf(fn: LambdaFunction): SavedFunction | undefined {
  return (fn as { readonly [savedBrand]?: SavedFunction })[savedBrand];
}
