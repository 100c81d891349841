// The conformance suite of named functions: all that is asked of a layer, of the Lambda that calls it, and what files promise of
// functions: their names, the Programs that stand for them, and that another function of the name is found out.
import { isNamedFunction, type NamedFunction, type Plugin } from '@lamella/core';
import { Lambda, namedFunction, verifyFunctions, type LambdaArguments } from '@lamella/lambda';
import { mapTree, type Tree } from '@lamella/program';
import type { Model } from '@lamella/training';
import * as tf from '@tensorflow/tfjs-core';
import { assertRejects } from './assertions.js';
import { declareKit, settingsOf, type Check } from './kit.js';
import { knownOf } from './known.js';
import {
  assertAlike,
  callModel,
  layerChecks,
  modelOf,
  type LayerCase,
  type LayerSubject,
} from './test-layer-checks.js';
import type { TestLayerOptions } from './test-layer.js';

/** One way to call a function. */
export interface FunctionCase extends Omit<LayerCase<never>, 'options' | 'args'> {
  /** What the function gets after its inputs; by default `{}`. */
  readonly arguments?: LambdaArguments;
}

interface FunctionSubject extends LayerSubject {
  readonly fn: NamedFunction;
  readonly arguments: LambdaArguments;
  readonly create: () => Lambda;
}

/** What {@link testFunction} is told beside the cases. */
export type TestFunctionOptions = Omit<TestLayerOptions, 'reload'>;

/**
 * Declares the suite for one function, as `namedFunction` gives it.
 *
 * @example
 * import * as tf from '@tensorflow/tfjs-core';
 * import { describe, it } from 'node:test';
 * import { namedFunction } from '@lamella/lambda';
 * import { list, testFunction } from '@lamella/testing';
 *
 * const scaled = namedFunction('acme>scaled', (x: tf.Tensor, { by }: { by: number }) => tf.mul(x, by), {
 *   arguments: { by: 'number' },
 * });
 * testFunction(scaled, [{ name: 'by 3', arguments: { by: 3 }, inputs: list([1, -2]), outputs: list([3, -6]) }], {
 *   runner: { describe, it },
 * });
 */
export function testFunction(
  fn: NamedFunction,
  givenCases: readonly FunctionCase[],
  options: TestFunctionOptions = {},
): void {
  const { gradientTolerance = 5e-3 } = options;
  const settings = settingsOf(options);
  const isKnown = settings.plugins.some(({ functions = [] }) => functions.includes(fn));
  const plugins: readonly Plugin[] = isKnown
    ? settings.plugins
    : [...settings.plugins, { name: 'the function', functions: [fn] }];
  const cases = givenCases.map(({ arguments: given = {}, ...rest }) => ({
    name: rest.name,
    subject: {
      ...settings,
      plugins,
      fn,
      arguments: given,
      create: () => new Lambda({ function: fn, arguments: given }),
      given: { ...rest, options: { arguments: given } },
      gradientTolerance,
      reload: undefined,
    },
  }));
  declareKit<FunctionSubject>(
    'testFunction',
    'function',
    cases,
    [...layerChecks, ...functionChecks],
    options,
  );
}

async function loaded(
  subject: FunctionSubject,
  functions: readonly NamedFunction[],
): Promise<{ readonly model: Model; readonly again: Model }> {
  const { model } = modelOf(subject);
  const file = await (await knownOf(subject.plugins)).encodeModel(model, 'function.keras');
  const others = subject.plugins.map((plugin): Plugin => ({
    ...plugin,
    functions: plugin.functions?.filter((one) => one !== subject.fn) ?? [],
  }));
  const known = await knownOf([...others, { name: 'another application', functions }]);
  return { model, again: (await known.loadModel(file, { onDrift: 'error' })) as unknown as Model };
}

async function opensWithoutIt(subject: FunctionSubject): Promise<void> {
  const { model, again } = await loaded(subject, []);
  const [actual, expected] = [await callModel(subject, again), await callModel(subject, model)];
  assertAlike('run from its Program', actual, expected, 0);
}

async function isFoundByItsName(subject: FunctionSubject): Promise<void> {
  const { fn } = subject;
  if (!isNamedFunction(fn))
    throw new Error(
      `expected a function with a name for files, as namedFunction('package>name', fn) gives it`,
    );
  verifyFunctions((await loaded(subject, [fn])).again);
  const call = fn as unknown as (...args: unknown[]) => Tree<tf.Tensor>;
  const impostor = namedFunction(fn.functionName, (...args: never[]) =>
    mapTree(call(...args), (y) => tf.add(tf.cast(y, 'float32'), 1)),
  );
  const { again } = await loaded(subject, [impostor]);
  await assertRejects(() => verifyFunctions(again), 'FUNCTION_DRIFTED', fn.functionName);
}

/** Files of strangers say what a function is called with. */
async function declaresArguments({ fn, arguments: given }: FunctionSubject): Promise<void> {
  const surplus = { ...given, notDeclared: 1 };
  await assertRejects(
    () => new Lambda({ function: fn, arguments: surplus }),
    'ARGUMENTS_INVALID',
    'notDeclared',
  );
}

const functionChecks: readonly Check<FunctionSubject>[] = [
  { name: 'computes the same from its Program, where nobody has the function', run: opensWithoutIt },
  { name: 'is found by its name in files, and another of that name is found out', run: isFoundByItsName },
  {
    name: 'declares its arguments, and gets no others',
    applies: ({ arguments: given }) => Object.keys(given).length > 0,
    run: declaresArguments,
  },
];
