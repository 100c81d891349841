// A learning rate that changes at given steps.
import { numberOption, optionInvalid, optionKind, withOptions, type GivenOptions } from '@lamella/core';
import { LearningRateSchedule, type ScheduleOptions } from './schedule.js';

const numbers = optionKind<readonly number[]>({
  check: (subject, name, given) => {
    if (Array.isArray(given)) return given.map((number) => numberOption.check(subject, name, number));
    throw optionInvalid(subject, name, 'a list of numbers', given);
  },
});

const options = {
  /** The last step of each value but the last one, increasing. */
  boundaries: numbers(),
  /** One more than the boundaries. */
  values: numbers(),
};

/** The options of {@link PiecewiseConstantDecay}. */
export type PiecewiseConstantDecayOptions = ScheduleOptions & GivenOptions<typeof options>;

/** `values[i]` up to and including step `boundaries[i]`. Source: keras.optimizers.schedules.PiecewiseConstantDecay. */
export class PiecewiseConstantDecay extends withOptions(LearningRateSchedule, options) {
  static readonly className = 'PiecewiseConstantDecay';

  /** Throws: OPTION_INVALID. */
  constructor(given: PiecewiseConstantDecayOptions) {
    super(given);
    const { boundaries, values } = this;
    if (values.length !== boundaries.length + 1)
      throw optionInvalid(
        this.className,
        'values',
        `one more than the ${boundaries.length} boundaries`,
        values.length,
      );
  }

  override at(step: number): number {
    const found = this.boundaries.findIndex((boundary) => step <= boundary);
    return this.values[found < 0 ? this.boundaries.length : found]!;
  }

  protected override get defaultName(): string {
    return 'PiecewiseConstant';
  }
}

/** Creates a {@link PiecewiseConstantDecay}. */
export function piecewiseConstantDecay(given: PiecewiseConstantDecayOptions): PiecewiseConstantDecay {
  return new PiecewiseConstantDecay(given);
}
