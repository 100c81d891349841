// TensorBoard: what a training logs, in event files that TensorBoard shows: scalars, histograms of weights, the graph of layers.
import { checkOptionNames, optionInvalid, type OptionNames } from '@lamella/core';
import {
  fieldKinds,
  fieldsOf,
  MultiOptimizer,
  type Callback,
  type CallbackState,
  type Logs,
  type Model,
} from '@lamella/training';
import { writePythonJson } from '../keras-json/python-json.js';
import { isStoredAsGraph } from '../keras-json/stored-graph.js';
import { writeModel } from '../keras-json/write-model.js';
import { EventFile, type SummaryValue } from './event-file.js';
import { histogram } from './histogram.js';

export interface TensorBoardOptions {
  /** The folder; `train` and `validation` come into being in it. Default `logs`. */
  readonly logDir?: string;
  /** Every so many epochs, histograms of all weights; 0 for none. Default 0. */
  readonly histogramFreq?: number;
  /** Whether the graph of layers is written, of a model that is one. Default true. */
  readonly writeGraph?: boolean;
  /** Whether the steps a second are logged. Default false. */
  readonly writeStepsPerSecond?: boolean;
  /** `epoch`, `batch`, or every so many batches: when losses and metrics of batches are logged. Default `epoch`: never. */
  readonly updateFreq?: 'epoch' | 'batch' | number;
  /** The time. Units: milliseconds. */
  readonly now?: () => number;
}

const names: OptionNames<TensorBoardOptions> = {
  logDir: true,
  histogramFreq: true,
  writeGraph: true,
  writeStepsPerSecond: true,
  updateFreq: true,
  now: true,
};
const fields = { trained: fieldKinds.count };

/**
 * Writes TensorBoard's event files under `logDir`: `tensorboard --logdir logs` shows them. Tags are Keras'. On Node.
 * Source: keras.callbacks.TensorBoard, without images, embeddings and profiles. Throws: OPTION_INVALID, OPTION_UNKNOWN, FILE_NOT_WRITTEN.
 *
 * @example
 * const board = tensorBoard({ logDir: 'logs/first', histogramFreq: 1 });
 */
export class TensorBoard implements Callback {
  private readonly every: number;
  private readonly now: () => number;
  private model!: Model;
  private train: EventFile | undefined;
  private validation: EventFile | undefined;
  /** Batches of training so far. */
  private trained = 0;
  private epochStart = { batches: 0, time: 0 };

  constructor(private readonly options: TensorBoardOptions = {}) {
    checkOptionNames('TensorBoard', options, names);
    const { histogramFreq = 0, updateFreq = 'epoch', now = Date.now } = options;
    if (!Number.isInteger(histogramFreq) || histogramFreq < 0)
      throw optionInvalid('TensorBoard', 'histogramFreq', 'a whole number of at least 0', histogramFreq);
    this.every = updateFreq === 'epoch' ? Infinity : updateFreq === 'batch' ? 1 : updateFreq;
    if (updateFreq !== 'epoch' && !(Number.isInteger(this.every) && this.every > 0))
      throw optionInvalid(
        'TensorBoard',
        'updateFreq',
        '"epoch", "batch" or a positive whole number',
        updateFreq,
      );
    this.now = now;
  }

  get state(): CallbackState {
    return { trained: this.trained };
  }

  set state(kept: CallbackState) {
    Object.assign(this, fieldsOf('TensorBoard', kept, fields));
  }

  setModel(model: Model): void {
    this.model = model;
  }

  async onTrainBegin(): Promise<void> {
    this.trained = 0;
    [this.train, this.validation] = [this.fileIn('train'), this.fileIn('validation')];
    const { model } = this;
    if (this.options.writeGraph === false || !isStoredAsGraph(model)) return;
    const value = writePythonJson(writeModel(model, 'v3'));
    await this.train.add(0, [{ tag: 'keras', plugin: 'graph_keras_model', value }]);
  }

  onEpochBegin(): void {
    this.epochStart = { batches: this.trained, time: this.now() };
  }

  needsBatchLogs(): boolean {
    return (this.trained + 1) % this.every === 0;
  }

  async onTrainBatchEnd(_batch: number, logs: Logs): Promise<void> {
    this.trained++;
    if (this.trained % this.every === 0) await this.train!.add(this.trained, scalars('batch_', logs));
  }

  async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    const { histogramFreq = 0, writeStepsPerSecond = false } = this.options;
    const trained = Object.fromEntries(Object.entries(logs).filter(([name]) => !name.startsWith('val_')));
    for (const [label, rate] of this.rates()) trained[label] = rate;
    if (writeStepsPerSecond) {
      const { batches, time } = this.epochStart;
      trained['steps_per_second'] = (1000 * (this.trained - batches)) / Math.max(this.now() - time, 1);
    }
    const tried = Object.entries(logs).filter(([name]) => name.startsWith('val_'));
    const histograms = histogramFreq > 0 && epoch % histogramFreq === 0 ? await this.histograms() : [];
    await this.train!.add(epoch, [...scalars('epoch_', trained), ...histograms]);
    if (tried.length > 0) {
      const plain = Object.fromEntries(tried.map(([name, value]) => [name.slice(4), value]));
      await this.validation!.add(epoch, scalars('epoch_', plain));
    }
  }

  async onTestEnd(logs: Logs): Promise<void> {
    const [optimizer] = this.model.requireCompiled().optimizers.values();
    this.validation ??= this.fileIn('validation');
    const named = Object.entries(logs).map(([name, value]) => [`evaluation_${name}_vs_iterations`, value]);
    await this.validation.add(optimizer!.iterations.current, scalars('', Object.fromEntries(named) as Logs));
  }

  private fileIn(folder: string): EventFile {
    return new EventFile(`${this.options.logDir ?? 'logs'}/${folder}`, this.now);
  }

  /** The learning rate, or that of each of several optimizers, by its name. */
  private rates(): [label: string, rate: number][] {
    const { optimizers } = this.model.requireCompiled();
    const all = [...optimizers.values()].flatMap((one) =>
      one instanceof MultiOptimizer ? one.optimizers : [one],
    );
    if (all.length === 1) return [['learning_rate', all[0]!.learningRate]];
    return all.map((one) => [`learning_rate_${one.name}`, one.learningRate]);
  }

  /** A histogram of each weight of each layer. */
  private async histograms(): Promise<SummaryValue[]> {
    const weights = [...new Set(this.model.layers.flatMap((layer) => layer.weights))];
    return Promise.all(
      weights.map(async (weight) => ({
        tag: `${weight.name}/histogram`,
        plugin: 'histograms',
        value: histogram((await weight.values()).cast('float32').data),
      })),
    );
  }
}

function scalars(prefix: string, logs: Logs): SummaryValue[] {
  return Object.entries(logs).map(([name, value]) => ({ tag: `${prefix}${name}`, plugin: 'scalars', value }));
}

/** Creates a {@link TensorBoard}. */
export function tensorBoard(options: TensorBoardOptions = {}): TensorBoard {
  return new TensorBoard(options);
}
