// LearningRateScheduler: the learning rate of each epoch, by a function.
import { optionInvalid, checkOptionNames, type OptionNames } from '@lamella/core';
import type { TrainableModel } from '../trainable-model.js';
import type { Callback, Logs } from './callback.js';

export interface LearningRateSchedulerOptions {
  /** Whether to say each new rate. Default 0. */
  readonly verbose?: 0 | 1;
  readonly print?: (text: string) => void;
}

const learningRateSchedulerNames: OptionNames<LearningRateSchedulerOptions> = { verbose: true, print: true };

/** Source: keras.callbacks.LearningRateScheduler. Throws: OPTION_INVALID. */
export class LearningRateScheduler implements Callback {
  private model!: TrainableModel;

  /** `schedule` gives the rate of an epoch, counted from 0, from the rate so far. */
  constructor(
    private readonly schedule: (epoch: number, learningRate: number) => number,
    private readonly options: LearningRateSchedulerOptions = {},
  ) {
    checkOptionNames('LearningRateScheduler', options, learningRateSchedulerNames);
    if (typeof schedule !== 'function')
      throw optionInvalid(
        'LearningRateScheduler',
        'schedule',
        'a function of the epoch and the rate',
        schedule,
      );
  }

  setModel(model: TrainableModel): void {
    this.model = model;
  }

  onEpochBegin(epoch: number): void {
    const { optimizer } = this.model.requireCompiled();
    const rate = this.schedule(epoch, optimizer.learningRate);
    if (typeof rate !== 'number')
      throw optionInvalid('LearningRateScheduler', 'schedule', 'a function that gives a number', rate);
    optimizer.learningRate = rate;
    const { verbose = 0, print = console.log } = this.options;
    if (verbose > 0) print(`\nEpoch ${epoch + 1}: LearningRateScheduler setting learning rate to ${rate}.`);
  }

  onEpochEnd(_epoch: number, logs: Logs): void {
    logs['learning_rate'] = this.model.requireCompiled().optimizer.learningRate;
  }
}

/**
 * Creates a {@link LearningRateScheduler}.
 *
 * @example
 * const halving = learningRateScheduler((epoch, rate) => (epoch === 0 ? rate : rate / 2));
 */
export function learningRateScheduler(
  schedule: (epoch: number, learningRate: number) => number,
  options: LearningRateSchedulerOptions = {},
): LearningRateScheduler {
  return new LearningRateScheduler(schedule, options);
}
