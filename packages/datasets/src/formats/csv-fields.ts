// Text that comes in pieces, cut into the fields of comma-separated values. What fields mean is csv.ts's.
// Source: RFC 4180. Beside it, lines may end in any way, spaces around fields go, and empty lines are no records.
import { fileInvalid } from '@lamella/files';
import type { LamellaError } from '@lamella/program';

export interface CsvRecord {
  readonly fields: readonly string[];
  /** The line that it ends in, from 1. */
  readonly line: number;
}

/** Where in a field the next character stands: before it, in it, in its quotes, behind a quote in them, or behind them. */
type Place = 'before' | 'plain' | 'quoted' | 'quote' | 'after';

const lineFeed = 10;
const carriageReturn = 13;
const quote = 34;
/** The longest record. Units: characters. */
const maximumRecord = 2 ** 24;

/** Throws, from all of its methods: FILE_INVALID with the line of a quote that is wrong, or of a record that is too long. */
export class CsvFields {
  private place: Place = 'before';
  private fields: string[] = [];
  /** What is known of the field at hand. */
  private field = '';
  private line = 1;
  private isBehindReturn = false;
  /** The length of the record at hand. Units: characters. */
  private size = 0;
  /** The end of the last piece, which may be the beginning of a delimiter. */
  private held = '';

  constructor(
    private readonly file: string,
    private readonly delimiter: string,
  ) {}

  /** The records that end in this piece. */
  push(piece: string): CsvRecord[] {
    return this.cut(piece, this.delimiter.length - 1);
  }

  /** The record that the file ends with, where no line end does. */
  end(): CsvRecord[] {
    const records = this.cut('', 0);
    if (this.place === 'quoted') throw this.invalid('a quote is not closed');
    if (this.place !== 'before' || this.fields.length > 0) records.push(this.record(''));
    return records;
  }

  /** Cuts what is held and the piece, all but the last `kept` characters. */
  private cut(piece: string, kept: number): CsvRecord[] {
    const text = this.held + piece;
    const records: CsvRecord[] = [];
    const end = text.length - kept;
    let start = 0;
    let from = 0;
    let i = 0;
    while (i < end) {
      const code = text.charCodeAt(i);
      const isLineEnd = this.isLineEnd(code);
      if (this.place === 'quoted') {
        if (isLineEnd) this.line++;
        if (code === quote) {
          this.field += text.slice(from, i);
          this.place = 'quote';
        }
        i++;
        continue;
      }
      if (this.place === 'quote') {
        // Two quotes in quotes are one.
        this.place = code === quote ? 'quoted' : 'after';
        from = i;
        if (code === quote) {
          i++;
          continue;
        }
      }
      if (text.startsWith(this.delimiter, i)) {
        this.endField(text.slice(from, i));
        i += this.delimiter.length;
        from = i;
        continue;
      }
      i++;
      if (code === lineFeed || code === carriageReturn) {
        if (this.place !== 'before' || this.fields.length > 0)
          records.push(this.record(text.slice(from, i - 1)));
        if (isLineEnd) this.line++;
        this.size = 0;
        start = i;
        from = i;
      } else if (code === quote && this.place !== 'after') {
        if (this.place === 'plain')
          throw this.invalid('a quote stands in a field that does not begin with one');
        this.place = 'quoted';
        from = i;
      } else if (!isSpace(code)) {
        if (this.place === 'after')
          throw this.invalid('something stands between a quote and what ends its field');
        if (this.place === 'before') from = i - 1;
        this.place = 'plain';
      }
    }
    if (this.place === 'plain' || this.place === 'quoted') this.field += text.slice(from, i);
    this.size += i - start;
    if (this.size > maximumRecord)
      throw this.invalid(`expected at most ${maximumRecord} characters, got ${this.size} and more`);
    this.held = text.slice(i);
    return records;
  }

  /** Whether a line ends with this character: a line feed behind a carriage return ends none. */
  private isLineEnd(code: number): boolean {
    const isSecond = code === lineFeed && this.isBehindReturn;
    this.isBehindReturn = code === carriageReturn;
    return !isSecond && (code === lineFeed || code === carriageReturn);
  }

  /** The field at hand is over; `rest` of it has not been kept yet. */
  private endField(rest: string): void {
    this.fields.push(this.place === 'plain' ? (this.field + rest).trimEnd() : this.field);
    this.field = '';
    this.place = 'before';
  }

  private record(rest: string): CsvRecord {
    this.endField(rest);
    const { fields, line } = this;
    this.fields = [];
    return { fields, line };
  }

  private invalid(problem: string): LamellaError {
    return fileInvalid(this.file, `line ${this.line}: ${problem}`);
  }
}

function isSpace(code: number): boolean {
  if (code < 0x80) return code === 32 || (code >= 9 && code <= 13);
  return /\s/.test(String.fromCharCode(code));
}
