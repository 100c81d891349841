// evaluate and predict: one pass over data, and the callbacks' turns around it. The loops are in loops.ts.
import { checkOptionNames, type OptionNames } from '@lamella/core';
import type { HostTensor } from '@lamella/program';
import type { CallbackList } from './callbacks/callback-list.js';
import type { Callback, Logs, Verbosity } from './callbacks/callback.js';
import { ProgressBar } from './callbacks/progress-bar.js';
import {
  adaptTensors,
  exampleSource,
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
import { predictEpoch, testEpoch } from './loops.js';
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
  await callbacks.call('onTestBegin', {});
  const { logs } = await onePass(source, model.label, (cursor) =>
    testEpoch(model, ends, cursor, { ...options, callbacks }),
  );
  await callbacks.call('onTestEnd', logs);
  return logs;
}

/** Each output whole; see Model.predict. */
export async function predict(
  model: TrainableModel,
  x: TrainingData,
  options: PredictOptions,
): Promise<readonly HostTensor[]> {
  checkOptionNames(`${model.label}, predict()`, options, predictNames);
  const { backend } = model;
  const ends = await model.endsFor('predict', x, undefined, options.signal);
  const source = await sourceOf(ends, x, { batchSize: options.batchSize, outputs: noOutputs });
  const { examples } = source;
  const callbacks = beginPass(model, source, options);
  await callbacks.call('onPredictBegin', {});
  const { outputs } = await onePass(source, model.label, (cursor) =>
    predictEpoch(model, backend, cursor, { ...options, examples, callbacks }),
  );
  await callbacks.call('onPredictEnd', {});
  return outputs;
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
