// What a callback is: any of these methods. A plain object will do; the callbacks themselves are beside this.
import type { Model } from '../model.js';

/** Numbers by name: `loss`, `accuracy`, `val_loss`, ... A callback may add to it or change it. */
export type Logs = Record<string, number>;

/** What holds for a whole fit. */
export interface FitParameters {
  readonly epochs: number;
  readonly steps: number | undefined;
  readonly verbose: 0 | 1 | 2;
}

/** Called at the turns of fit, evaluate and predict. Methods may be asynchronous; the loop waits for them. */
export interface Callback {
  setModel?(model: Model): void;
  setParameters?(parameters: FitParameters): void;
  onTrainBegin?(logs: Logs): void | Promise<void>;
  onTrainEnd?(logs: Logs): void | Promise<void>;
  onEpochBegin?(epoch: number, logs: Logs): void | Promise<void>;
  onEpochEnd?(epoch: number, logs: Logs): void | Promise<void>;
  onTrainBatchBegin?(batch: number, logs: Logs): void | Promise<void>;
  onTrainBatchEnd?(batch: number, logs: Logs): void | Promise<void>;
  onTestBegin?(logs: Logs): void | Promise<void>;
  onTestEnd?(logs: Logs): void | Promise<void>;
  onTestBatchBegin?(batch: number, logs: Logs): void | Promise<void>;
  onTestBatchEnd?(batch: number, logs: Logs): void | Promise<void>;
  onPredictBegin?(logs: Logs): void | Promise<void>;
  onPredictEnd?(logs: Logs): void | Promise<void>;
  onPredictBatchBegin?(batch: number, logs: Logs): void | Promise<void>;
  onPredictBatchEnd?(batch: number, logs: Logs): void | Promise<void>;
}
