// A named function: a function that files refer to by name. @lamella/lambda makes and registers them.
import type * as tf from '@tensorflow/tfjs-core';
import type { Tree } from '@lamella/program';
import type { NamedFunctionReference } from './config.js';

/** A function of tensors with the name `package>function` under which it is stored and looked up. */
export interface NamedFunction<A extends readonly unknown[] = never[]> extends NamedFunctionReference {
  (...args: A): Tree<tf.Tensor>;
}

/** Whether `value` is a function with a registered name. */
export function isNamedFunction(value: unknown): value is NamedFunction {
  return (
    typeof value === 'function' && typeof (value as Partial<NamedFunctionReference>).functionName === 'string'
  );
}
