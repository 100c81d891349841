// CSVLogger: a line for each epoch, with the values that were logged. What Python's csv module would write, byte for byte.
import type { Callback, Logs } from '@lamella/training';
import { lamellaError } from '@lamella/program';
import { twoDigitExponent } from './file-pattern.js';

export interface CSVLoggerOptions {
  readonly filename: string;
  /** Default `,`. */
  readonly separator?: string;
  /** Whether lines are added to a file that is there already. Default false. */
  readonly append?: boolean;
}

/**
 * Writes the logs of each epoch to a CSV file. A value that an epoch lacks is `NA`; without validation, the columns of its
 * values are there all the same. Source: keras.callbacks.CSVLogger. Throws: FILE_NOT_WRITTEN.
 *
 * @example
 * const log = csvLogger({ filename: 'training.csv' });
 */
export class CSVLogger implements Callback {
  private keys: readonly string[] | undefined;
  private needsHeader = true;

  constructor(private readonly options: CSVLoggerOptions) {}

  async onTrainBegin(): Promise<void> {
    const { filename, append = false } = this.options;
    const { readFile } = await import('node:fs/promises');
    const before = append ? await readFile(filename, 'utf8').catch(() => '') : '';
    this.needsHeader = before === '';
    this.keys = undefined;
    // A line that a killed process left unfinished is ended.
    if (before !== '' && !before.endsWith('\n')) await this.write('\r\n', 'a');
    if (!append) await this.write('', 'w');
  }

  async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    if (this.keys === undefined) {
      const keys = Object.keys(logs).sort();
      const hasValidation = keys.some((key) => key.startsWith('val_'));
      this.keys = hasValidation ? keys : [...keys, ...keys.map((key) => `val_${key}`)];
      if (this.needsHeader) await this.write(this.line(['epoch', ...this.keys]), 'a');
    }
    const values = this.keys.map((key) => (Object.hasOwn(logs, key) ? pythonFloat(logs[key]!) : 'NA'));
    await this.write(this.line([String(epoch), ...values]), 'a');
  }

  private line(cells: readonly string[]): string {
    const { separator = ',' } = this.options;
    const quoted = cells.map((cell) =>
      cell.includes(separator) || /["\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell,
    );
    return `${quoted.join(separator)}\r\n`;
  }

  private async write(text: string, flag: 'a' | 'w'): Promise<void> {
    const { writeFile } = await import('node:fs/promises');
    const { filename } = this.options;
    try {
      await writeFile(filename, text, { flag });
    } catch (cause) {
      throw lamellaError('FILE_NOT_WRITTEN', {
        subject: `"${filename}"`,
        problem: `writing failed: ${(cause as Error).message}`,
        fix: 'make room or choose another place',
        cause,
      });
    }
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
