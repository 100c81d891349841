// fit: epochs of training with validation between them, and the callbacks' turns around everything.
import {
  checkOptionNames,
  dataInvalid,
  optionInvalid,
  type BatchStream,
  type Dataset,
  type OptionNames,
  type Pass,
} from '@lamella/core';
import { CallbackList } from './callbacks/callback-list.js';
import { fieldKinds, fieldsOf } from './callbacks/callback-state.js';
import type { Callback, Logs, ResumePoint, RunParameters, Verbosity } from './callbacks/callback.js';
import { History } from './callbacks/history.js';
import { ProgressBar } from './callbacks/progress-bar.js';
import {
  adaptTensors,
  exampleSource,
  isExampleSource,
  rowsSource,
  splitTensors,
  type DataOptions,
  type Tensors,
  type TrainingData,
} from './data/adapt-data.js';
import type { BatchSource } from './data/batch-source.js';
import type { ClassWeight } from './data/class-weight.js';
import type { DataEnds } from './data/data-ends.js';
import { Passes } from './data/passes.js';
import { shuffledOrder } from './data/shuffled-order.js';
import { dataExhausted } from './errors.js';
import { testEpoch, trainEpoch } from './loops.js';
import { outputLayout } from './output-layout.js';
import type { TrainableModel } from './trainable-model.js';

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
  readonly verbose?: Verbosity;
  readonly callbacks?: readonly Callback[];
  readonly validationData?: ValidationData;
  /** The last fraction of the rows, taken before shuffling. */
  readonly validationSplit?: number;
  readonly validationBatchSize?: number;
  readonly validationSteps?: number;
  /** Validate every so many epochs, or at the listed epochs (from 1). */
  readonly validationFreq?: number | readonly number[];
  /** Whether to shuffle the examples at each epoch; default true. Streams keep their order. */
  readonly shuffle?: boolean;
  /** The weight of each class; for models with one output. */
  readonly classWeight?: ClassWeight;
  readonly sampleWeight?: Tensors;
  /** Where given, an epoch goes on in the data where the last one stopped. */
  readonly stepsPerEpoch?: number;
  /** Ends the training with ABORTED; the weights are those of the last whole step. */
  readonly signal?: AbortSignal;
}

/** What a run holds beside weights and the optimizer's state. */
const runState = { callbacks: fieldKinds.record, metrics: fieldKinds.listOf(fieldKinds.tensor) };

