// Cosine decay of the learning rate, with a linear warm-up where asked.
import type { Config } from '@lamella/core';
import { LearningRateSchedule, requireSteps, type ScheduleOptions } from './schedule.js';

export interface CosineDecayOptions extends ScheduleOptions {
  readonly initialLearningRate: number;
  /** The steps of the decay, after those of the warm-up. */
  readonly decaySteps: number;
  /** What is left at the end, as a fraction of the highest rate. Default 0. */
  readonly alpha?: number;
  /** The rate that the warm-up reaches; null for no warm-up. */
  readonly warmupTarget?: number | null;
  readonly warmupSteps?: number;
}

/**
 * Half a cosine wave from the highest rate to `alpha` times it.
 * Source: Loshchilov and Hutter, "SGDR", 2016; keras.optimizers.schedules.CosineDecay.
 */
export class CosineDecay extends LearningRateSchedule {
  static readonly className = 'CosineDecay';
  private readonly decay: Required<Omit<CosineDecayOptions, 'name'>>;

  /** Throws: OPTION_INVALID. */
  constructor(options: CosineDecayOptions) {
    super('CosineDecay', options);
    const { initialLearningRate, decaySteps, alpha = 0, warmupTarget = null, warmupSteps = 0 } = options;
    requireSteps(this.className, 'decaySteps', decaySteps);
    this.decay = { initialLearningRate, decaySteps, alpha, warmupTarget, warmupSteps };
  }

  override at(step: number): number {
    const { initialLearningRate, decaySteps, alpha, warmupTarget, warmupSteps } = this.decay;
    if (warmupTarget !== null && step < warmupSteps)
      return ((warmupTarget - initialLearningRate) * step) / warmupSteps + initialLearningRate;
    const since = warmupTarget === null ? step : step - warmupSteps;
    const highest = warmupTarget ?? initialLearningRate;
    return highest * ((1 - alpha) * halfWave(Math.min(since, decaySteps) / decaySteps) + alpha);
  }

  override getConfig(): Config {
    return { ...this.decay, name: this.name };
  }
}

/** From 1 at 0 to 0 at 1, along a cosine. */
export function halfWave(fraction: number): number {
  return 0.5 * (1 + Math.cos(Math.PI * fraction));
}

/** Creates a {@link CosineDecay}. */
export function cosineDecay(options: CosineDecayOptions): CosineDecay {
  return new CosineDecay(options);
}
