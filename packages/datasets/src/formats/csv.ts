// Tables of comma-separated values, as a stream of batches that is never in memory as a whole, or as columns that are.
// Cutting text into fields is csv-parse's work; types, and what is wrong with a value, are settled here.
import { checkOptionNames, optionInvalid, type OptionNames } from '@lamella/core';
import { fileInvalid, fileMissing } from '@lamella/files';
import { HostTensor, type AnyHostTensor } from '@lamella/program';
import { checkCount } from '../examples/check.js';

/** What a column holds. */
export type CsvType = 'float32' | 'int32' | 'string';

/** A path, or the bytes of a file, at once or as they come, such as the body of a response. */
export type CsvSource = string | Uint8Array | AsyncIterable<Uint8Array>;

export interface CsvOptions<Name extends string = string> {
  /** The columns that are read, by name, and what they hold. */
  readonly columns: Readonly<Record<Name, CsvType>>;
  /** The names of the file's columns, in order, where its first line does not tell them. */
  readonly header?: readonly string[];
  /** What is between the fields. Default a comma. */
  readonly delimiter?: string;
}

export interface CsvDatasetOptions<Name extends string = string> extends CsvOptions<Name> {
  /** The column that is the target. Default: there is none. */
  readonly label?: NoInfer<Name>;
  /** Default 32. */
  readonly batchSize?: number;
}

/** A batch of rows: a tensor [batch, 1] for each column. */
export interface CsvBatch {
  readonly x: Readonly<Record<string, AnyHostTensor>>;
  readonly y?: AnyHostTensor;
}

const names: OptionNames<CsvOptions> = { columns: true, header: true, delimiter: true };
const datasetNames: OptionNames<CsvDatasetOptions> = { ...names, label: true, batchSize: true };
/** The longest line. Units: characters. */
const maximumRecord = 2 ** 24;
/** How much of a table in memory is cut into fields at a time. */
const pieceBytes = 2 ** 16;

/**
 * Batches of a table's rows, for `fit` and `adapt`; each pass reads the file anew. The columns are named inputs.
 * Throws: OPTION_INVALID; while reading, FILE_MISSING, FILE_INVALID with the line of what is wrong.
 *
 * @example
 * const table = new TextEncoder().encode('area,price\n50,100\n80,160\n');
 * const rows = csvDataset(table, { columns: { area: 'float32', price: 'float32' }, label: 'price' });
 * for await (const { x, y } of rows) console.log(x['area']!.array(), y!.array()); // [[50], [80]] [[100], [160]]
 */
export function csvDataset<Name extends string>(
  source: CsvSource,
  options: CsvDatasetOptions<Name>,
): AsyncIterable<CsvBatch> {
  const subject = 'csvDataset()';
  checkOptionNames(subject, options, datasetNames);
  checkColumns(subject, options);
  const { columns, label, batchSize = 32 } = options;
  checkCount(subject, 'batchSize', batchSize, 1);
  if (label !== undefined && !Object.hasOwn(columns, label))
    throw optionInvalid(subject, 'label', `one of ${Object.keys(columns).join(', ')}`, label);
  return {
    async *[Symbol.asyncIterator]() {
      let table = new Columns(columns);
      const made = (): CsvBatch => {
        const tensors = table.tensors(true);
        table = new Columns(columns);
        if (label === undefined) return { x: tensors };
        const { [label as string]: y, ...x } = tensors;
        return { x, y: y! };
      };
      for await (const values of rowsOf(source, options)) {
        table.add(values);
        if (table.length === batchSize) yield made();
      }
      if (table.length > 0) yield made();
    },
  };
}

/**
 * The columns of a whole table. Shapes: [rows] each. Throws: OPTION_INVALID, FILE_MISSING, FILE_INVALID.
 *
 * @example
 * const table = new TextEncoder().encode('name,age\nAda,36\n');
 * const { name, age } = await readCsv(table, { columns: { name: 'string', age: 'int32' } });
 * console.log(name.array(), age.array()); // ['Ada'] [36]
 */
export async function readCsv<Name extends string>(
  source: CsvSource,
  options: CsvOptions<Name>,
): Promise<Record<Name, AnyHostTensor>> {
  const subject = 'readCsv()';
  checkOptionNames(subject, options, names);
  checkColumns(subject, options);
  const table = new Columns(options.columns);
  for await (const values of rowsOf(source, options)) table.add(values);
  return table.tensors(false) as Record<Name, AnyHostTensor>;
}

function checkColumns(subject: string, { columns, delimiter = ',' }: CsvOptions): void {
  const types = Object.entries(columns ?? {});
  if (types.length === 0)
    throw optionInvalid(subject, 'columns', 'a type for each column that is read', columns);
  for (const [name, type] of types)
    if (!['float32', 'int32', 'string'].includes(type))
      throw optionInvalid(subject, `columns.${name}`, '"float32", "int32" or "string"', type);
  if (typeof delimiter !== 'string' || delimiter === '')
    throw optionInvalid(subject, 'delimiter', 'a text', delimiter);
}

