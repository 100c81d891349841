// What a callback that watches a logged value goes by: its name, and whether smaller or larger is better.
import { optionInvalid, type OptionNames } from '@lamella/core';
import { monitorInvalid } from '../errors.js';
import type { TrainableModel } from '../trainable-model.js';

export interface MonitorOptions {
  /** The name in the logs. Default `val_loss`. */
  readonly monitor?: string;
  /** `auto`: losses and errors are better when smaller, accuracies when larger. */
  readonly mode?: 'auto' | 'min' | 'max';
  /** The least change that counts as better. Default 0. */
  readonly minDelta?: number;
}

export const monitorNames: OptionNames<MonitorOptions> = { monitor: true, mode: true, minDelta: true };

export class Monitor {
  /** The name in the logs. */
  readonly name: string;
  private readonly minDelta: number;
  private isMax: boolean | undefined;

  /** `subject` is the callback, as errors name it. Throws: OPTION_INVALID. */
  constructor(
    private readonly subject: string,
    options: MonitorOptions,
  ) {
    const { monitor = 'val_loss', mode = 'auto', minDelta = 0 } = options;
    if (!['auto', 'min', 'max'].includes(mode))
      throw optionInvalid(subject, 'mode', 'auto, min or max', mode);
    if (!Number.isFinite(minDelta)) throw optionInvalid(subject, 'minDelta', 'a finite number', minDelta);
    this.name = monitor;
    this.minDelta = Math.abs(minDelta);
    this.isMax = mode === 'auto' ? undefined : mode === 'max';
  }

  /**
   * Whether `value` is better than `reference`, or the first one.
   * Throws: MONITOR_INVALID where `mode` is `auto` and the model does not say which way is better.
   */
  isBetter(value: number, reference: number | undefined, model: TrainableModel): boolean {
    this.isMax ??= this.directionIn(model) === 'up';
    if (reference === undefined) return true;
    return this.isMax ? value - this.minDelta > reference : value + this.minDelta < reference;
  }

  /** The value in the logs, or undefined with a warning where there is none. */
  valueIn(logs: Readonly<Record<string, number>>): number | undefined {
    if (Object.hasOwn(logs, this.name)) return logs[this.name];
    console.warn(
      `[MONITOR_MISSING] ${this.subject}: "${this.name}" is not logged. Logged: ${Object.keys(logs).join(', ')}.`,
    );
    return undefined;
  }

  private directionIn(model: TrainableModel): 'up' | 'down' {
    const direction = model.compiled?.directionOf(this.name.replace(/^val_/, ''));
    if (direction !== undefined) return direction;
    throw monitorInvalid(
      this.subject,
      `it cannot tell whether "${this.name}" is better when smaller or larger`,
      "pass mode: 'min' or mode: 'max'",
    );
  }
}
