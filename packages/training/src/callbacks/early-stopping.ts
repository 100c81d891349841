// EarlyStopping: ends training when a value gets no better.
import { checkOptionNames, optionInvalid, type OptionNames } from '@lamella/core';
import type { HostTensor } from '@lamella/program';
import type { TrainableModel } from '../trainable-model.js';
import { fieldKinds, fieldsOf, type CallbackState } from './callback-state.js';
import type { Callback, Logs } from './callback.js';
import { Monitor, monitorNames, type MonitorOptions } from './monitor.js';

export interface EarlyStoppingOptions extends MonitorOptions {
  /** How many epochs without improvement to wait. Default 0. */
  readonly patience?: number;
  /** A value that must be beaten too. */
  readonly baseline?: number | null;
  /** Whether the model ends with the weights of its best epoch. Default false. */
  readonly restoreBestWeights?: boolean;
  /** The first epoch that counts, from 0. */
  readonly startFromEpoch?: number;
  /** Whether to say when it stopped and which weights it restored. Default 0. */
  readonly verbose?: 0 | 1;
  /** Where that is printed. */
  readonly print?: (text: string) => void;
}

const earlyStoppingNames: OptionNames<EarlyStoppingOptions> = {
  ...monitorNames,
  patience: true,
  baseline: true,
  restoreBestWeights: true,
  startFromEpoch: true,
  verbose: true,
  print: true,
};

const { count, listOf, number, optional, tensor } = fieldKinds;
const fields = {
  wait: count,
  stoppedEpoch: count,
  bestEpoch: count,
  best: optional(number),
  bestWeights: optional(listOf(tensor)),
};

/**
 * Source: keras.callbacks.EarlyStopping.
 *
 * @example
 * const patient = earlyStopping({ monitor: 'val_accuracy', patience: 3, restoreBestWeights: true });
 */
export class EarlyStopping implements Callback {
  /** The epoch it stopped at, from 0; 0 where it did not. */
  stoppedEpoch = 0;
  /** The best epoch, from 0, and its value. */
  bestEpoch = 0;
  best: number | undefined;
  private wait = 0;
  private bestWeights: readonly HostTensor[] | undefined;
  private model!: TrainableModel;
  private readonly monitor: Monitor;
  private readonly patience: number;

  /** Throws: OPTION_INVALID. */
  constructor(private readonly options: EarlyStoppingOptions = {}) {
    checkOptionNames('EarlyStopping', options, earlyStoppingNames);
    this.monitor = new Monitor('EarlyStopping', options);
    this.patience = options.patience ?? 0;
    if (!(this.patience >= 0))
      throw optionInvalid('EarlyStopping', 'patience', 'a number of epochs', this.patience);
  }

  get state(): CallbackState {
    const { wait, stoppedEpoch, bestEpoch, best, bestWeights } = this;
    return { wait, stoppedEpoch, bestEpoch, best, bestWeights };
  }

  set state(kept: CallbackState) {
    Object.assign(this, fieldsOf('EarlyStopping', kept, fields));
  }

  setModel(model: TrainableModel): void {
    this.model = model;
  }

  onTrainBegin(): void {
    this.wait = 0;
    this.stoppedEpoch = 0;
    this.bestEpoch = 0;
    this.best = undefined;
    this.bestWeights = undefined;
  }

  async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    const { restoreBestWeights = false, startFromEpoch = 0 } = this.options;
    const baseline = this.options.baseline ?? undefined;
    const value = this.monitor.valueIn(logs);
    if (value === undefined || epoch < startFromEpoch) return;
    if (restoreBestWeights && this.bestWeights === undefined) await this.keep(epoch);
    this.wait++;
    if (this.monitor.isBetter(value, this.best, this.model)) {
      this.best = value;
      this.bestEpoch = epoch;
      if (restoreBestWeights) await this.keep(epoch);
      if (baseline === undefined || this.monitor.isBetter(value, baseline, this.model)) this.wait = 0;
      return;
    }
    if (this.wait < this.patience) return;
    this.stoppedEpoch = epoch;
    this.model.stopTraining = true;
  }

  onTrainEnd(): void {
    const { verbose = 0, print = console.log } = this.options;
    if (verbose > 0 && this.stoppedEpoch > 0) print(`Epoch ${this.stoppedEpoch + 1}: early stopping`);
    if (this.bestWeights === undefined) return;
    if (verbose > 0) print(`Restoring model weights from the end of the best epoch: ${this.bestEpoch + 1}.`);
    this.model.setWeights(this.bestWeights);
  }

  private async keep(epoch: number): Promise<void> {
    this.bestEpoch = epoch;
    this.bestWeights = await this.model.getWeights();
  }
}

/** Creates an {@link EarlyStopping}. Throws: OPTION_INVALID. */
export function earlyStopping(options: EarlyStoppingOptions = {}): EarlyStopping {
  return new EarlyStopping(options);
}
