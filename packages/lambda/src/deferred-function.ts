// The function of a Lambda that a file names and the application has. While the file is read the saved Programs stand for it:
// what a file says must not run code of the application. At the first use after that the two are compared, and one is chosen.
import type * as tf from '@tensorflow/tfjs-core';
import type { NamedFunction } from '@lamella/core';
import type { Tree } from '@lamella/program';
import { callFunction } from './call-function.js';
import {
  argumentsDeclared,
  declareArguments,
  type LambdaArguments,
  type LambdaContext,
  type LambdaFunction,
} from './named-function.js';
import { functionOf, savedBrand, type SavedFunction } from './saved-function.js';

const brand = Symbol.for('lamella.DeferredFunction');

interface Deferred {
  /** Compares the two, unless that is done already. */
  readonly verify: () => void;
}

/** A function for a Lambda, and what to call when the file has been read. */
export interface DeferredFunction {
  readonly function: LambdaFunction;
  readonly loaded: () => void;
}

/** `decide` compares the two, and says which one the application is to have; it may throw. */
export function deferredFunction(
  live: NamedFunction,
  saved: SavedFunction,
  decide: () => 'live' | 'saved',
): DeferredFunction {
  const ofFile = functionOf(saved);
  let isLoading = true;
  let chosen: LambdaFunction | undefined;
  const choose = (): LambdaFunction => {
    if (isLoading) return ofFile;
    return (chosen ??= decide() === 'live' ? (live as unknown as LambdaFunction) : ofFile);
  };
  const run = (inputs: Tree<tf.Tensor>, args: LambdaArguments, context: LambdaContext): Tree<tf.Tensor> =>
    callFunction(choose(), inputs, args, context);
  Object.defineProperty(run, brand, { value: { verify: choose } satisfies Deferred });
  Object.defineProperty(run, savedBrand, { get: () => (choose() === ofFile ? saved : undefined) });
  declareArguments(run, argumentsDeclared(live));
  const { functionName } = live as Partial<NamedFunction>;
  if (functionName !== undefined)
    Object.defineProperty(run, 'functionName', { value: functionName, enumerable: true });
  return { function: run as unknown as LambdaFunction, loaded: () => void (isLoading = false) };
}

/** Compares the function with what the file holds of it now, where it came from a file; see {@link deferredFunction}. */
export function verifyFunction(fn: LambdaFunction): void {
  (fn as { readonly [brand]?: Deferred })[brand]?.verify();
}
