// Inverse time decay of the learning rate.
import { withOptions } from '@lamella/core';
import { decayOptions, type DecayOptions } from './exponential-decay.js';
import { LearningRateSchedule } from './schedule.js';

/** `initial / (1 + rate * step / decaySteps)`. Source: keras.optimizers.schedules.InverseTimeDecay. */
export class InverseTimeDecay extends withOptions(LearningRateSchedule, decayOptions) {
  static readonly className = 'InverseTimeDecay';

  override at(step: number): number {
    const { initialLearningRate, decaySteps, decayRate, staircase } = this;
    const periods = step / decaySteps;
    return initialLearningRate / (1 + decayRate * (staircase ? Math.floor(periods) : periods));
  }
}

/** Creates an {@link InverseTimeDecay}. */
export function inverseTimeDecay(options: DecayOptions): InverseTimeDecay {
  return new InverseTimeDecay(options);
}
