// The one composition of this package. Making it registers, loads and prints nothing: a bundler may drop it whole.
import { onnxExport } from '@lamella/backend-onnx';
import {
  compose,
  shareNames,
  type Composed,
  type Plugin,
  type SerializableClass,
  type SerializableKind,
} from '@lamella/core';
import { io } from '@lamella/io';
import { lambdas } from '@lamella/lambda';
import { layers } from '@lamella/layers';
import { training } from '@lamella/training';
import { defaultBackend } from './default-backend.js';

const plugins = [layers, lambdas(), training, io, onnxExport] as const;

/** Everything put together: the backend, the catalog of classes and functions, and what the plugins give. */
export const composition: Composed<typeof plugins> = compose({ backend: defaultBackend(), plugins });

export const {
  model,
  sequential,
  lambda,
  registeredFunctions,
  saveModel,
  loadModel,
  saveWeights,
  loadWeights,
  encodeModel,
  encodeWeights,
  inspectFile,
} = composition;

/**
 * A composition of all that stands in this package and of further plugins; that of this package stays as it is.
 * Throws: PLUGIN_INVALID, PACKAGE_DUPLICATED.
 *
 * @example
 * import { use } from 'lamella';
 *
 * const greeting = { name: 'acme-greeting', api: () => ({ greet: (who: string) => `Hello, ${who}` }) };
 * const { greet, loadModel } = use(greeting);
 * greet('Ada'); // 'Hello, Ada'
 */
export function use<const P extends readonly Plugin[]>(
  ...further: P
): Composed<readonly [...typeof plugins, ...P]> {
  return compose({ backend: defaultBackend(), plugins: [...plugins, ...further] as const });
}

/**
 * Adds classes to a family, such as `optimizers`: options may name them from now on, those of `dense` and the other layers too,
 * and files. Throws: PLUGIN_INVALID when a name is taken by another class.
 */
export function register(kind: SerializableKind, ...classes: readonly SerializableClass[]): void {
  composition.register(kind, ...classes);
  shareNames(composition.catalog);
}

/**
 * Names a function: Lambdas, losses, metrics, activations and files may refer to it by that name from now on.
 * Throws: FUNCTION_NAME_INVALID, FUNCTION_DUPLICATE.
 */
export const registerFunction: (typeof composition)['registerFunction'] = (name, fn) => {
  const named = composition.registerFunction(name, fn);
  shareNames(composition.catalog);
  return named;
};
