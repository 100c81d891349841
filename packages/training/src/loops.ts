// The loops over batches: one epoch of training, one evaluation, one prediction. Epochs and callbacks' turns are fit's.
import { Pass, Runner, turnWhereDue, type Backend } from '@lamella/core';
import type { AnyHostTensor, HostTensor } from '@lamella/program';
import type { CallbackList } from './callbacks/callback-list.js';
import type { Logs } from './callbacks/callback.js';
import type { Batch, PreparedBatch } from './data/batch.js';
import type { Applications } from './compile.js';
import type { BatchCursor } from './data/batch-source.js';
import type { DataEnds } from './data/data-ends.js';
import { openStep } from './open-step.js';
import { OutputCollector } from './output-collector.js';
import { prepareBatch } from './step-model.js';
import { predictStep, testStep, trainingStep } from './steps.js';
import type { TrainableModel } from './trainable-model.js';
import { throwIfAborted, unlessAborted } from './unless-aborted.js';

export interface LoopOptions {
  readonly callbacks: CallbackList;
  /** At most so many batches. */
  readonly steps?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Batches to pass over, which an earlier run has trained on. */
  readonly skip?: number;
  /** What metrics held after those batches. */
  readonly metrics?: readonly HostTensor[];
  /** A pass that goes on, in place of one of its own. */
  readonly inside?: Pass;
  /** Called before each batch of this run but the first, with its number. */
  readonly between?: (batch: number, pass: Pass | undefined) => Promise<void>;
  /** Ends the loop before the next batch. */
  readonly shouldStop?: () => boolean;
}

/** What a loop has done: how many batches, and the logs of the last one. */
export interface LoopResult {
  readonly steps: number;
  readonly logs: Logs;
}

const stepKinds = { Train: 'train', Test: 'test', Predict: 'predict' } as const;

/** How often each compiled step applies each optimizer. */
const applications = new WeakMap<Runner, Applications>();

/** Trains on the batches that are left in a pass; `ends` say how they are nested. */
export async function trainEpoch(
  model: TrainableModel,
  ends: DataEnds,
  cursor: BatchCursor,
  options: LoopOptions,
): Promise<LoopResult> {
  const { backend } = model;
  const compiled = model.requireCompiled();
  await compiled.refresh();
  const stepFor = (batch: PreparedBatch): Runner | Promise<Runner> =>
    model.stepFor('train', [batch.x, batch.y, batch.weights], async () => {
      const step = trainingStep(model, ends, batch);
      const runner = await Runner.create(backend, step);
      applications.set(runner, step.applications);
      return runner;
    });
  const train = (pass: Pass): Promise<number> =>
    overBatches(model, cursor, { ...options, pass }, 'Train', stepFor, async (runner, batch) => {
      compiled.beforeStep();
      await runner.run(argumentsOf(batch), { seed: model.seed, step: compiled.stepsTaken }, pass);
      await compiled.afterStep(applications.get(runner)!);
    });
  return logged(backend, train, options);
}

/** Evaluates on the batches that are left in a pass; `ends` say how they are nested. */
export function testEpoch(
  model: TrainableModel,
  ends: DataEnds,
  cursor: BatchCursor,
  options: LoopOptions,
): Promise<LoopResult> {
  const { backend } = model;
  let next = 0;
  const stepFor = (batch: PreparedBatch): Runner | Promise<Runner> =>
    model.stepFor('test', [batch.x, batch.y, batch.weights], async () =>
      Runner.create(backend, testStep(model, ends, batch)),
    );
  const test = (pass: Pass): Promise<number> =>
    overBatches(model, cursor, { ...options, pass }, 'Test', stepFor, (runner, batch) =>
      runner.run(argumentsOf(batch), { seed: model.seed, step: next++ }, pass),
    );
  return logged(backend, test, options);
}

