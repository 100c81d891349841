// The options every optimizer takes, and what they may be.
import {
  booleanOption,
  fractionOption,
  nonNegativeOption,
  optionInvalid,
  optionKind,
  orNull,
  positiveIntegerOption,
  positiveOption,
  type ConfigValue,
  type GivenOptions,
} from '@lamella/core';
import { isSchedule, type LearningRateSchedule } from './schedules/schedule.js';

/** A number, or a schedule. */
export const learningRateOption = optionKind<number | LearningRateSchedule>({
  check: (subject, name, given) => {
    if (isSchedule(given) || (Number.isFinite(given) && (given as number) >= 0))
      return given as number | LearningRateSchedule;
    throw optionInvalid(subject, name, 'a number of at least 0, or a schedule', given);
  },
  isFloat: true,
  write: (kept) => kept as ConfigValue,
});

/** A number of steps, two at least: over one there is nothing to do. */
const severalSteps = optionKind<number>({
  check: (subject, name, given) => {
    if (Number.isSafeInteger(given) && (given as number) >= 2) return given as number;
    throw optionInvalid(subject, name, 'a whole number of at least 2', given);
  },
});

/** How the updates of every optimizer may be changed, in the order and with the defaults of Keras. */
export const updateOptions = {
  /** The share of its value that each weight loses at each step, times the learning rate. */
  weightDecay: orNull(nonNegativeOption()),
  /** Clips the norm of each gradient. At most one of the three. */
  clipnorm: orNull(positiveOption()),
  /** Clips the norm of all gradients together. */
  globalClipnorm: orNull(positiveOption()),
  /** Clips each element of each gradient. */
  clipvalue: orNull(positiveOption()),
  /** Whether to keep a running average of each weight, which the weights become when fit ends. */
  useEma: booleanOption(false),
  emaMomentum: fractionOption(0.99),
  /** Every so many steps the weights take their averages' values. */
  emaOverwriteFrequency: orNull(positiveIntegerOption()),
  /** The loss is multiplied, and its gradients divided, by it. */
  lossScaleFactor: orNull(positiveOption()),
  /** Over how many steps gradients are averaged before they are applied. */
  gradientAccumulationSteps: orNull(severalSteps()),
};

/** What the state of every optimizer begins with. */
export interface StateOptions {
  readonly name?: string | undefined;
  readonly learningRate?: number | LearningRateSchedule | undefined;
}

/** The options every optimizer takes. */
export type OptimizerOptions = StateOptions & GivenOptions<typeof updateOptions>;
