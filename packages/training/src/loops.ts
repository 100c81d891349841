// The loops over batches: one epoch of training, one evaluation, one prediction. Epochs and callbacks' turns are fit's.
import { Runner, type Backend, type Weight } from '@lamella/core';
import type { HostTensor } from '@lamella/program';
import type { CallbackList } from './callbacks/callback-list.js';
import type { Logs } from './callbacks/callback.js';
import type { Batch } from './data/batch.js';
import type { BatchCursor, BatchSource } from './data/batch-source.js';
import { aborted } from './errors.js';
import { openStep } from './open-step.js';
import { OutputCollector } from './output-collector.js';
import { predictStep, testStep, trainingStep } from './steps.js';
import type { TrainableModel } from './trainable-model.js';

export interface LoopOptions {
  readonly callbacks: CallbackList;
  /** At most so many batches. */
  readonly steps?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Batches to pass over, which an earlier run has trained on. */
  readonly skip?: number;
  /** Ends the loop before the next batch. */
  readonly shouldStop?: () => boolean;
}

/** What a loop has done: how many batches, and the logs of the last one. */
export interface LoopResult {
  readonly steps: number;
  readonly logs: Logs;
}

/** Milliseconds of work after which a loop lets timers and other tasks run. */
const yieldInterval = 50;

/** Trains on the batches that are left in a pass. */
export async function trainEpoch(
  model: TrainableModel,
  backend: Backend,
  cursor: BatchCursor,
  options: LoopOptions,
): Promise<LoopResult> {
  const compiled = model.requireCompiled();
  const { optimizer } = compiled;
  compiled.reset();
  await optimizer.refresh();
  const stepFor = (batch: Batch): Runner | Promise<Runner> =>
    model.stepFor('train', [batch.x, batch.y, batch.weights], () =>
      Runner.create(
        backend,
        trainingStep(model, compiled, batch, (weights) => warnUnconnected(model, weights)),
      ),
    );
  return overBatches(model, cursor, options, 'Train', stepFor, async (runner, batch) => {
    optimizer.beforeStep();
    await runner.run(argumentsOf(batch), { seed: model.seed, step: optimizer.stepsTaken });
    await optimizer.afterStep();
  });
}

/** Evaluates on the batches that are left in a pass. */
export function testEpoch(
  model: TrainableModel,
  backend: Backend,
  cursor: BatchCursor,
  options: LoopOptions,
): Promise<LoopResult> {
  const compiled = model.requireCompiled();
  compiled.reset();
  let next = 0;
  const stepFor = (batch: Batch): Runner | Promise<Runner> =>
    model.stepFor('test', [batch.x, batch.y, batch.weights], () =>
      Runner.create(backend, testStep(model, compiled, batch)),
    );
  return overBatches(model, cursor, options, 'Test', stepFor, (runner, batch) =>
    runner.run(argumentsOf(batch), { seed: model.seed, step: next++ }),
  );
}

/** Predicts over a pass and gives each output whole. */
export async function predictEpoch(
  model: TrainableModel,
  backend: Backend,
  source: BatchSource,
  options: LoopOptions,
): Promise<readonly HostTensor[]> {
  const limit = options.steps === undefined ? source.examples : undefined;
  const collector = new OutputCollector(model.label, limit);
  let next = 0;
  const stepFor = ({ x }: Batch): Runner | Promise<Runner> => inferenceStep(model, backend, x);
  await overBatches(model, source.open(), options, 'Predict', stepFor, (runner, { x, size }) =>
    runner.compute(x, { seed: model.seed, step: next++ }, (outputs) => collector.add(outputs, size)),
  );
  return collector.finish();
}

/** The compiled forward pass for inputs of these shapes. */
export function inferenceStep(
  model: TrainableModel,
  backend: Backend,
  x: readonly HostTensor[],
): Runner | Promise<Runner> {
  return model.stepFor('predict', [x], () =>
    Runner.create(
      backend,
      openStep(x, (layouts) => predictStep(model, layouts)),
    ),
  );
}

/** Runs the batches that are left in a pass, at most `steps`, each on its compiled step. */
async function overBatches(
  model: TrainableModel,
  cursor: BatchCursor,
  options: LoopOptions,
  kind: 'Train' | 'Test' | 'Predict',
  stepFor: (batch: Batch) => Runner | Promise<Runner>,
  run: (runner: Runner, batch: Batch) => Promise<void>,
): Promise<LoopResult> {
  const { callbacks, signal, steps = Infinity } = options;
  const begins = callbacks.has(`on${kind}BatchBegin`);
  const ends = callbacks.has(`on${kind}BatchEnd`);
  let last: Runner | undefined;
  let lastYield = performance.now();
  let index = 0;
  for (; index < (options.skip ?? 0); index++) if ((await cursor.next()) === undefined) break;
  for (; index < steps && options.shouldStop?.() !== true; index++) {
    throwIfAborted(model, signal);
    const coming = cursor.next();
    const batch = coming instanceof Promise ? await coming : coming;
    if (batch === undefined) break;
    throwIfAborted(model, signal);
    if (begins) await callbacks.call(`on${kind}BatchBegin`, index, {});
    const startedAt = performance.now();
    const cached = stepFor(batch);
    const runner = cached instanceof Runner ? cached : await cached;
    const compileTime = cached === runner ? undefined : performance.now() - startedAt;
    await run(runner, batch);
    last = runner;
    if (compileTime !== undefined) await callbacks.call('onStepCompiled', compileTime);
    if (ends) {
      const isAskedFor = kind !== 'Predict' && callbacks.needsLogs(`on${kind}BatchEnd`, index);
      await callbacks.call(`on${kind}BatchEnd`, index, isAskedFor ? await logsOf(runner) : {});
    }
    if (performance.now() - lastYield > yieldInterval) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      lastYield = performance.now();
    }
  }
  return { steps: index, logs: last === undefined || kind === 'Predict' ? {} : await logsOf(last) };
}

function throwIfAborted(model: TrainableModel, signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw aborted(model.label, signal.reason);
}

function argumentsOf({ x, y, weights }: Batch): HostTensor[] {
  return [...x, ...y, ...weights];
}

/** Reads what the last run of a step has logged. */
async function logsOf(runner: Runner): Promise<Logs> {
  const values = await Promise.all(runner.outputs.map(({ buffer }) => buffer.read()));
  return Object.fromEntries(runner.outputs.map(({ name }, i) => [name, values[i]!.data[0]!]));
}

const warned = new WeakSet<TrainableModel>();

function warnUnconnected(model: TrainableModel, weights: readonly Weight[]): void {
  if (weights.length === 0 || warned.has(model)) return;
  warned.add(model);
  console.warn(
    `[GRADIENT_MISSING] ${model.label}: the loss does not depend on ${weights.map((weight) => weight.name).join(', ')}; they will not train.`,
  );
}