/** Predicts over what is left of a pass, `examples` of them where that is known, and gives each output whole. */
export async function predictEpoch(
  model: TrainableModel,
  backend: Backend,
  cursor: BatchCursor,
  options: LoopOptions & { readonly examples: number | undefined },
): Promise<{ readonly steps: number; readonly outputs: readonly AnyHostTensor[] }> {
  const limit = options.steps === undefined ? options.examples : undefined;
  const collector = new OutputCollector(model.label, limit);
  let next = 0;
  const { hostPart } = model;
  const isAll = hostPart?.isAll === true;
  const stepFor = ({ x }: PreparedBatch): Runner | undefined | Promise<Runner> =>
    isAll ? undefined : inferenceStep(model, backend, x);
  const steps = await overBatches(
    model,
    cursor,
    options,
    'Predict',
    stepFor,
    async (runner, { x, size, known }) => {
      const add = (outputs: readonly HostTensor[]): void =>
        collector.add(hostPart?.outputs(outputs, known) ?? outputs, size);
      if (runner === undefined) add([]);
      else await runner.compute(x, { seed: model.seed, step: next++ }, add);
    },
  );
  return { steps, outputs: collector.finish() };
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

/** Runs a loop with metrics and logs of its own, or those of `inside`, and gives the logs of its last step. */
async function logged(
  backend: Backend,
  loop: (pass: Pass) => Promise<number>,
  { metrics, inside }: LoopOptions,
): Promise<LoopResult> {
  const pass = inside ?? new Pass(backend, metrics);
  try {
    const steps = await loop(pass);
    return { steps, logs: await logsOf(pass) };
  } finally {
    if (pass !== inside) pass.dispose();
  }
}

/** Runs the batches that are left in a pass, at most `steps`, each on its compiled step; gives how many there were. */
async function overBatches<R extends Runner | undefined>(
  model: TrainableModel,
  cursor: BatchCursor,
  options: LoopOptions & { readonly pass?: Pass },
  kind: 'Train' | 'Test' | 'Predict',
  stepFor: (batch: PreparedBatch) => R | Promise<R>,
  run: (runner: R, batch: PreparedBatch) => Promise<void>,
): Promise<number> {
  const { callbacks, pass, signal, steps = Infinity } = options;
  const begins = callbacks.has(`on${kind}BatchBegin`);
  const ends = callbacks.has(`on${kind}BatchEnd`);
  let [index, ran] = [0, 0];
  const nextBatch = (): Batch | undefined | Promise<Batch | undefined> => {
    throwIfAborted(model.label, signal);
    const coming = cursor.next();
    return coming instanceof Promise ? unlessAborted(model.label, signal, coming) : coming;
  };
  for (; index < (options.skip ?? 0); index++) if ((await nextBatch()) === undefined) break;
  for (; index < steps && options.shouldStop?.() !== true; index++) {
    const coming = nextBatch();
    const given = coming instanceof Promise ? await coming : coming;
    if (given === undefined) break;
    const batch = prepareBatch(model, stepKinds[kind], given);
    if (ran++ > 0) await options.between?.(index, pass);
    if (begins) await callbacks.call(`on${kind}BatchBegin`, index, {});
    const startedAt = performance.now();
    const cached = stepFor(batch);
    const runner = cached instanceof Promise ? await cached : cached;
    const compileTime = cached === runner ? undefined : performance.now() - startedAt;
    await run(runner, batch);
    if (compileTime !== undefined) await callbacks.call('onStepCompiled', compileTime);
    if (ends) {
      const isAskedFor = pass !== undefined && callbacks.needsLogs(`on${kind}BatchEnd`, index);
      await callbacks.call(`on${kind}BatchEnd`, index, isAskedFor ? await logsOf(pass) : {});
    }
    const turn = turnWhereDue();
    if (turn !== undefined) await turn;
  }
  return index;
}

function argumentsOf({ x, y, weights }: PreparedBatch): HostTensor[] {
  return [...x, ...y, ...weights];
}

/** Reads what the last step of a pass has logged. */
async function logsOf({ outputs }: Pass): Promise<Logs> {
  const values = await Promise.all(outputs.map(({ buffer }) => buffer.read()));
  return Object.fromEntries(outputs.map(({ name }, i) => [name, values[i]!.data[0]!]));
}
