// Cosine decay of the learning rate, with a linear warm-up where asked.
import { numberOption, orNull, withOptions, type GivenOptions } from '@lamella/core';
import { LearningRateSchedule, stepsOption, type ScheduleOptions } from './schedule.js';

const options = {
  initialLearningRate: numberOption(),
  /** The steps of the decay, after those of the warm-up. */
  decaySteps: stepsOption(),
  /** What is left at the end, as a fraction of the highest rate. Default 0. */
  alpha: numberOption(0),
  /** The rate that the warm-up reaches. Default null, no warm-up. */
  warmupTarget: orNull(numberOption()),
  /** The steps of the warm-up. Default 0. */
  warmupSteps: numberOption(0),
};

/** The options of {@link CosineDecay}. */
export type CosineDecayOptions = ScheduleOptions & GivenOptions<typeof options>;

/**
 * Half a cosine wave from the highest rate to `alpha` times it.
 * Source: Loshchilov and Hutter, "SGDR", 2016; keras.optimizers.schedules.CosineDecay.
 */
export class CosineDecay extends withOptions(LearningRateSchedule, options) {
  static readonly className = 'CosineDecay';

  override at(step: number): number {
    const { initialLearningRate, decaySteps, alpha, warmupTarget, warmupSteps } = this;
    if (warmupTarget !== null && step < warmupSteps)
      return ((warmupTarget - initialLearningRate) * step) / warmupSteps + initialLearningRate;
    const since = warmupTarget === null ? step : step - warmupSteps;
    const highest = warmupTarget ?? initialLearningRate;
    return highest * ((1 - alpha) * halfWave(Math.min(since, decaySteps) / decaySteps) + alpha);
  }
}

/** From 1 at 0 to 0 at 1, along a cosine. */
export function halfWave(fraction: number): number {
  return 0.5 * (1 + Math.cos(Math.PI * fraction));
}

/** Creates a {@link CosineDecay}. */
export function cosineDecay(given: CosineDecayOptions): CosineDecay {
  return new CosineDecay(given);
}
