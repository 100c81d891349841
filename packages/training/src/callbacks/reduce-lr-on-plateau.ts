// ReduceLROnPlateau: lowers the learning rate when a value gets no better.
import { checkOptionNames, optionInvalid, type OptionNames } from '@lamella/core';
import type { TrainableModel } from '../trainable-model.js';
import { fieldKinds, fieldsOf, type CallbackState } from './callback-state.js';
import type { Callback, Logs } from './callback.js';
import { Monitor, monitorNames, type MonitorOptions } from './monitor.js';

export interface ReduceLROnPlateauOptions extends MonitorOptions {
  /** What the rate is multiplied by. Default 0.1. */
  readonly factor?: number;
  /** How many epochs without improvement to wait. Default 10. */
  readonly patience?: number;
  /** How many epochs to wait after a reduction before counting again. Default 0. */
  readonly cooldown?: number;
  readonly minLr?: number;
  /** Whether to say each new rate. Default 0. */
  readonly verbose?: 0 | 1;
  readonly print?: (text: string) => void;
}

const reduceLROnPlateauNames: OptionNames<ReduceLROnPlateauOptions> = {
  ...monitorNames,
  factor: true,
  patience: true,
  cooldown: true,
  minLr: true,
  verbose: true,
  print: true,
};

const { count, number, optional } = fieldKinds;
const fields = { best: optional(number), wait: count, cooling: count };

/** Source: keras.callbacks.ReduceLROnPlateau; `minDelta` is 0.0001 here. */
export class ReduceLROnPlateau implements Callback {
  private readonly monitor: Monitor;
  private model!: TrainableModel;
  private best: number | undefined;
  private wait = 0;
  private cooling = 0;

  /** Throws: OPTION_INVALID. */
  constructor(private readonly options: ReduceLROnPlateauOptions = {}) {
    checkOptionNames('ReduceLROnPlateau', options, reduceLROnPlateauNames);
    this.monitor = new Monitor('ReduceLROnPlateau', { minDelta: 1e-4, ...options });
    const { factor = 0.1 } = options;
    if (!(factor > 0 && factor < 1))
      throw optionInvalid('ReduceLROnPlateau', 'factor', 'a number between 0 and 1', factor);
  }

  get state(): CallbackState {
    const { best, wait, cooling } = this;
    return { best, wait, cooling };
  }

  set state(kept: CallbackState) {
    Object.assign(this, fieldsOf('ReduceLROnPlateau', kept, fields));
  }

  setModel(model: TrainableModel): void {
    this.model = model;
  }

  onTrainBegin(): void {
    this.best = undefined;
    this.wait = 0;
    this.cooling = 0;
  }

  onEpochEnd(epoch: number, logs: Logs): void {
    const { patience = 10, cooldown = 0 } = this.options;
    logs['learning_rate'] = this.model.requireCompiled().optimizer.learningRate;
    const value = this.monitor.valueIn(logs);
    if (value === undefined) return;
    if (this.cooling > 0) {
      this.cooling--;
      this.wait = 0;
    }
    if (this.monitor.isBetter(value, this.best, this.model)) {
      this.best = value;
      this.wait = 0;
    } else if (this.cooling === 0 && ++this.wait >= patience && this.reduce(epoch)) {
      this.cooling = cooldown;
      this.wait = 0;
    }
  }

  private reduce(epoch: number): boolean {
    const { factor = 0.1, minLr = 0, verbose = 0, print = console.log } = this.options;
    const { optimizer } = this.model.requireCompiled();
    const before = optimizer.learningRate;
    if (before <= Math.fround(minLr)) return false;
    const rate = Math.max(before * factor, minLr);
    optimizer.learningRate = rate;
    if (verbose > 0) print(`\nEpoch ${epoch + 1}: ReduceLROnPlateau reducing learning rate to ${rate}.`);
    return true;
  }
}

/** Creates a {@link ReduceLROnPlateau}. Throws: OPTION_INVALID. */
export function reduceLROnPlateau(options: ReduceLROnPlateauOptions = {}): ReduceLROnPlateau {
  return new ReduceLROnPlateau(options);
}
