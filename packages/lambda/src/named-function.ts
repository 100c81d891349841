// namedFunction: gives a function the name under which files refer to it. It registers nothing.
import type * as tf from '@tensorflow/tfjs-core';
import { optionInvalid, type Mask, type NamedFunctionReference } from '@lamella/core';
import type { Tree } from '@lamella/program';
import { functionNameInvalid } from './errors.js';

/** What a Lambda calls beside its inputs. */
export interface LambdaContext {
  readonly training: boolean;
  /** The mask of the input, or the masks of all inputs, nested like them. */
  readonly mask: Tree<Mask>;
}

/** Plain JSON; NaN and the infinities are allowed. */
export type JsonValue =
  string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** A Lambda's arguments by name. */
export type LambdaArguments = Readonly<Record<string, JsonValue>>;

/** A function of one tensor, or of a tree, in tfjs-core calls; then the Lambda's arguments, then the context. */
export type LambdaFunction<I = never, A = never, O = Tree<tf.Tensor>> = (
  inputs: I,
  args: A,
  context: LambdaContext,
) => O;

/** A package as npm names it, then the function. */
const pattern = /^[@A-Za-z_][\w./@-]*>[A-Za-z_][\w.-]*$/;

/** What an argument of a named function may be; `any` is any plain JSON. */
export type ArgumentKind = 'number' | 'integer' | 'string' | 'boolean' | 'numbers' | 'any';

/** What is declared of a named function. */
export interface NamedFunctionOptions {
  /** Its arguments by name. A Lambda, be it of a file, then gives it no others; a function without it takes what it is given. */
  readonly arguments?: Readonly<Record<string, ArgumentKind>>;
}

const declared = Symbol.for('lamella.arguments');

/** The arguments that the registration of a function declares, or undefined. */
export function argumentsDeclared(fn: unknown): NamedFunctionOptions['arguments'] {
  return (fn as { readonly [declared]?: NamedFunctionOptions['arguments'] })[declared];
}

/** Sets what {@link argumentsDeclared} gives. */
export function declareArguments(fn: object, kinds: NamedFunctionOptions['arguments']): void {
  Object.defineProperty(fn, declared, { value: kinds });
}

/**
 * Names a function. The name must stay, since files hold it; the function may improve.
 *
 * Throws: FUNCTION_NAME_INVALID, OPTION_INVALID.
 *
 * @example
 * import * as tf from '@tensorflow/tfjs-core';
 * import { namedFunction } from '@lamella/lambda';
 *
 * const addTwo = namedFunction('tutorial>add_two', (x: tf.Tensor) => tf.add(x, 2));
 * addTwo.functionName; // 'tutorial>add_two'
 */
export function namedFunction<F extends (...args: never[]) => Tree<tf.Tensor>>(
  name: string,
  fn: F,
  options: NamedFunctionOptions = {},
): F & NamedFunctionReference {
  if (typeof name !== 'string' || !pattern.test(name)) throw functionNameInvalid(name);
  if (typeof fn !== 'function')
    throw optionInvalid(`Function "${name}"`, 'fn', 'a function of tfjs-core calls', fn);
  const named = (...args: never[]): Tree<tf.Tensor> => fn(...args);
  Object.defineProperty(named, 'functionName', { value: name, enumerable: true });
  Object.defineProperty(named, 'name', { value: name });
  Object.defineProperty(named, 'length', { value: fn.length });
  declareArguments(named, options.arguments);
  return named as unknown as F & NamedFunctionReference;
}
