// Cosine decay of the learning rate that starts again and again.
import { numberOption, positiveOption, withOptions, type GivenOptions } from '@lamella/core';
import { halfWave } from './cosine-decay.js';
import { LearningRateSchedule, stepsOption, type ScheduleOptions } from './schedule.js';

const options = {
  initialLearningRate: numberOption(),
  firstDecaySteps: stepsOption(),
  /** How much longer each period is than the one before. Default 2. */
  tMul: positiveOption(2),
  /** How much higher each period starts than the one before. Default 1. */
  mMul: numberOption(1),
  /** What is left at the end of a period, as a fraction of the first rate. Default 0. */
  alpha: numberOption(0),
};

/** The options of {@link CosineDecayRestarts}. */
export type CosineDecayRestartsOptions = ScheduleOptions & GivenOptions<typeof options>;

/**
 * Half a cosine wave for each period.
 * Source: Loshchilov and Hutter, "SGDR", 2016; keras.optimizers.schedules.CosineDecayRestarts.
 */
export class CosineDecayRestarts extends withOptions(LearningRateSchedule, options) {
  static readonly className = 'CosineDecayRestarts';

  override at(step: number): number {
    const { initialLearningRate, firstDecaySteps, mMul, alpha } = this;
    const { restarts, fraction } = this.position(step / firstDecaySteps);
    return initialLearningRate * ((1 - alpha) * mMul ** restarts * halfWave(fraction) + alpha);
  }

  protected override get defaultName(): string {
    return 'SGDRDecay';
  }

  /** How many periods have ended, and how much of this one. Units: `periods` in those of the first length. */
  private position(periods: number): { restarts: number; fraction: number } {
    const { tMul } = this;
    if (tMul === 1) return { restarts: Math.floor(periods), fraction: periods % 1 };
    // Single precision, as Keras: at the very step of a restart it decides to which period the step belongs.
    const ratio = Math.fround(Math.log(1 - periods * (1 - tMul))) / Math.fround(Math.log(tMul));
    const restarts = Math.floor(Math.fround(ratio));
    const length = tMul ** restarts;
    return { restarts, fraction: (periods - (1 - length) / (1 - tMul)) / length };
  }
}

/** Creates a {@link CosineDecayRestarts}. */
export function cosineDecayRestarts(given: CosineDecayRestartsOptions): CosineDecayRestarts {
  return new CosineDecayRestarts(given);
}
