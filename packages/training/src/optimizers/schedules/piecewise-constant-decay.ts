// A learning rate that changes at given steps.
import { optionInvalid, type Config } from '@lamella/core';
import { LearningRateSchedule, type ScheduleOptions } from './schedule.js';

export interface PiecewiseConstantDecayOptions extends ScheduleOptions {
  /** The last step of each value but the last one, increasing. */
  readonly boundaries: readonly number[];
  /** One more than the boundaries. */
  readonly values: readonly number[];
}

/** `values[i]` up to and including step `boundaries[i]`. Source: keras.optimizers.schedules.PiecewiseConstantDecay. */
export class PiecewiseConstantDecay extends LearningRateSchedule {
  static readonly className = 'PiecewiseConstantDecay';
  private readonly boundaries: readonly number[];
  private readonly values: readonly number[];

  /** Throws: OPTION_INVALID. */
  constructor(options: PiecewiseConstantDecayOptions) {
    super('PiecewiseConstant', options);
    const { boundaries, values } = options;
    if (values.length !== boundaries.length + 1)
      throw optionInvalid(
        this.className,
        'values',
        `one more than the ${boundaries.length} boundaries`,
        values.length,
      );
    this.boundaries = [...boundaries];
    this.values = [...values];
  }

  override at(step: number): number {
    const found = this.boundaries.findIndex((boundary) => step <= boundary);
    return this.values[found < 0 ? this.boundaries.length : found]!;
  }

  override getConfig(): Config {
    return { boundaries: this.boundaries, values: this.values, name: this.name };
  }
}

/** Creates a {@link PiecewiseConstantDecay}. */
export function piecewiseConstantDecay(options: PiecewiseConstantDecayOptions): PiecewiseConstantDecay {
  return new PiecewiseConstantDecay(options);
}
