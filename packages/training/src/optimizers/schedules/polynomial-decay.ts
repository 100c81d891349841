// Polynomial decay of the learning rate.
import type { Config } from '@lamella/core';
import { LearningRateSchedule, requireSteps, type ScheduleOptions } from './schedule.js';

export interface PolynomialDecayOptions extends ScheduleOptions {
  readonly initialLearningRate: number;
  readonly decaySteps: number;
  /** Default 0.0001. */
  readonly endLearningRate?: number;
  /** Default 1: a straight line. */
  readonly power?: number;
  /** Whether the rate rises again once it has reached the end; each time the way down is longer. Default false. */
  readonly cycle?: boolean;
}

/** `(initial - end) * (1 - step / decaySteps) ^ power + end`. Source: keras.optimizers.schedules.PolynomialDecay. */
export class PolynomialDecay extends LearningRateSchedule {
  static readonly className = 'PolynomialDecay';
  private readonly decay: Required<Omit<PolynomialDecayOptions, 'name'>>;

  /** Throws: OPTION_INVALID. */
  constructor(options: PolynomialDecayOptions) {
    super('PolynomialDecay', options);
    const { initialLearningRate, decaySteps, endLearningRate = 1e-4, power = 1, cycle = false } = options;
    requireSteps(this.className, 'decaySteps', decaySteps);
    this.decay = { initialLearningRate, decaySteps, endLearningRate, power, cycle };
  }

  override at(step: number): number {
    const { initialLearningRate, decaySteps, endLearningRate, power, cycle } = this.decay;
    const length = cycle ? decaySteps * Math.max(1, Math.ceil(step / decaySteps)) : decaySteps;
    const left = 1 - Math.min(step, length) / length;
    return (initialLearningRate - endLearningRate) * left ** power + endLearningRate;
  }

  override getConfig(): Config {
    return { ...this.decay, name: this.name };
  }
}

/** Creates a {@link PolynomialDecay}. */
export function polynomialDecay(options: PolynomialDecayOptions): PolynomialDecay {
  return new PolynomialDecay(options);
}
