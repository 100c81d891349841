// Exponential decay of the learning rate.
import type { Config } from '@lamella/core';
import { LearningRateSchedule, requireSteps, type ScheduleOptions } from './schedule.js';

export interface DecayOptions extends ScheduleOptions {
  readonly initialLearningRate: number;
  readonly decaySteps: number;
  readonly decayRate: number;
  /** Whether the rate falls at whole multiples of `decaySteps` only. Default false. */
  readonly staircase?: boolean;
}

/** `initial * rate ^ (step / decaySteps)`. Source: keras.optimizers.schedules.ExponentialDecay. */
export class ExponentialDecay extends LearningRateSchedule {
  static readonly className = 'ExponentialDecay';
  private readonly decay: {
    readonly initialLearningRate: number;
    readonly decaySteps: number;
    readonly decayRate: number;
    readonly staircase: boolean;
  };

  /** Throws: OPTION_INVALID. */
  constructor(options: DecayOptions) {
    super('ExponentialDecay', options);
    const { initialLearningRate, decaySteps, decayRate, staircase = false } = options;
    requireSteps(this.className, 'decaySteps', decaySteps);
    this.decay = { initialLearningRate, decaySteps, decayRate, staircase };
  }

  override at(step: number): number {
    const { initialLearningRate, decaySteps, decayRate, staircase } = this.decay;
    const periods = step / decaySteps;
    return initialLearningRate * decayRate ** (staircase ? Math.floor(periods) : periods);
  }

  override getConfig(): Config {
    return { ...this.decay, name: this.name };
  }
}

/**
 * Creates an {@link ExponentialDecay}.
 *
 * @example
 * const rate = exponentialDecay({ initialLearningRate: 0.1, decaySteps: 2, decayRate: 0.5 });
 * [rate.at(0), rate.at(2), rate.at(4)]; // [0.1, 0.05, 0.025]
 */
export function exponentialDecay(options: DecayOptions): ExponentialDecay {
  return new ExponentialDecay(options);
}
