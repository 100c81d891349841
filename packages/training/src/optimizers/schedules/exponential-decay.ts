// Exponential decay of the learning rate.
import { booleanOption, numberOption, withOptions, type GivenOptions } from '@lamella/core';
import { LearningRateSchedule, stepsOption, type ScheduleOptions } from './schedule.js';

/** What decays are told that go on for ever. */
export const decayOptions = {
  initialLearningRate: numberOption(),
  decaySteps: stepsOption(),
  decayRate: numberOption(),
  /** Whether the rate falls at whole multiples of `decaySteps` only. Default false. */
  staircase: booleanOption(false),
};

/** The options of {@link ExponentialDecay} and of InverseTimeDecay. */
export type DecayOptions = ScheduleOptions & GivenOptions<typeof decayOptions>;

/** `initial * rate ^ (step / decaySteps)`. Source: keras.optimizers.schedules.ExponentialDecay. */
export class ExponentialDecay extends withOptions(LearningRateSchedule, decayOptions) {
  static readonly className = 'ExponentialDecay';

  override at(step: number): number {
    const { initialLearningRate, decaySteps, decayRate, staircase } = this;
    const periods = step / decaySteps;
    return initialLearningRate * decayRate ** (staircase ? Math.floor(periods) : periods);
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