/** Trains; see Model.fit. */
export async function fit(
  model: TrainableModel,
  data: TrainingData,
  y: Tensors | undefined,
  options: FitOptions = {},
): Promise<History> {
  checkOptions(model.label, options);
  const { epochs = 1, initialEpoch = 0, verbose = 1, stepsPerEpoch, validationSteps } = options;
  const ends = await model.endsFor('train', data, y, options.signal);
  const compiled = model.requireCompiled();
  warnChangedFlags(model);
  const { train, trial } = await prepare(model, ends, data, y, options);
  if (!train.isRepeatable && stepsPerEpoch === undefined && epochs - initialEpoch > 1)
    throw dataExhausted(
      model.label,
      `its data can be gone through once, and ${epochs - initialEpoch} epochs were asked for`,
    );
  const history = new History();
  const bar = verbose === 0 ? [] : [new ProgressBar()];
  const callbacks = begin(model, [...(options.callbacks ?? []), history, ...bar], {
    epochs,
    steps: stepsPerEpoch ?? train.steps,
    verbose,
  });
  const passes = new Passes(train, { subject: model.label, stepsPerEpoch });
  const trials = trial && new Passes(trial.source, { subject: `${model.label}, validationData` });
  const common = { callbacks, signal: options.signal };
  model.stopTraining = false;
  let logs: Logs = {};
  try {
    await callbacks.whileRunning(async () => {
      const order = (epoch: number): Int32Array | undefined =>
        orderOf(train, model.seed, epoch, options.shuffle);
      const isTried = (epoch: number): boolean => isDue(options.validationFreq ?? 1, epoch);
      const begun = await callbacks.trainBegin();
      const start: ResumePoint = begun ?? { epoch: initialEpoch, batch: 0 };
      const kept = start.state === undefined ? undefined : fieldsOf('fit()', start.state, runState);
      if (kept !== undefined) callbacks.restore(kept.callbacks);
      const resumable = (point: ResumePoint, pass?: Pass): Promise<void> =>
        callbacks.call('onResumePoint', point, async () => ({
          callbacks: callbacks.state,
          metrics: (await pass?.state()) ?? [],
        }));
      // Passes that go on from epoch to epoch stand where the earlier run had brought them.
      for (let epoch = initialEpoch; epoch < start.epoch && start.epoch < epochs; epoch++) {
        await passes.skip(() => order(epoch), stepsPerEpoch);
        if (isTried(epoch)) await trials?.skip(() => undefined, validationSteps);
      }
      if (begun === undefined && start.epoch < epochs) await resumable(start);
      for (let { epoch } = start; epoch < epochs && !model.stopTraining; epoch++) {
        await callbacks.call('onEpochBegin', epoch, {});
        const trained = await passes.epoch(
          () => order(epoch),
          (cursor) =>
            trainEpoch(model, ends, cursor, {
              ...common,
              steps: stepsPerEpoch,
              ...(epoch === start.epoch && { skip: start.batch, metrics: kept?.metrics ?? [] }),
              ...(callbacks.has('onResumePoint') && {
                between: (batch, pass) => resumable({ epoch, batch }, pass),
              }),
              shouldStop: () => model.stopTraining,
            }),
        );
        if (passes.isShort(trained.steps) && !model.stopTraining)
          warnShort(model.label, trained.steps, stepsPerEpoch!);
        logs = { ...trained.logs };
        if (trials !== undefined && isTried(epoch)) {
          await callbacks.call('onTestBegin', {});
          const tested = await trials.epoch(
            () => undefined,
            (cursor) => testEpoch(model, trial!.ends, cursor, { ...common, steps: validationSteps }),
          );
          await callbacks.call('onTestEnd', tested.logs);
          for (const [name, value] of Object.entries(tested.logs)) logs[`val_${name}`] = value;
        }
        await callbacks.call('onEpochEnd', epoch, logs);
        // A run that ends here has an earlier point to go on from, and ends again.
        if (!model.stopTraining) await resumable({ epoch: epoch + 1, batch: 0 });
      }
    });
  } finally {
    await compiled.finalize();
    await passes.close();
    await trials?.close();
  }
  await callbacks.call('onTrainEnd', logs);
  return history;
}

/** Tells callbacks about the run. */
export function begin(
  model: TrainableModel,
  callbacks: readonly Callback[],
  parameters: RunParameters,
): CallbackList {
  for (const callback of callbacks) {
    callback.setParameters?.(parameters);
    callback.setModel?.(model);
  }
  return new CallbackList(callbacks);
}

function orderOf(
  { examples }: BatchSource,
  seed: number,
  epoch: number,
  shuffle = true,
): Int32Array | undefined {
  return shuffle && examples !== undefined ? shuffledOrder(examples, seed, epoch) : undefined;
}

function isDue(frequency: number | readonly number[], epoch: number): boolean {
  return typeof frequency === 'number' ? (epoch + 1) % frequency === 0 : frequency.includes(epoch + 1);
}

const names: OptionNames<FitOptions> = {
  batchSize: true,
  epochs: true,
  initialEpoch: true,
  verbose: true,
  callbacks: true,
  validationData: true,
  validationSplit: true,
  validationBatchSize: true,
  validationSteps: true,
  validationFreq: true,
  shuffle: true,
  classWeight: true,
  sampleWeight: true,
  stepsPerEpoch: true,
  signal: true,
};

function checkOptions(subject: string, options: FitOptions): void {
  checkOptionNames(`${subject}, fit()`, options, names);
  const { verbose = 1, validationFreq } = options;
  for (const [name, least] of [
    ['epochs', 0],
    ['initialEpoch', 0],
    ['stepsPerEpoch', 1],
    ['validationSteps', 1],
    ['validationBatchSize', 1],
  ] as const) {
    const value = options[name];
    if (value !== undefined && !(Number.isInteger(value) && value >= least))
      throw optionInvalid(subject, name, `a whole number of at least ${least}`, value);
  }
  if (![0, 1, 2].includes(verbose)) throw optionInvalid(subject, 'verbose', '0, 1 or 2', verbose);
  if (typeof validationFreq === 'number' && !(Number.isInteger(validationFreq) && validationFreq >= 1))
    throw optionInvalid(subject, 'validationFreq', 'a whole number of at least 1, or a list', validationFreq);
}