/** Values by column, as they come. */
class Columns {
  private readonly values: Map<string, (number | string)[]>;
  length = 0;

  constructor(private readonly types: Readonly<Record<string, CsvType>>) {
    this.values = new Map(Object.keys(types).map((name) => [name, []]));
  }

  add(row: readonly (number | string)[]): void {
    let next = 0;
    for (const column of this.values.values()) column.push(row[next++]!);
    this.length++;
  }

  tensors(asColumns: boolean): Record<string, AnyHostTensor> {
    const shape = asColumns ? [this.length, 1] : [this.length];
    return Object.fromEntries(
      [...this.values].map(([name, values]) => {
        const type = this.types[name]!;
        const data =
          type === 'string'
            ? (values as string[])
            : (type === 'int32' ? Int32Array : Float32Array).from(values as number[]);
        return [name, new HostTensor<CsvType>(data, shape, type) as AnyHostTensor];
      }),
    );
  }
}

/** The values of each row, in the order of `columns`. */
async function* rowsOf(
  source: CsvSource,
  { columns, header, delimiter = ',' }: CsvOptions,
): AsyncGenerator<(number | string)[]> {
  const file = typeof source === 'string' ? source : 'table';
  const wanted = Object.entries(columns);
  let places = header && placesOf(file, wanted, header);
  let width = header?.length ?? 0;
  for await (const { record, info } of recordsOf(source, file, delimiter)) {
    if (places === undefined) {
      places = placesOf(file, wanted, record);
      width = record.length;
      continue;
    }
    if (record.length !== width)
      throw fileInvalid(
        file,
        `line ${info.lines} has ${record.length} fields, and there are ${width} columns`,
      );
    yield wanted.map(([name, type], i) => valueOf(file, info.lines, name, type, record[places![i]!]!));
  }
}

function placesOf(
  file: string,
  wanted: readonly (readonly [string, CsvType])[],
  header: readonly string[],
): number[] {
  return wanted.map(([name]) => {
    const place = header.indexOf(name);
    if (place === -1) throw fileInvalid(file, `it has no column "${name}", only ${header.join(', ')}`);
    return place;
  });
}

function valueOf(file: string, line: number, name: string, type: CsvType, field: string): number | string {
  if (type === 'string') return field;
  const value = field === '' ? NaN : Number(field);
  const isRight = type === 'int32' ? value === (value | 0) : !Number.isNaN(value);
  if (isRight) return value;
  throw fileInvalid(
    file,
    `line ${line}, column "${name}": expected a value of ${type}, got "${field.slice(0, 40)}"`,
  );
}

interface Parsed {
  readonly record: string[];
  readonly info: { readonly lines: number };
}

async function* recordsOf(source: CsvSource, file: string, delimiter: string): AsyncGenerator<Parsed> {
  const { parse } = await import('csv-parse');
  const parser = parse({
    delimiter,
    bom: true,
    info: true,
    trim: true,
    skipEmptyLines: true,
    relaxColumnCount: true,
    maxRecordSize: maximumRecord,
  });
  const records: Parsed[] = [];
  const drain = (): void => {
    for (let next: unknown = parser.read(); next !== null; next = parser.read()) records.push(next as Parsed);
  };
  parser.on('readable', drain);
  // Streams of pages take bytes of a kind of their own, and those of Node take any.
  const decoder = new TextDecoder();
  const failed = new Promise<never>((_, reject) => parser.on('error', reject));
  failed.catch(() => undefined);
  const done = (act: (end: () => void) => void): Promise<void> =>
    Promise.race([new Promise<void>((resolve) => act(resolve)), failed]);
  try {
    for await (const chunk of await bytesOf(source)) {
      const text = decoder.decode(chunk, { stream: true });
      await done((end) => parser.write(text, () => end()));
      drain();
      yield* records.splice(0);
    }
    await done((end) => parser.on('end', end).end(decoder.decode()));
    yield* records.splice(0);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw fileMissing(file, 'there is no such file');
    throw code?.startsWith('CSV_') === true ? fileInvalid(file, message) : error;
  }
}

/** The bytes as they come. */
async function bytesOf(source: CsvSource): Promise<Iterable<Uint8Array> | AsyncIterable<Uint8Array>> {
  if (source instanceof Uint8Array) return piecesOf(source);
  if (typeof source !== 'string') return source;
  const { createReadStream } = (await import('node:fs')) as Partial<typeof import('node:fs')>;
  if (createReadStream === undefined)
    throw fileMissing(source, 'there are no paths here: pass the bytes, such as the body of a response');
  return createReadStream(source) as AsyncIterable<Uint8Array>;
}

function* piecesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let i = 0; i < bytes.length; i += pieceBytes) yield bytes.subarray(i, i + pieceBytes);
}
