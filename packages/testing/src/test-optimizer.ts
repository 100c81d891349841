// The conformance suite of optimizers: steps, learning, the learning rate, config, files, training that goes on from them, memory.
import { Runner, Weight } from '@lamella/core';
import { capture, type HostTensor } from '@lamella/program';
import type { Gradient, Model, Optimizer } from '@lamella/training';
import * as tf from '@tensorflow/tfjs-core';
import { assertClose } from './assertions.js';
import { floats } from './kernel-case.js';
import {
  declareKit,
  leavingNoTensors,
  settingsOf,
  type Check,
  type KitOptions,
  type KitSettings,
} from './kit.js';
import type { Known } from './known.js';
import { compiledFiles, knowing, smallModel, survivesCompile } from './through-compile.js';
import { throughConfig } from './through-config.js';

/** Steps whose results are known. */
export interface ExpectedSteps {
  /** What the weights begin with. */
  readonly weights: readonly HostTensor[];
  /** By step, the gradient of each weight. */
  readonly gradients: readonly (readonly HostTensor[])[];
  /** By step, each weight after it. */
  readonly expected: readonly (readonly HostTensor[])[];
}

/** One way to make an optimizer. */
export interface OptimizerCase<Options> {
  /** What is special about it, e.g. "with momentum". */
  readonly name: string;
  readonly options: Options;
  readonly steps?: ExpectedSteps;
}

interface OptimizerSubject extends KitSettings {
  readonly create: () => Optimizer;
  readonly given: OptimizerCase<unknown>;
}

/**
 * Declares the suite for one optimizer: `create` makes it from the options of each case.
 *
 * @example
 * import { describe, it } from 'node:test';
 * import { list, testOptimizer } from '@lamella/testing';
 * import { sgd } from '@lamella/training';
 *
 * testOptimizer(
 *   (options: { learningRate: number }) => sgd(options),
 *   [
 *     {
 *       name: 'of rate 0.5',
 *       options: { learningRate: 0.5 },
 *       steps: { weights: [list([1, 2])], gradients: [[list([2, -2])]], expected: [[list([0, 3])]] },
 *     },
 *   ],
 *   { runner: { describe, it } },
 * );
 */
export function testOptimizer<Options>(
  create: (options: Options) => Optimizer,
  givenCases: readonly OptimizerCase<Options>[],
  options: KitOptions = {},
): void {
  const cases = givenCases.map((given) => ({
    name: given.name,
    subject: { ...settingsOf(options), create: () => create(given.options), given },
  }));
  declareKit<OptimizerSubject>('testOptimizer', 'optimizer', cases, optimizerChecks, options);
}

const weightsOf = (values: readonly HostTensor[]): Weight[] =>
  values.map((value, i) => new Weight({ name: `weight_${i}`, owner: 'layer', value: value.clone() }));

/** Two weights, and a gradient of each for some steps. */
const someSteps = {
  weights: [floats([2, 3]), floats([3], -1, 1)],
  gradients: [0, 1, 2, 3].map((i) => [floats([2, 3], -1 - i, 1), floats([3], -1, 1 + i)]),
};

/** The weights after each step. */
async function stepped(
  optimizer: Optimizer,
  { weights: initial, gradients }: Omit<ExpectedSteps, 'expected'>,
  backend: KitSettings['backend'],
): Promise<HostTensor[][]> {
  const weights = weightsOf(initial);
  optimizer.build(weights);
  const captured = capture(
    (...given) => {
      optimizer.apply(weights.map((weight, i): Gradient => ({ weight, gradient: given[i]! })));
      return [];
    },
    initial.map(({ shape }, i) => ({ name: `gradient_${i}`, shape, dtype: 'float32' as const })),
  );
  const runner = await Runner.create(backend, captured);
  const after: HostTensor[][] = [];
  for (const [step, given] of gradients.entries()) {
    optimizer.beforeStep();
    await runner.run(given, { seed: 0, step });
    await optimizer.afterStep();
    after.push(await Promise.all(weights.map(async (weight) => (await weight.values()).clone())));
  }
  runner.dispose();
  return after;
}

function assertSteps(
  what: string,
  actual: HostTensor[][],
  expected: ExpectedSteps['expected'],
  tolerance: number,
): void {
  expected.forEach((weights, step) =>
    weights.forEach((values, i) =>
      assertClose(actual[step]![i]!, values, tolerance, `${what}: weight ${i} after step ${step + 1}`),
    ),
  );
}

async function makesSteps({ create, given, backends, tolerance }: OptimizerSubject): Promise<void> {
  for (const backend of backends) {
    const actual = await stepped(create(), given.steps!, backend);
    assertSteps(`on ${backend.name}`, actual, given.steps!.expected, tolerance);
  }
}

