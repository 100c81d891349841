// The loops over batches: one epoch of training, one evaluation, one prediction. Epochs and callbacks' turns are fit's.
import { Runner, type Backend, type Weight } from '@lamella/core';
import { HostTensor, lamellaError, sizeOf, type Captured } from '@lamella/program';
import type { CallbackList } from './callbacks/callback-list.js';
import type { Logs } from './callbacks/callback.js';
import type { Batch, BatchSource } from './data/batch-source.js';
import type { Model } from './model.js';
import { predictStep, stepKey, testStep, trainingStep } from './steps.js';

export interface LoopOptions {
  readonly callbacks: CallbackList;
  /** At most so many batches. */
  readonly steps?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Ends the loop before the next batch. */
  readonly shouldStop?: () => boolean;
}

/** Milliseconds of work after which a loop lets timers and other tasks run. */
const breathEvery = 50;

/** Runs one epoch of training and returns the logs of its last step. */
export async function trainEpoch(
  model: Model,
  backend: Backend,
  source: BatchSource,
  order: Int32Array | undefined,
  options: LoopOptions,
): Promise<Logs> {
  const compiled = model.requireCompiled();
  compiled.reset();
  return overBatches(model, source, order, options, 'Train', async (batch) => {
    const runner = await model.step(`train ${stepKey(batch)}`, backend, () =>
      trainingStep(model, compiled, batch, (weights) => warnUnconnected(model, weights)),
    );
    const results = await runner.run([...batch.x, ...batch.y, ...batch.weights], {
      seed: model.seed,
      step: compiled.optimizer.iterations.value.data[0]!,
    });
    return logsOf(runner, results);
  });
}

/** Evaluates once over the source. */
export async function testEpoch(
  model: Model,
  backend: Backend,
  source: BatchSource,
  options: LoopOptions,
): Promise<Logs> {
  const compiled = model.requireCompiled();
  compiled.reset();
  let step = 0;
  return overBatches(model, source, undefined, options, 'Test', async (batch) => {
    const runner = await model.step(`test ${stepKey(batch)}`, backend, () =>
      testStep(model, compiled, batch),
    );
    return logsOf(
      runner,
      await runner.run([...batch.x, ...batch.y, ...batch.weights], { seed: model.seed, step: step++ }),
    );
  });
}

/** Predicts over the source and gives each output whole. */
export async function predictAll(
  model: Model,
  backend: Backend,
  source: BatchSource,
  options: LoopOptions,
): Promise<HostTensor[]> {
  const collector = new OutputCollector(source.examples);
  let step = 0;
  await overBatches(model, source, undefined, options, 'Predict', async (batch) => {
    const inputs: Batch = { ...batch, y: [], weights: [] };
    const runner = await model.step(`predict ${stepKey(inputs)}`, backend, () => predictStep(model, inputs));
    await runner.run(batch.x, { seed: model.seed, step: step++ }, collector.targets(runner, batch.size));
    return {};
  });
  return collector.finish(model.label);
}

/** A compiled step of `model`. */
export async function compileStep(backend: Backend, capture: () => Captured): Promise<Runner> {
  return Runner.create(backend, capture());
}

async function overBatches(
  model: Model,
  source: BatchSource,
  order: Int32Array | undefined,
  options: LoopOptions,
  kind: 'Train' | 'Test' | 'Predict',
  run: (batch: Batch) => Promise<Logs>,
): Promise<Logs> {
  const { callbacks, signal } = options;
  let logs: Logs = {};
  let index = 0;
  let lastBreath = performance.now();
  if (options.steps === 0) return logs;
  for await (const batch of source.batches(order)) {
    if (signal?.aborted === true) throw aborted(model, signal);
    await callbacks.call(`on${kind}BatchBegin`, index, {});
    logs = await run(batch);
    await callbacks.call(`on${kind}BatchEnd`, index, logs);
    index++;
    if (index === options.steps || options.shouldStop?.() === true) break;
    if (performance.now() - lastBreath > breathEvery) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      lastBreath = performance.now();
    }
  }
  if (index === 0)
    throw lamellaError('DATA_INVALID', {
      subject: model.label,
      problem: 'the data gave no batch',
      fix: 'pass data that can be iterated once an epoch',
    });
  return logs;
}

function aborted(model: Model, signal: AbortSignal): Error {
  return lamellaError('ABORTED', {
    subject: model.label,
    problem: 'the abort signal ended it; the weights are those of the last whole step',
    cause: signal.reason,
  });
}

function logsOf(runner: Runner, results: readonly HostTensor[]): Logs {
  return Object.fromEntries(results.map((tensor, i) => [runner.program.outputs[i]!.name, tensor.data[0]!]));
}

const warned = new WeakSet<Model>();

function warnUnconnected(model: Model, weights: readonly Weight[]): void {
  if (weights.length === 0 || warned.has(model)) return;
  warned.add(model);
  console.warn(
    `[GRADIENT_MISSING] ${model.label}: the loss does not depend on ${weights.map((weight) => weight.name).join(', ')}; they will not train.`,
  );
}

/** Collects the outputs of batches; where the number of examples is known, in place. */
class OutputCollector {
  private whole: HostTensor[] | undefined;
  private readonly parts: HostTensor[][] = [];
  private filled = 0;

  constructor(private readonly examples: number | undefined) {}

  targets(runner: Runner, size: number): HostTensor[] {
    const types = runner.program.outputs
      .slice(0, runner.program.outputs.length - runner.program.updates.length)
      .map((output) => runner.program.type(output.id));
    const dtypeOf = (dtype: string): 'float32' | 'int32' | 'bool' =>
      dtype === 'int32' || dtype === 'bool' ? dtype : 'float32';
    const start = this.filled;
    this.filled += size;
    if (this.examples === undefined || types.some((type) => type.shape[0] !== size)) {
      const made = types.map((type) => HostTensor.zeros(type.shape, dtypeOf(type.dtype)));
      this.parts.push(made);
      return made;
    }
    this.whole ??= types.map((type) =>
      HostTensor.zeros([this.examples!, ...type.shape.slice(1)], dtypeOf(type.dtype)),
    );
    return types.map((type, i) => {
      const row = sizeOf(type.shape.slice(1));
      const { data, dtype } = this.whole![i]!;
      return new HostTensor(data.subarray(start * row, (start + size) * row), type.shape, dtype);
    });
  }

  finish(subject: string): HostTensor[] {
    if (this.whole !== undefined && this.parts.length === 0) return this.whole;
    return (this.parts[0] ?? []).map((first, i) => {
      const list = this.parts.map((part) => part[i]!);
      if (list.some((part) => part.shape.slice(1).join() !== first.shape.slice(1).join())) {
        throw lamellaError('SHAPE_MISMATCH', {
          subject,
          problem: `output ${i} has another shape in another batch and cannot be joined`,
        });
      }
      const rows = list.reduce((sum, part) => sum + (part.shape[0] ?? 1), 0);
      const joined = HostTensor.zeros([rows, ...first.shape.slice(1)], first.dtype);
      let offset = 0;
      for (const part of list) {
        joined.data.set(part.data, offset);
        offset += part.size;
      }
      return joined;
    });
  }
}
