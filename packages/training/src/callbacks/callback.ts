// What a callback is: any of these methods. A plain object will do; the callbacks themselves are beside this.
import type { TrainableModel } from '../trainable-model.js';
import type { CallbackState } from './callback-state.js';

/** Numbers by name: `loss`, `accuracy`, `val_loss`, ... A callback may add to it or change it; later ones see that. */
export type Logs = Record<string, number>;

/** 0 for silence, 1 for a progress bar, 2 for a line an epoch. */
export type Verbosity = 0 | 1 | 2;

/** What holds for a whole run. */
export interface RunParameters {
  readonly epochs: number;
  /** The steps of an epoch, where known. */
  readonly steps: number | undefined;
  readonly verbose: Verbosity;
}

/** Where a run goes on: at an epoch, after so many batches of it. */
export interface ResumePoint {
  readonly epoch: number;
  readonly batch: number;
  /** What the run held there beside weights and the optimizer's state, as {@link Callback.onResumePoint} was given it. */
  readonly state?: CallbackState;
}

/**
 * Called at the turns of fit, evaluate and predict. Methods may be asynchronous; the loop waits for them.
 * `setModel` and `setParameters` come first. Where a run fails, `onFailure` is called in place of
 * `onTrainEnd` and its kin.
 */
export interface Callback {
  /**
   * What it has to know where a run goes on in another process: JSON, in which host tensors may stand. Read where a backup is
   * made, and set after `onTrainBegin` where a run goes on, so that it ends as if it had never been interrupted.
   */
  state?: CallbackState;
  setModel?(model: TrainableModel): void;
  setParameters?(parameters: RunParameters): void;
  /**
   * Asked before `onTrainBatchEnd` and `onTestBatchEnd`: whether this callback needs the logs of that batch. Logs lie with the
   * backend until somebody needs them, and reading them makes a device stop; where nobody does, all get empty ones.
   * Absent: it does, each time.
   */
  needsBatchLogs?(batch: number): boolean;
  /** May say where an earlier run stopped: fit goes on there, in place of `initialEpoch`. */
  // eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- most return nothing at all
  onTrainBegin?(logs: Logs): ResumePoint | void | Promise<ResumePoint | void>;
  /**
   * After all callbacks have heard of the beginning of a run that goes on from nowhere, of the end of a batch, unless it is the
   * last of its epoch, or of the end of an epoch: a run could go on here. `state` gives what it holds beside weights and the
   * optimizer's state.
   */
  onResumePoint?(point: ResumePoint, state: () => Promise<CallbackState>): void | Promise<void>;
  onTrainEnd?(logs: Logs): void | Promise<void>;
  onEpochBegin?(epoch: number, logs: Logs): void | Promise<void>;
  onEpochEnd?(epoch: number, logs: Logs): void | Promise<void>;
  /** After the first step on batches of a new shape: what capturing and compiling it took. Units: milliseconds. */
  onStepCompiled?(duration: number): void | Promise<void>;
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
  /** Where fit, evaluate or predict ends by an error, such as that of an aborted signal: to take back what was done to the model. */
  onFailure?(error: unknown): void | Promise<void>;
}
