// Cosine decay of the learning rate that starts again and again.
import type { Config } from '@lamella/core';
import { halfWave } from './cosine-decay.js';
import { LearningRateSchedule, requireSteps, type ScheduleOptions } from './schedule.js';

export interface CosineDecayRestartsOptions extends ScheduleOptions {
  readonly initialLearningRate: number;
  readonly firstDecaySteps: number;
  /** How much longer each period is than the one before. Default 2. */
  readonly tMul?: number;
  /** How much higher each period starts than the one before. Default 1. */
  readonly mMul?: number;
  /** What is left at the end of a period, as a fraction of the first rate. Default 0. */
  readonly alpha?: number;
}

/**
 * Half a cosine wave for each period.
 * Source: Loshchilov and Hutter, "SGDR", 2016; keras.optimizers.schedules.CosineDecayRestarts.
 */
export class CosineDecayRestarts extends LearningRateSchedule {
  static readonly className = 'CosineDecayRestarts';
  private readonly decay: Required<Omit<CosineDecayRestartsOptions, 'name'>>;

  /** Throws: OPTION_INVALID. */
  constructor(options: CosineDecayRestartsOptions) {
    super('SGDRDecay', options);
    const { initialLearningRate, firstDecaySteps, tMul = 2, mMul = 1, alpha = 0 } = options;
    requireSteps(this.className, 'firstDecaySteps', firstDecaySteps);
    requireSteps(this.className, 'tMul', tMul);
    this.decay = { initialLearningRate, firstDecaySteps, tMul, mMul, alpha };
  }

  override at(step: number): number {
    const { initialLearningRate, firstDecaySteps, mMul, alpha } = this.decay;
    const { restarts, fraction } = this.position(step / firstDecaySteps);
    return initialLearningRate * ((1 - alpha) * mMul ** restarts * halfWave(fraction) + alpha);
  }

  override getConfig(): Config {
    return { ...this.decay, name: this.name };
  }

  /** How many periods have ended, and how much of this one. Units: `periods` in those of the first length. */
  private position(periods: number): { restarts: number; fraction: number } {
    const { tMul } = this.decay;
    if (tMul === 1) return { restarts: Math.floor(periods), fraction: periods % 1 };
    // Single precision, as Keras: at the very step of a restart it decides to which period the step belongs.
    const ratio = Math.fround(Math.log(1 - periods * (1 - tMul))) / Math.fround(Math.log(tMul));
    const restarts = Math.floor(Math.fround(ratio));
    const length = tMul ** restarts;
    return { restarts, fraction: (periods - (1 - length) / (1 - tMul)) / length };
  }
}

/** Creates a {@link CosineDecayRestarts}. */
export function cosineDecayRestarts(options: CosineDecayRestartsOptions): CosineDecayRestarts {
  return new CosineDecayRestarts(options);
}
