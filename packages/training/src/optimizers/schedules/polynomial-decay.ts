// Polynomial decay of the learning rate.
import { booleanOption, numberOption, withOptions, type GivenOptions } from '@lamella/core';
import { LearningRateSchedule, stepsOption, type ScheduleOptions } from './schedule.js';

const options = {
  initialLearningRate: numberOption(),
  decaySteps: stepsOption(),
  /** Default 0.0001. */
  endLearningRate: numberOption(1e-4),
  /** Default 1: a straight line. */
  power: numberOption(1),
  /** Whether the rate rises again once it has reached the end; each time the way down is longer. Default false. */
  cycle: booleanOption(false),
};

/** The options of {@link PolynomialDecay}. */
export type PolynomialDecayOptions = ScheduleOptions & GivenOptions<typeof options>;

/** `(initial - end) * (1 - step / decaySteps) ^ power + end`. Source: keras.optimizers.schedules.PolynomialDecay. */
export class PolynomialDecay extends withOptions(LearningRateSchedule, options) {
  static readonly className = 'PolynomialDecay';

  override at(step: number): number {
    const { initialLearningRate, decaySteps, endLearningRate, power, cycle } = this;
    const length = cycle ? decaySteps * Math.max(1, Math.ceil(step / decaySteps)) : decaySteps;
    const left = 1 - Math.min(step, length) / length;
    return (initialLearningRate - endLearningRate) * left ** power + endLearningRate;
  }
}

/** Creates a {@link PolynomialDecay}. */
export function polynomialDecay(given: PolynomialDecayOptions): PolynomialDecay {
  return new PolynomialDecay(given);
}
