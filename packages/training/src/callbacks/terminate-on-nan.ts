// TerminateOnNaN: ends training when the loss is no number any more.
import { checkOptionNames, type OptionNames } from '@lamella/core';
import { lossInvalid } from '../errors.js';
import type { TrainableModel } from '../trainable-model.js';
import type { Callback, Logs } from './callback.js';

export interface TerminateOnNaNOptions {
  /** Whether fit fails with LOSS_INVALID, rather than ending early. Default false. */
  readonly raiseError?: boolean;
  /** Where it says why it ended. */
  readonly print?: (text: string) => void;
}

const terminateOnNaNNames: OptionNames<TerminateOnNaNOptions> = { raiseError: true, print: true };

/** Source: keras.callbacks.TerminateOnNaN. */
export class TerminateOnNaN implements Callback {
  private model!: TrainableModel;

  constructor(private readonly options: TerminateOnNaNOptions = {}) {
    checkOptionNames('TerminateOnNaN', options, terminateOnNaNNames);
  }

  setModel(model: TrainableModel): void {
    this.model = model;
  }

  onTrainBatchEnd(batch: number, logs: Logs): void {
    const { loss } = logs;
    if (loss === undefined || Number.isFinite(loss)) return;
    if (this.options.raiseError === true) throw lossInvalid(this.model.label, loss, batch);
    (this.options.print ?? console.log)(`Batch ${batch}: Invalid loss, terminating training`);
    this.model.stopTraining = true;
  }
}

/** Creates a {@link TerminateOnNaN}. */
export function terminateOnNaN(options: TerminateOnNaNOptions = {}): TerminateOnNaN {
  return new TerminateOnNaN(options);
}
