// The progress of fit, evaluate and predict in Keras' form: a bar on a terminal, plain lines where the output is none.
import { checkOptionNames, type OptionNames } from '@lamella/core';
import type { Callback, Logs, RunParameters, Verbosity } from './callback.js';
import { ProgressLine, type ProgressStyle } from './progress-line.js';

/** Where text goes, as it is; `isTTY` as on Node's streams. */
export interface ProgressOutput {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}

export interface ProgressBarOptions {
  /** Default: the process's standard output, or the console where there is none. */
  readonly output?: ProgressOutput;
  /** In place of what the run was called with. */
  readonly verbose?: Verbosity;
  /** The time. Units: milliseconds. */
  readonly now?: () => number;
}

const progressBarNames: OptionNames<ProgressBarOptions> = { output: true, verbose: true, now: true };

/** Source: keras.callbacks.ProgbarLogger, keras.utils.Progbar. */
export class ProgressBar implements Callback {
  private readonly output: ProgressOutput;
  private readonly now: () => number;
  private parameters: RunParameters = { epochs: 1, steps: undefined, verbose: 1 };
  private target: number | undefined;
  private line: ProgressLine | undefined;
  private seen = 0;
  private isDue = true;
  /** Inside fit, validation is silent. */
  private isFitting = false;

  constructor(private readonly options: ProgressBarOptions = {}) {
    checkOptionNames('ProgressBar', options, progressBarNames);
    this.output = options.output ?? standardOutput();
    this.now = options.now ?? (() => performance.now());
  }

  setParameters(parameters: RunParameters): void {
    this.parameters = parameters;
    this.target = parameters.steps;
    this.isFitting = false;
  }

  onTrainBegin(): void {
    this.isFitting = true;
  }

  onEpochBegin(epoch: number): void {
    this.begin();
    const { epochs } = this.parameters;
    if (this.verbose > 0 && epochs > 1) this.output.write(`Epoch ${epoch + 1}/${epochs}\n`);
  }

  onTestBegin(): void {
    if (!this.isFitting) this.begin();
  }

  onPredictBegin(): void {
    this.begin();
  }

  onStepCompiled(duration: number): void {
    if (this.line !== undefined) this.line.compileTime += duration;
  }

  needsBatchLogs(): boolean {
    return (this.isDue = this.verbose === 1 && this.line?.isDue === true);
  }

  onTrainBatchEnd(batch: number, logs: Logs): void {
    this.update(batch, logs);
  }

  onTestBatchEnd(batch: number, logs: Logs): void {
    if (!this.isFitting) this.update(batch, logs);
  }

  onPredictBatchEnd(batch: number): void {
    this.update(batch, {});
  }

  onEpochEnd(_epoch: number, logs: Logs): void {
    this.finish(logs);
  }

  onTestEnd(logs: Logs): void {
    if (!this.isFitting) this.finish(logs);
  }

  onPredictEnd(): void {
    this.finish({});
  }

  private get verbose(): Verbosity {
    return this.options.verbose ?? this.parameters.verbose;
  }

  private begin(): void {
    const style: ProgressStyle =
      this.verbose === 2 ? 'summary' : this.output.isTTY === true ? 'terminal' : 'plain';
    this.line = new ProgressLine({ target: this.target, style, now: this.now });
    this.seen = 0;
  }

  private update(batch: number, logs: Logs): void {
    this.seen = batch + 1;
    if (!this.isDue) this.line?.count(this.seen);
    else if (this.verbose === 1) this.write(this.line?.update(this.seen, logs, false));
  }

  private finish(logs: Logs): void {
    const { line } = this;
    if (line === undefined || this.verbose === 0) return;
    this.target ??= this.seen;
    line.target = this.target;
    this.write(line.update(this.target, logs, true));
    this.line = undefined;
  }

  private write(text: string | undefined): void {
    if (text !== undefined && text !== '') this.output.write(text);
  }
}

function standardOutput(): ProgressOutput {
  const { process } = globalThis as { process?: { stdout?: ProgressOutput } };
  return process?.stdout ?? linesTo(console.log);
}

/** An output for whole lines. */
function linesTo(print: (line: string) => void): ProgressOutput {
  return { write: (text) => print(text.replace(/\n$/, '')) };
}
