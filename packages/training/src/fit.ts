// fit: epochs of training with validation between them, and the callbacks' turns around everything.
import type { BatchStream, Dataset } from '@lamella/core';
import { lamellaError } from '@lamella/program';
import { CallbackList } from './callbacks/callback-list.js';
import type { Callback, FitParameters, Logs } from './callbacks/callback.js';
import { History } from './callbacks/history.js';
import { ProgressBar } from './callbacks/progress-bar.js';
import {
  adaptTensors,
  exampleSource,
  isDataset,
  isExampleSource,
  rowsSource,
  splitTensors,
  type DataOptions,
  type Tensors,
  type TrainingData,
} from './data/adapt-data.js';
import type { BatchSource } from './data/batch-source.js';
import type { ClassWeight } from './data/class-weight.js';
import { shuffledOrder } from './data/shuffled-order.js';
import { testEpoch, trainEpoch } from './loops.js';
import type { Model } from './model.js';

/** Validation data: inputs, targets and perhaps weights, or a source of examples. */
export type ValidationData =
  readonly [Tensors, Tensors] | readonly [Tensors, Tensors, Tensors] | Dataset | BatchStream;

export interface FitOptions {
  /** Default 32. A stream has batches of its own. */
  readonly batchSize?: number;
  /** The epoch to stop at, counted from 0; with `initialEpoch` 0 the number of epochs. Default 1. */
  readonly epochs?: number;
  readonly initialEpoch?: number;
  /** A progress bar (1, the default), a line an epoch (2), or nothing (0). */
  readonly verbose?: 0 | 1 | 2;
  readonly callbacks?: readonly Callback[];
  readonly validationData?: ValidationData;
  /** The last fraction of the rows, taken before shuffling. */
  readonly validationSplit?: number;
  readonly validationBatchSize?: number;
  readonly validationSteps?: number;
  /** Validate every so many epochs, or at the listed epochs (from 1). */
  readonly validationFrequency?: number | readonly number[];
  /** Whether to shuffle the examples at each epoch; default true. Streams keep their order. */
  readonly shuffle?: boolean;
  readonly classWeight?: ClassWeight;
  readonly sampleWeight?: Tensors;
  readonly stepsPerEpoch?: number;
  /** Ends the training with ABORTED; the weights are those of the last whole step. */
  readonly signal?: AbortSignal;
}

export async function fit(
  model: Model,
  data: TrainingData,
  y: Tensors | undefined,
  options: FitOptions = {},
): Promise<History> {
  const { backend } = model;
  model.requireCompiled();
  const { epochs = 1, initialEpoch = 0, verbose = 1, shuffle = true } = options;
  for (const [name, value] of Object.entries({ epochs, initialEpoch })) {
    if (!Number.isInteger(value) || value < 0)
      throw lamellaError('OPTION_INVALID', {
        subject: model.label,
        problem: `${name}: expected a natural number, got ${value}`,
      });
  }
  const { train, validation } = await prepare(model, data, y, options);
  const steps = options.stepsPerEpoch ?? train.steps;
  const history = new History();
  const parameters: FitParameters = { epochs, steps, verbose };
  const all: Callback[] = [
    ...(options.callbacks ?? []),
    history,
    ...(verbose === 0 ? [] : [new ProgressBar()]),
  ];
  for (const callback of all) {
    callback.setParameters?.(parameters);
    callback.setModel?.(model);
  }
  const callbacks = new CallbackList(all);
  model.stopTraining = false;
  let logs: Logs = {};
  await callbacks.call('onTrainBegin', {});
  for (let epoch = initialEpoch; epoch < epochs && !model.stopTraining; epoch++) {
    await callbacks.call('onEpochBegin', epoch, {});
    const order =
      shuffle && train.examples !== undefined ? shuffledOrder(train.examples, model.seed, epoch) : undefined;
    const epochLogs = await trainEpoch(model, backend, train, order, {
      callbacks,
      steps: options.stepsPerEpoch,
      signal: options.signal,
      shouldStop: () => model.stopTraining,
    });
    logs = { ...epochLogs };
    if (validation !== undefined && isDue(options.validationFrequency ?? 1, epoch)) {
      await callbacks.call('onTestBegin', {});
      const found = await testEpoch(model, backend, validation, {
        callbacks,
        steps: options.validationSteps,
        signal: options.signal,
      });
      await callbacks.call('onTestEnd', found);
      for (const [name, value] of Object.entries(found)) logs[`val_${name}`] = value;
    }
    await callbacks.call('onEpochEnd', epoch, logs);
  }
  await callbacks.call('onTrainEnd', logs);
  return history;
}

function isDue(frequency: number | readonly number[], epoch: number): boolean {
  return typeof frequency === 'number' ? (epoch + 1) % frequency === 0 : frequency.includes(epoch + 1);
}

async function prepare(
  model: Model,
  data: TrainingData,
  y: Tensors | undefined,
  options: FitOptions,
): Promise<{ train: BatchSource; validation: BatchSource | undefined }> {
  const { validationData, validationSplit } = options;
  const common: DataOptions = {
    y,
    sampleWeight: options.sampleWeight,
    classWeight: options.classWeight,
    batchSize: options.batchSize,
    outputs: model.outputNames,
  };
  const validation =
    validationData === undefined ? undefined : await validationSource(model, validationData, options);
  if (isExampleSource(data)) {
    if (validationSplit !== undefined)
      throw lamellaError('OPTION_INVALID', {
        subject: model.label,
        problem: 'validationSplit works on arrays only',
        fix: 'pass validationData',
      });
    return { train: exampleSource(model, data, common), validation };
  }
  if (y === undefined && model.requireCompiled().loss.isPresent) {
    throw lamellaError('DATA_INVALID', {
      subject: model.label,
      problem: 'it has a loss, and fit() was given no targets',
      fix: 'call fit(x, y)',
    });
  }
  const tensors = await adaptTensors(model, data, common);
  if (validationSplit === undefined || validationSplit === 0 || validation !== undefined)
    return { train: rowsSource(model, tensors, options.batchSize), validation };
  const parts = splitTensors(model.label, tensors, validationSplit);
  return {
    train: rowsSource(model, parts.train, options.batchSize),
    validation: rowsSource(model, parts.validation, options.validationBatchSize ?? options.batchSize),
  };
}

async function validationSource(
  model: Model,
  data: ValidationData,
  options: FitOptions,
): Promise<BatchSource> {
  const batchSize = options.validationBatchSize ?? options.batchSize;
  if (isDataset(data) || !Array.isArray(data))
    return exampleSource(model, data as Dataset | BatchStream, { batchSize, outputs: model.outputNames });
  const [x, y, sampleWeight] = data as unknown as readonly [Tensors, Tensors, Tensors?];
  return rowsSource(
    model,
    await adaptTensors(model, x, { y, sampleWeight, outputs: model.outputNames }),
    batchSize,
  );
}
