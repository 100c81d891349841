// ModelCheckpoint: writes the model, or its weights, while it trains: each epoch or every so many batches, or where it is best.
import {
  Catalog,
  optionInvalid,
  type Composition,
  type Format,
  type FormatContext,
  checkOptionNames,
  type OptionNames,
} from '@lamella/core';
import {
  fieldKinds,
  fieldsOf,
  Monitor,
  type Callback,
  type CallbackState,
  type Logs,
  type Model,
} from '@lamella/training';
import { writeFileSet } from '../files/destination.js';
import { h5Format } from '../formats/h5.js';
import { kerasFormat } from '../formats/keras.js';
import { weightsH5Format } from '../formats/weights-h5.js';
import { weightsJsonFormat } from '../formats/weights-json.js';
import { BatchCounter } from './batch-counter.js';
import { fillPattern } from './file-pattern.js';

export interface ModelCheckpointOptions {
  /** Where to: `.keras` or `.h5`, or `.weights.h5` for weights only. May hold `{epoch:02d}`, `{batch}`, `{val_loss:.2f}`. */
  readonly filepath: string;
  /** The name in the logs that `saveBestOnly` goes by. Default `val_loss`. */
  readonly monitor?: string;
  /** Whether each saving is told. Default 0. */
  readonly verbose?: 0 | 1;
  /** Only where the monitored value is the best so far. Default false. */
  readonly saveBestOnly?: boolean;
  /** Only weights, and the optimizer's state. Default false. */
  readonly saveWeightsOnly?: boolean;
  /** Whether smaller or larger is better. Default `auto`. */
  readonly mode?: 'auto' | 'min' | 'max';
  /** `epoch`, or every so many batches. Default `epoch`. */
  readonly saveFreq?: 'epoch' | number;
  /** What the monitored value has to beat first. */
  readonly initialValueThreshold?: number | null;
  /** Where messages are printed. */
  readonly print?: (text: string) => void;
}

const modelCheckpointNames: OptionNames<ModelCheckpointOptions> = {
  filepath: true,
  monitor: true,
  verbose: true,
  saveBestOnly: true,
  saveWeightsOnly: true,
  mode: true,
  saveFreq: true,
  initialValueThreshold: true,
  print: true,
};

const name = 'ModelCheckpoint';
const modelFormats: readonly Format[] = [kerasFormat, h5Format];
const weightFormats: readonly Format[] = [weightsH5Format, weightsJsonFormat];

const { count, number, optional } = fieldKinds;
const fields = { best: optional(number), seen: count, last: count };

/** Writing needs to look up nothing. */
const nothing: Composition = { backend: undefined, catalog: new Catalog() };

/**
 * Writes a model while it trains; each file is replaced whole. Source: keras.callbacks.ModelCheckpoint.
 * Throws: OPTION_INVALID; FILE_NOT_WRITTEN, which ends the training.
 *
 * @example
 * const best = modelCheckpoint({ filepath: 'best-{epoch:02d}.keras', monitor: 'val_loss', saveBestOnly: true });
 */
export class ModelCheckpoint implements Callback {
  /** The best value so far. */
  best: number | undefined;
  private readonly monitor: Monitor;
  private readonly format: Format;
  private readonly counter: BatchCounter;
  private model!: Model;
  private epoch = 0;

  constructor(private readonly options: ModelCheckpointOptions) {
    checkOptionNames(name, options, modelCheckpointNames);
    const { filepath, saveWeightsOnly = false, saveFreq = 'epoch' } = options;
    this.monitor = new Monitor(name, options);
    this.counter = new BatchCounter(name, saveFreq);
    this.best = options.initialValueThreshold ?? undefined;
    const formats = saveWeightsOnly ? weightFormats : modelFormats;
    const found = formats.find(({ extensions }) => extensions.some((ending) => filepath.endsWith(ending)));
    if (found === undefined || (!saveWeightsOnly && filepath.endsWith('.weights.h5'))) {
      const endings = formats.flatMap(({ extensions }) => extensions).join(' or ');
      throw optionInvalid(name, 'filepath', `a path that ends in ${endings}`, filepath);
    }
    this.format = found;
  }

  get state(): CallbackState {
    return { best: this.best, ...this.counter.state };
  }

  set state(kept: CallbackState) {
    const { best, ...counted } = fieldsOf(name, kept, fields);
    this.best = best;
    this.counter.state = counted;
  }

  setModel(model: Model): void {
    this.model = model;
  }

  onTrainBegin(): void {
    this.counter.reset();
  }

  onEpochBegin(epoch: number): void {
    this.epoch = epoch;
  }

  needsBatchLogs(): boolean {
    return !this.counter.isPerEpoch;
  }

  async onTrainBatchEnd(batch: number, logs: Logs): Promise<void> {
    if (this.counter.isDue(batch)) await this.save({ batch: batch + 1, ...logs }, logs);
  }

  async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    this.epoch = epoch;
    if (this.counter.isPerEpoch) await this.save(logs, logs);
  }

  private async save(values: Readonly<Record<string, number>>, logs: Logs): Promise<void> {
    const path = fillPattern(name, this.options.filepath, { ...values, epoch: this.epoch + 1 });
    if (!this.isWanted(logs, path)) return;
    const context: FormatContext = { file: path, composition: nothing, options: {} };
    const files =
      this.options.saveWeightsOnly === true
        ? await this.format.writeWeights!(this.model, context)
        : await this.format.writeModel!(this.model, context);
    const { mkdir } = await import('node:fs/promises');
    const { dirname } = await import('node:path');
    await mkdir(dirname(path), { recursive: true }).catch(() => undefined);
    await writeFileSet(path, files);
  }

  private isWanted(logs: Logs, path: string): boolean {
    if (this.options.saveBestOnly !== true) {
      this.tell(`saving model to ${path}`);
      return true;
    }
    const value = this.monitor.valueIn(logs);
    // Keras saves where it cannot tell.
    if (value === undefined) return true;
    const before = this.best === undefined ? 'None' : this.best.toFixed(5);
    if (!this.monitor.isBetter(value, this.best, this.model)) {
      this.tell(`${this.monitor.name} did not improve from ${before}`);
      return false;
    }
    this.tell(`${this.monitor.name} improved from ${before} to ${value.toFixed(5)}, saving model to ${path}`);
    this.best = value;
    return true;
  }

  private tell(what: string): void {
    if ((this.options.verbose ?? 0) > 0)
      (this.options.print ?? console.log)(`\nEpoch ${this.epoch + 1}: ${what}`);
  }
}

/** Creates a {@link ModelCheckpoint}. Throws: OPTION_INVALID. */
export function modelCheckpoint(options: ModelCheckpointOptions): ModelCheckpoint {
  return new ModelCheckpoint(options);
}
