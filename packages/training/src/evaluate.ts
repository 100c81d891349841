// evaluate and predict: one pass over data, and the callbacks' turns around it. The loops are in loops.ts.
import { arrange, checkOptionNames, dataInvalid, turnWhereDue, type OptionNames } from '@lamella/core';
import { isHostTensor, type AnyHostTensor, type Tree } from '@lamella/program';
import type { CallbackList } from './callbacks/callback-list.js';
import type { Callback, Logs, Verbosity } from './callbacks/callback.js';
import { ProgressBar } from './callbacks/progress-bar.js';
import {
  adaptTensors,
  exampleSource,
  inputsOf,
  isExampleSource,
  noOutputs,
  rowsSource,
  type DataOptions,
  type Tensors,
  type TrainingData,
} from './data/adapt-data.js';
import type { BatchSource } from './data/batch-source.js';
import type { ClassWeight } from './data/class-weight.js';
import type { DataEnds } from './data/data-ends.js';
import { onePass } from './data/passes.js';
import { begin, stepData } from './fit.js';
import { inferenceStep, predictEpoch, testEpoch } from './loops.js';
import { prepareBatch } from './step-model.js';
import type { TrainableModel } from './trainable-model.js';

export interface EvaluateOptions {
  /** Default 32. */
  readonly batchSize?: number;
  readonly sampleWeight?: Tensors;
  readonly classWeight?: ClassWeight;
  /** At most so many batches. */
  readonly steps?: number;
  /** As in fit, but 0 by default. */
  readonly verbose?: Verbosity;
  readonly callbacks?: readonly Callback[];
  readonly signal?: AbortSignal;
}

/** As for evaluate; targets and weights are not used. */
export type PredictOptions = Omit<EvaluateOptions, 'sampleWeight' | 'classWeight'>;

const predictNames: OptionNames<PredictOptions> = {
  batchSize: true,
  steps: true,
  verbose: true,
  callbacks: true,
  signal: true,
};
const evaluateNames: OptionNames<EvaluateOptions> = {
  ...predictNames,
  sampleWeight: true,
  classWeight: true,
};

/** See Model.evaluate. */
export async function evaluate(
  model: TrainableModel,
  x: TrainingData,
  y: Tensors | undefined,
  options: EvaluateOptions,
): Promise<Logs> {
  checkOptionNames(`${model.label}, evaluate()`, options, evaluateNames);
  const ends = await model.endsFor('test', x, y, options.signal);
  const source = await sourceOf(ends, x, stepData(model, 'test', ends, { ...options, y }));
  const callbacks = beginPass(model, source, options);
  return callbacks.whileRunning(async () => {
    await callbacks.call('onTestBegin', {});
    const { logs } = await onePass(source, model.label, (cursor) =>
      testEpoch(model, ends, cursor, { ...options, callbacks }),
    );
    await callbacks.call('onTestEnd', logs);
    return logs;
  });
}

/** Each output whole; see Model.predict. */
export async function predict(
  model: TrainableModel,
  x: TrainingData,
  options: PredictOptions,
): Promise<readonly AnyHostTensor[]> {
  checkOptionNames(`${model.label}, predict()`, options, predictNames);
  const { backend } = model;
  const ends = await model.endsFor('predict', x, undefined, options.signal);
  const source = await sourceOf(ends, x, { batchSize: options.batchSize, outputs: noOutputs });
  const { examples } = source;
  const callbacks = beginPass(model, source, options);
  return callbacks.whileRunning(async () => {
    await callbacks.call('onPredictBegin', {});
    const { outputs } = await onePass(source, model.label, (cursor) =>
      predictEpoch(model, backend, cursor, { ...options, examples, callbacks }),
    );
    await callbacks.call('onPredictEnd', {});
    return outputs;
  });
}

/** The outputs for one batch; see Model.predictOnBatch. */
export async function predictBatch(
  model: TrainableModel,
  x: Tree<AnyHostTensor>,
): Promise<readonly AnyHostTensor[]> {
  const { backend, hostPart, seed } = model;
  const given = isHostTensor(x) && model.inputs.length === 1 ? [x] : arrange(x, inputsOf(model));
  if (given?.every(isHostTensor) !== true)
    throw dataInvalid(
      model.label,
      `expected a host tensor for each of its ${model.inputs.length} inputs, nested like them`,
    );
  const { x: inputs, known } = prepareBatch(model, 'predict', { x: given, y: [], weights: [], size: 0 });
  if (hostPart?.isAll === true) return hostPart.outputs([], known);
  const cached = inferenceStep(model, backend, inputs);
  const runner = cached instanceof Promise ? await cached : cached;
  const result = runner.compute(inputs, { seed, step: 0 }, (outputs) => {
    const copies = outputs.map((output) => output.clone());
    return hostPart?.outputs(copies, known) ?? copies;
  });
  // After the run is asked for: a step that goes in the meantime still serves it.
  const turn = turnWhereDue();
  return turn === undefined ? result : (await Promise.all([result, turn]))[0];
}

async function sourceOf(ends: DataEnds, x: TrainingData, options: DataOptions): Promise<BatchSource> {
  if (isExampleSource(x)) return exampleSource(ends, x, options);
  return rowsSource(ends, await adaptTensors(ends, x, options), options.batchSize);
}

function beginPass(model: TrainableModel, source: BatchSource, options: PredictOptions): CallbackList {
  const { callbacks = [], verbose = 0, steps } = options;
  return begin(model, verbose === 0 ? callbacks : [...callbacks, new ProgressBar()], {
    epochs: 1,
    steps: steps === undefined ? source.steps : Math.min(steps, source.steps ?? steps),
    verbose,
  });
}
