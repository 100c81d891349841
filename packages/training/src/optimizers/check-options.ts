// The options every optimizer takes, and what they may be.
import { optionInvalid } from '@lamella/core';
import { isSchedule, type LearningRateSchedule } from './schedules/schedule.js';

/** The options every optimizer takes, with Keras' defaults. */
export interface OptimizerOptions {
  readonly learningRate?: number | LearningRateSchedule;
  /** The share of its value that each weight loses at each step, times the learning rate. */
  readonly weightDecay?: number | null;
  /** Clips the norm of each gradient. At most one of the three. */
  readonly clipnorm?: number | null;
  /** Clips each element of each gradient. */
  readonly clipvalue?: number | null;
  /** Clips the norm of all gradients together. */
  readonly globalClipnorm?: number | null;
  /** Whether to keep a running average of each weight, which the weights become when fit ends. */
  readonly useEma?: boolean;
  readonly emaMomentum?: number;
  /** Every so many steps the weights take their averages' values. */
  readonly emaOverwriteFrequency?: number | null;
  /** The loss is multiplied, and its gradients divided, by it. */
  readonly lossScaleFactor?: number | null;
  /** Over how many steps gradients are averaged before they are applied. */
  readonly gradientAccumulationSteps?: number | null;
  readonly name?: string;
}

/** Throws: OPTION_INVALID. */
export function checkOptimizerOptions(subject: string, options: OptimizerOptions): void {
  const given = <K extends keyof OptimizerOptions>(name: K): boolean => (options[name] ?? null) !== null;
  const { learningRate } = options;
  if (
    learningRate !== undefined &&
    !isSchedule(learningRate) &&
    !(learningRate >= 0 && learningRate < Infinity)
  )
    throw optionInvalid(subject, 'learningRate', 'a number of at least 0, or a schedule', learningRate);
  const clips = (['clipnorm', 'clipvalue', 'globalClipnorm'] as const).filter(given);
  if (clips.length > 1) {
    throw optionInvalid(
      subject,
      clips.join(' and '),
      'at most one of clipnorm, clipvalue and globalClipnorm',
      clips.length,
    );
  }
  for (const name of [...clips, ...(['lossScaleFactor'] as const).filter(given)]) {
    if (!(options[name]! > 0)) throw optionInvalid(subject, name, 'a positive number', options[name]);
  }
  if (given('weightDecay') && !(options.weightDecay! >= 0))
    throw optionInvalid(subject, 'weightDecay', 'a number of at least 0', options.weightDecay);
  const { emaMomentum = 0.99 } = options;
  if (!(emaMomentum >= 0 && emaMomentum <= 1))
    throw optionInvalid(subject, 'emaMomentum', 'a number from 0 to 1', emaMomentum);
  for (const [name, least] of [
    ['emaOverwriteFrequency', 1],
    ['gradientAccumulationSteps', 2],
  ] as const) {
    if (given(name) && !(Number.isInteger(options[name]) && options[name]! >= least))
      throw optionInvalid(subject, name, `a whole number of at least ${least}`, options[name]);
  }
}
