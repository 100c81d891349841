// Inverse time decay of the learning rate.
import type { Config } from '@lamella/core';
import type { DecayOptions } from './exponential-decay.js';
import { LearningRateSchedule, requireSteps } from './schedule.js';

/** `initial / (1 + rate * step / decaySteps)`. Source: keras.optimizers.schedules.InverseTimeDecay. */
export class InverseTimeDecay extends LearningRateSchedule {
  static readonly className = 'InverseTimeDecay';
  private readonly decay: {
    readonly initialLearningRate: number;
    readonly decaySteps: number;
    readonly decayRate: number;
    readonly staircase: boolean;
  };

  /** Throws: OPTION_INVALID. */
  constructor(options: DecayOptions) {
    super('InverseTimeDecay', options);
    const { initialLearningRate, decaySteps, decayRate, staircase = false } = options;
    requireSteps(this.className, 'decaySteps', decaySteps);
    this.decay = { initialLearningRate, decaySteps, decayRate, staircase };
  }

  override at(step: number): number {
    const { initialLearningRate, decaySteps, decayRate, staircase } = this.decay;
    const periods = step / decaySteps;
    return initialLearningRate / (1 + decayRate * (staircase ? Math.floor(periods) : periods));
  }

  override getConfig(): Config {
    return { ...this.decay, name: this.name };
  }
}

/** Creates an {@link InverseTimeDecay}. */
export function inverseTimeDecay(options: DecayOptions): InverseTimeDecay {
  return new InverseTimeDecay(options);
}
