// The progress of fit in Keras' form: a bar that redraws itself on a terminal, plain lines where the output is none.
import type { Callback, FitParameters, Logs } from './callback.js';

/** Where lines go: `write` for text as it is; `isTTY` and `columns` as on Node's streams. */
export interface ProgressOutput {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}

const width = 20;

/** Milliseconds between two drawings of the bar. */
const redrawEvery = 50;

export class ProgressBar implements Callback {
  private parameters: FitParameters = { epochs: 1, steps: undefined, verbose: 1 };
  private startedAt = 0;
  private firstStepDone = 0;
  private drawnAt = 0;
  private seen = 0;
  private logs: Logs = {};

  constructor(private readonly output: ProgressOutput = standardOutput()) {}

  setParameters(parameters: FitParameters): void {
    this.parameters = parameters;
  }

  onEpochBegin(epoch: number): void {
    if (this.parameters.epochs > 1) this.output.write(`Epoch ${epoch + 1}/${this.parameters.epochs}\n`);
    this.startedAt = performance.now();
    this.firstStepDone = 0;
    this.drawnAt = 0;
    this.seen = 0;
  }

  onTrainBatchEnd(batch: number, logs: Logs): void {
    const now = performance.now();
    this.seen = batch + 1;
    this.logs = logs;
    if (this.seen === 1) this.firstStepDone = now;
    if (this.parameters.verbose !== 1 || this.output.isTTY !== true || now - this.drawnAt < redrawEvery)
      return;
    this.drawnAt = now;
    this.output.write(`\r${this.line(now, false)}\u001b[K`);
  }

  onEpochEnd(_epoch: number, logs: Logs): void {
    this.logs = logs;
    const line = this.line(performance.now(), true);
    this.output.write(
      this.output.isTTY === true && this.parameters.verbose === 1 ? `\r${line}\u001b[K\n` : `${line}\n`,
    );
  }

  private line(now: number, isFinal: boolean): string {
    const target = isFinal ? this.seen : this.parameters.steps;
    const elapsed = now - this.startedAt;
    const perStep =
      this.seen > 1 ? (now - this.firstStepDone) / (this.seen - 1) : elapsed / Math.max(1, this.seen);
    const rate = formatRate(perStep);
    const values = Object.keys(this.logs)
      .sort()
      .map((name) => ` - ${name}: ${formatValue(this.logs[name]!)}`)
      .join('');
    const count =
      target === undefined
        ? `${String(this.seen).padStart(7)}/Unknown`
        : `${String(this.seen).padStart(String(target).length)}/${target}`;
    if (this.parameters.verbose === 2) return `${count} - ${formatSeconds(elapsed)} - ${rate}${values}`;
    const time =
      isFinal || target === undefined
        ? formatSeconds(elapsed)
        : formatSeconds(perStep * (target - this.seen));
    return `${count} ${bar(this.seen, target)} ${time} ${rate}${values}`;
  }
}

function bar(seen: number, target: number | undefined): string {
  if (target === undefined) return '━'.repeat(width);
  const done = Math.min(width, Math.floor((width * seen) / Math.max(1, target)));
  return '━'.repeat(done) + '─'.repeat(width - done);
}

function formatSeconds(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  const two = (n: number): string => String(n).padStart(2, '0');
  if (seconds >= 3600)
    return `${Math.floor(seconds / 3600)}:${two(Math.floor((seconds % 3600) / 60))}:${two(seconds % 60)}`;
  if (seconds >= 60) return `${Math.floor(seconds / 60)}:${two(seconds % 60)}`;
  return `${seconds}s`;
}

function formatRate(milliseconds: number): string {
  if (milliseconds >= 1000) return `${Math.round(milliseconds / 1000)}s/step`;
  if (milliseconds >= 1) return `${Math.round(milliseconds)}ms/step`;
  return `${Math.round(milliseconds * 1000)}us/step`;
}

/** Four decimals, or an exponent where those would show nothing. */
export function formatValue(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  return Math.abs(value) > 1e-3 || value === 0 ? value.toFixed(4) : value.toExponential(4);
}

function standardOutput(): ProgressOutput {
  const stdout = (globalThis as { process?: { stdout?: ProgressOutput } }).process?.stdout;
  return stdout ?? { write: (text) => console.log(text.trimEnd()) };
}
