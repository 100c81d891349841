// CSVLogger: a line for each epoch, with the values that were logged. What Python's csv module would write, byte for byte.
import { checkOptionNames, type OptionNames } from '@lamella/core';
import { fieldKinds, fieldsOf, type Callback, type CallbackState, type Logs } from '@lamella/training';
import { lamellaError } from '@lamella/program';
import { twoDigitExponent } from './file-pattern.js';

export interface CSVLoggerOptions {
  readonly filename: string;
  /** Default `,`. */
  readonly separator?: string;
  /** Whether lines are added to a file that is there already. Default false. */
  readonly append?: boolean;
}

const csvLoggerNames: OptionNames<CSVLoggerOptions> = { filename: true, separator: true, append: true };

const { count, listOf, optional, text } = fieldKinds;
const fields = { keys: optional(listOf(text)), size: optional(count) };

/**
 * Writes the logs of each epoch to a CSV file. A value that an epoch lacks is `NA`; without validation, the columns of its
 * values are there all the same. The file begins with the first line. Source: keras.callbacks.CSVLogger.
 * Throws: FILE_NOT_WRITTEN.
 *
 * @example
 * const log = csvLogger({ filename: 'training.csv' });
 */
export class CSVLogger implements Callback {
  private keys: readonly string[] | undefined;
  /** How long the file is, as far as it is of this training; undefined before its first line. Units: bytes. */
  private size: number | undefined;
  private hasBegun = false;

  constructor(private readonly options: CSVLoggerOptions) {
    checkOptionNames('CSVLogger', options, csvLoggerNames);
  }

  get state(): CallbackState {
    return { keys: this.keys, size: this.size };
  }

  set state(kept: CallbackState) {
    Object.assign(this, fieldsOf('CSVLogger', kept, fields));
  }

  async onTrainBegin(): Promise<void> {
    const { filename, append = false } = this.options;
    const { stat } = await import('node:fs/promises');
    this.keys = undefined;
    // What is there now stays, also where this run is killed and begins anew.
    this.size = append
      ? await stat(filename).then(
          ({ size }) => size,
          () => undefined,
        )
      : undefined;
    this.hasBegun = false;
  }

  async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    try {
      if (!this.hasBegun) await this.begin();
      if (this.keys === undefined) {
        const keys = Object.keys(logs).sort();
        const hasValidation = keys.some((key) => key.startsWith('val_'));
        this.keys = hasValidation ? keys : [...keys, ...keys.map((key) => `val_${key}`)];
      }
      if (this.size === 0) await this.add(this.line(['epoch', ...this.keys]));
      const values = this.keys.map((key) => (Object.hasOwn(logs, key) ? pythonFloat(logs[key]!) : 'NA'));
      await this.add(this.line([String(epoch), ...values]));
    } catch (cause) {
      const { filename } = this.options;
      throw lamellaError('FILE_NOT_WRITTEN', {
        subject: `"${filename}"`,
        problem: `writing failed: ${(cause as Error).message}`,
        fix: 'make room or choose another place',
        cause,
      });
    }
  }

  /** Cuts off what is not to stay: all, or the lines of epochs that are run again. */
  private async begin(): Promise<void> {
    const { filename } = this.options;
    const { readFile, truncate } = await import('node:fs/promises');
    const before: Uint8Array = await readFile(filename).catch(() => new Uint8Array());
    const size = Math.min(before.length, this.size ?? 0);
    if (size < before.length) await truncate(filename, size);
    this.size = size;
    // A line that a killed process left unfinished is ended.
    if (size > 0 && before[size - 1] !== 0x0a) await this.add('\r\n');
    this.hasBegun = true;
  }

  private line(cells: readonly string[]): string {
    const { separator = ',' } = this.options;
    const quoted = cells.map((cell) =>
      cell.includes(separator) || /["\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell,
    );
    return `${quoted.join(separator)}\r\n`;
  }

  private async add(text: string): Promise<void> {
    const { appendFile } = await import('node:fs/promises');
    await appendFile(this.options.filename, text);
    this.size = this.size! + new TextEncoder().encode(text).length;
  }
}

/** A number as Python prints a float. */
function pythonFloat(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const size = Math.abs(value);
  const text = size !== 0 && (size < 1e-4 || size >= 1e16) ? value.toExponential() : String(value);
  if (text.includes('e')) return twoDigitExponent(text);
  return text.includes('.') ? text : `${Object.is(value, -0) ? '-0' : text}.0`;
}

/** Creates a {@link CSVLogger}. */
export function csvLogger(options: CSVLoggerOptions): CSVLogger {
  return new CSVLogger(options);
}
