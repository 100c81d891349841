// What a learning rate schedule is: the rate of each step, a plain function of its number. The schedules are beside this.
// Rates are computed on the host before each step and put into the optimizer's cell; they are no part of the Program.
import { optionInvalid, type Config, type Serializable } from '@lamella/core';

export interface ScheduleOptions {
  readonly name?: string;
}

/**
 * The learning rate as a function of the step.
 * Source: keras.optimizers.schedules.LearningRateSchedule.
 */
export abstract class LearningRateSchedule implements Serializable {
  readonly kind = 'schedules';
  readonly name: string;

  constructor(defaultName: string, options: ScheduleOptions) {
    this.name = options.name ?? defaultName;
  }

  get className(): string {
    return (this.constructor as unknown as { className: string }).className;
  }

  /** The rate of a step. Units: `step` counts from 0. */
  abstract at(step: number): number;

  abstract getConfig(): Config;
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

/** Throws: OPTION_INVALID unless `steps` is a positive number. */
export function requireSteps(subject: string, option: string, steps: number): void {
  if (!(steps > 0 && Number.isFinite(steps)))
    throw optionInvalid(subject, option, 'a positive number of steps', steps);
}
