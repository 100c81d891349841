// What a learning rate schedule is: the rate of each step, a plain function of its number. The schedules are beside this.
// Rates are computed on the host before each step and put into the optimizer's cell; they are no part of the Program.
import {
  optionInvalid,
  optionKind,
  type Config,
  type Serializable,
  type SerializableKind,
} from '@lamella/core';

export interface ScheduleOptions {
  readonly name?: string;
}

/**
 * The learning rate as a function of the step.
 * Source: keras.optimizers.schedules.LearningRateSchedule.
 */
export abstract class LearningRateSchedule implements Serializable {
  /** Options that it takes and `withOptions` does not declare. */
  static readonly plainOptions: readonly string[] = ['name'];
  static readonly kind: SerializableKind = 'schedules';

  readonly kind = 'schedules';
  readonly name: string;

  constructor(options: ScheduleOptions = {}) {
    this.name = options.name ?? this.defaultName;
  }

  get className(): string {
    return (this.constructor as unknown as { className: string }).className;
  }

  /** The rate of a step. Units: `step` counts from 0. */
  abstract at(step: number): number;

  getConfig(): Config {
    return { name: this.name };
  }

  /** What it is called where it is given no name. */
  protected get defaultName(): string {
    return this.className;
  }
}

/** Whether a learning rate is a schedule, of any copy of this package. */
export function isSchedule(value: unknown): value is LearningRateSchedule {
  return (
    typeof value === 'object' &&
    value !== null &&
    (value as Partial<Serializable>).kind === 'schedules' &&
    typeof (value as Partial<LearningRateSchedule>).at === 'function'
  );
}

/** A number of steps, which need not be whole. */
export const stepsOption = optionKind<number>({
  check: (subject, name, given) => {
    if (Number.isFinite(given) && (given as number) > 0) return given as number;
    throw optionInvalid(subject, name, 'a positive number of steps', given);
  },
});