async function learns({ create, backend }: OptimizerSubject): Promise<void> {
  const optimizer = create();
  const weights = weightsOf([floats([2, 3], 0.5, 2), floats([3], -2, -0.5)]);
  const captured = capture(() => {
    const loss = weights.map((weight) => tf.sum(tf.square(weight.read()))).reduce((a, b) => tf.add(a, b));
    optimizer.minimize(loss, weights);
    return { loss };
  }, []);
  const runner = await Runner.create(backend, captured);
  const losses: number[] = [];
  for (let step = 0; step < 50; step++) {
    optimizer.beforeStep();
    losses.push(await runner.compute([], { seed: 0, step }, ([loss]) => loss!.data[0]!));
    await optimizer.afterStep();
  }
  runner.dispose();
  if (!(losses.at(-1)! < losses[0]!))
    throw new Error(`the loss, a sum of squares, was ${losses[0]!}, and is ${losses.at(-1)!} after 50 steps`);
}

async function obeysItsRate({ create, backend, tolerance }: OptimizerSubject): Promise<void> {
  const optimizer = create();
  if (optimizer.isScheduled) return;
  optimizer.learningRate = 0;
  const after = await stepped(optimizer, someSteps, backend);
  assertSteps(
    'with a learning rate of 0',
    after,
    after.map(() => someSteps.weights),
    tolerance,
  );
}

async function survivesConfig({ create, given, backend, plugins }: OptimizerSubject): Promise<void> {
  const optimizer = create();
  const again = await throughConfig(optimizer, given.options, plugins);
  const expected = await stepped(optimizer, someSteps, backend);
  assertSteps('made from its config', await stepped(again, someSteps, backend), expected, 0);
}

async function survivesFiles({ create, backend, plugins }: OptimizerSubject): Promise<void> {
  await survivesCompile(
    create(),
    plugins,
    backend,
    (optimizer) => ({ optimizer: optimizer as Optimizer, loss: 'mean_squared_error' }),
    ({ optimizer }) => optimizer,
  );
}

const [x, y] = [floats([4, 3]), floats([4, 2], -1, 1)];
const fit = (model: Model, epochs: number): Promise<unknown> =>
  model.fit(x as never, y as never, { epochs, batchSize: 2, shuffle: false, verbose: 0 });

async function goesOn({ create, backend, plugins }: OptimizerSubject): Promise<void> {
  const known = await knowing(create(), plugins, backend);
  const compiled = (): Model => {
    const model = smallModel(known);
    model.compile({ optimizer: create(), loss: 'mean_squared_error' });
    return model;
  };
  const through = compiled();
  // In two parts as well: each fit() ends with what finalize() does.
  await fit(through, 2);
  await fit(through, 2);
  const expected = await stateOf(through);
  for (const way of [...compiledFiles.map((file) => whole(known, file)), weightsAlone(known, compiled)]) {
    const stopped = compiled();
    await fit(stopped, 2);
    const [name, again] = await way(stopped);
    await fit(again, 2);
    const actual = await stateOf(again);
    if (actual.length !== expected.length)
      throw new Error(`${name}: expected ${expected.length} weights and variables, got ${actual.length}`);
    expected.forEach(([variable, values], i) =>
      assertClose(actual[i]![1], values, 0, `trained on from ${name}: ${variable}`),
    );
  }
}

type Way = (model: Model) => Promise<readonly [string, Model]>;

function whole(known: Known, file: string): Way {
  return async (model) => [
    file,
    (await known.loadModel(await known.encodeModel(model, file))) as unknown as Model,
  ];
}

function weightsAlone(known: Known, compiled: () => Model): Way {
  return async (model) => {
    const again = compiled();
    const file = await known.encodeWeights(model, 'model.weights.h5');
    await known.loadWeights(again, file);
    return [file.name, again];
  };
}

/** Weights and the optimizer's variables, by name. */
async function stateOf(model: Model): Promise<(readonly [string, HostTensor])[]> {
  const all = [...model.weights, ...model.optimizer!.variables];
  return Promise.all(all.map(async (weight) => [weight.name, (await weight.values()).clone()] as const));
}

async function leavesNoTensors({ create, backend }: OptimizerSubject): Promise<void> {
  const use = (): Promise<unknown> => stepped(create(), someSteps, backend);
  await use();
  await leavingNoTensors(use, 'after some steps');
}

const optimizerChecks: readonly Check<OptimizerSubject>[] = [
  {
    name: 'makes the expected steps',
    applies: ({ given }) => given.steps !== undefined,
    run: makesSteps,
  },
  { name: 'makes a loss smaller', run: learns },
  { name: 'does nothing with a learning rate of 0', run: obeysItsRate },
  { name: 'comes back from its config, and makes the same steps', run: survivesConfig },
  { name: 'is in files with its options, and found by its name', run: survivesFiles },
  { name: 'goes on from a file as if it had not stopped', run: goesOn },
  { name: 'leaves no tfjs tensor behind', run: leavesNoTensors },
];