function warnChangedFlags(model: TrainableModel): void {
  const changed = model.requireCompiled().changedLayers.map(({ name }) => `"${name}"`);
  if (changed.length === 0) return;
  console.warn(
    `[TRAINABLE_CHANGED] ${model.label}: trainable of ${changed.join(', ')} was changed after compile() and takes effect at the next one.\nFix: call compile() again.`,
  );
}

function warnShort(subject: string, steps: number, asked: number): void {
  console.warn(
    `[DATA_SHORT] ${subject}: the data ended after ${steps} of the ${asked} steps of this epoch; the next epoch starts anew.`,
  );
}

/** Data of a step, and how they are nested. */
interface Prepared {
  readonly ends: DataEnds;
  readonly source: BatchSource;
}

async function prepare(
  model: TrainableModel,
  ends: DataEnds,
  data: TrainingData,
  y: Tensors | undefined,
  options: FitOptions,
): Promise<{ readonly train: BatchSource; readonly trial: Prepared | undefined }> {
  const { validationData, validationSplit = 0, signal } = options;
  const common = stepData(model, 'train', ends, { ...options, y });
  const trial =
    validationData === undefined ? undefined : await validationSource(model, validationData, options);
  if (isExampleSource(data)) {
    if (validationSplit !== 0)
      throw optionInvalid(
        model.label,
        'validationSplit',
        'none beside a dataset (pass validationData)',
        validationSplit,
      );
    return { train: exampleSource(ends, data, common), trial };
  }
  if (y === undefined && common.loss?.isPresent === true)
    throw dataInvalid(model.label, 'it has a loss, and fit() was given no targets', 'call fit(x, y)');
  const tensors = await adaptTensors(ends, data, common);
  if (validationSplit === 0 || trial !== undefined)
    return { train: rowsSource(ends, tensors, options.batchSize), trial };
  const parts = splitTensors(model.label, tensors, validationSplit);
  // What is split off is nested as the rest is, and is tried by a step that takes it so.
  const tried = model.hasOwnStep('train') ? await model.endsFor('test', data, y, signal) : ends;
  const source = rowsSource(tried, parts.validation, options.validationBatchSize ?? options.batchSize);
  return { train: rowsSource(ends, parts.train, options.batchSize), trial: { ends: tried, source } };
}

/** How data of a step are to be adapted: what is no step of the model's own, its losses have to fit. */
export function stepData(
  model: TrainableModel,
  kind: 'train' | 'test',
  ends: DataEnds,
  { y, sampleWeight, classWeight, batchSize }: Omit<DataOptions, 'outputs' | 'loss'>,
): DataOptions {
  const loss = model.hasOwnStep(kind) ? undefined : model.requireCompiled().loss;
  return { y, sampleWeight, classWeight, batchSize, outputs: outputLayout(ends), loss };
}

async function validationSource(
  model: TrainableModel,
  data: ValidationData,
  options: FitOptions,
): Promise<Prepared> {
  const batchSize = options.validationBatchSize ?? options.batchSize;
  if (!Array.isArray(data)) {
    const source = data as Dataset | BatchStream;
    if (!isExampleSource(source))
      throw dataInvalid(
        model.label,
        `expected validationData to be [x, y], [x, y, sampleWeight], a dataset or a stream of batches, got ${source === null ? 'null' : typeof source}`,
        'put x and y into a list',
      );
    const ends = await model.endsFor('test', source, undefined, options.signal);
    return { ends, source: exampleSource(ends, source, stepData(model, 'test', ends, { batchSize })) };
  }
  if (data.length < 2 || data.length > 3)
    throw optionInvalid(
      model.label,
      'validationData',
      '[x, y] or [x, y, sampleWeight]',
      `${data.length} items`,
    );
  const [x, y, sampleWeight] = data as unknown as readonly [Tensors, Tensors, Tensors?];
  const ends = await model.endsFor('test', x, y, options.signal);
  const adapted = await adaptTensors(ends, x, stepData(model, 'test', ends, { y, sampleWeight }));
  return { ends, source: rowsSource(ends, adapted, batchSize) };
}
