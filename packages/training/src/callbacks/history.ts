// History: what fit returns, the logs of each epoch by name.
import type { Callback, RunParameters, Logs } from './callback.js';

export class History implements Callback {
  /** The epochs run, from 0. */
  readonly epoch: number[] = [];
  /** For each name its value at each epoch. */
  readonly history: Record<string, number[]> = {};
  parameters: RunParameters | undefined;

  setParameters(parameters: RunParameters): void {
    this.parameters = parameters;
  }

  onEpochEnd(epoch: number, logs: Logs): void {
    this.epoch.push(epoch);
    for (const name of Object.keys(logs).sort()) (this.history[name] ??= []).push(logs[name]!);
  }
}
