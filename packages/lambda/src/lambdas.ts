// The plugin: the Lambda layer and the functions that files may name, for compose().
import { checkOptionNames, type OptionNames } from '@lamella/core';
import type * as tf from '@tensorflow/tfjs-core';
import type { Composition, NamedFunction, NamedFunctionReference, Plugin } from '@lamella/core';
import type { Tree } from '@lamella/program';
import { functionDuplicate, functionUnknown } from './errors.js';
import { FunctionRegistry } from './function-registry.js';
import { Lambda, type LambdaFactory, type LambdaOptions } from './lambda.js';
import { namedFunction, type LambdaFunction, type NamedFunctionOptions } from './named-function.js';

export interface LambdasOptions {
  /** The functions that Lambdas and files may refer to by name. */
  readonly functions?: Iterable<NamedFunction>;
}

const lambdasNames: OptionNames<LambdasOptions> = { functions: true };

/** The functions that {@link lambdas} gives to a composition. */
export interface LambdasApi {
  /** Like `lambda`, and takes the name of a registered function too. Throws: FUNCTION_UNKNOWN. */
  readonly lambda: LambdaFactory;
  /** Names a function and registers it with this composition. Throws: FUNCTION_NAME_INVALID, FUNCTION_DUPLICATE. */
  registerFunction<F extends (...args: never[]) => Tree<tf.Tensor>>(
    name: string,
    fn: F,
    options?: NamedFunctionOptions,
  ): F & NamedFunctionReference;
  /** The names of all registered functions. */
  registeredFunctions(): string[];
}

/**
 * Lambda layers, for compose(). Throws: FUNCTION_DUPLICATE.
 *
 * @example
 * import * as tf from '@tensorflow/tfjs-core';
 * import { compose, input } from '@lamella/core';
 * import { lambdas, namedFunction } from '@lamella/lambda';
 *
 * const squash = namedFunction('acme>squash', (x: tf.Tensor) => tf.tanh(x));
 * const { lambda } = compose({ plugins: [lambdas({ functions: [squash] })] });
 * lambda('acme>squash').apply(input({ shape: [3] })).shape; // [null, 3]
 */
export function lambdas(options: LambdasOptions = {}): Plugin<LambdasApi> {
  checkOptionNames('lambdas()', options, lambdasNames);
  const registry = new FunctionRegistry(options.functions ?? []);
  return {
    name: '@lamella/lambda',
    classes: { layers: [Lambda as never] },
    functions: [...registry],
    api: (composition: Composition): LambdasApi => ({
      lambda: ((fn: LambdaFunction | string, options: LambdaOptions = {}) =>
        new Lambda({
          ...options,
          function: typeof fn === 'string' ? registered(composition, fn) : fn,
        })) as LambdaFactory,
      registerFunction: (name, fn, options) => {
        const named = namedFunction(name, fn, options);
        if (composition.catalog.findFunction(name) !== undefined) throw functionDuplicate(name);
        composition.catalog.addFunction('application', named);
        return named;
      },
      registeredFunctions: () => [...composition.catalog.functions.keys()],
    }),
  };
}

function registered(composition: Composition, name: string): NamedFunction {
  const found = composition.catalog.findFunction(name);
  if (found === undefined) throw functionUnknown('lambda()', name, composition.catalog.functions.keys());
  return found;
}
