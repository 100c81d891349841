// TensorBoard's event files: TFRecords, each an Event in protobuf's wire format. Not here: what is logged (tensor-board.ts).
import { crc32c, fileNotWritten } from '@lamella/files';

/** A value of a summary, as TensorFlow 2 writes it: a tensor, and the plugin of TensorBoard that shows it. */
export interface SummaryValue {
  readonly tag: string;
  readonly plugin: string;
  /** A number; rows of numbers; or text. */
  readonly value: number | readonly (readonly number[])[] | string;
}

/** Writes one file of events; it comes into being with the first. */
export class EventFile {
  private path: string | undefined;

  constructor(
    private readonly folder: string,
    private readonly now: () => number = Date.now,
  ) {}

  /** Adds summaries of one step. Throws: FILE_NOT_WRITTEN. */
  async add(step: number, values: readonly SummaryValue[]): Promise<void> {
    const { appendFile, mkdir } = await import('node:fs/promises');
    const seconds = this.now() / 1000;
    const records = [eventOf(seconds, step, values)];
    try {
      if (this.path === undefined) {
        const [{ hostname }, { join }] = [await import('node:os'), await import('node:path')];
        await mkdir(this.folder, { recursive: true });
        const name = `events.out.tfevents.${Math.floor(seconds)}.${hostname()}.${process.pid}.${files++}.v2`;
        this.path = join(this.folder, name);
        records.unshift(concat([double(1, seconds), text(3, 'brain.Event:2')]));
      }
      await appendFile(this.path, concat(records.map(recordOf)));
    } catch (cause) {
      throw fileNotWritten(this.path ?? this.folder, cause);
    }
  }
}

/** Files of this process, so that no two share a name. */
let files = 0;

/** An Event. Source: tensorboard/compat/proto/event.proto. */
function eventOf(seconds: number, step: number, values: readonly SummaryValue[]): Uint8Array {
  const summary = concat(values.map((value) => bytes(1, summaryValue(value))));
  return concat([double(1, seconds), varintField(2, step), bytes(5, summary)]);
}

/** A Summary.Value with its metadata. Source: tensorboard/compat/proto/summary.proto. */
function summaryValue({ tag, plugin, value }: SummaryValue): Uint8Array {
  const isText = typeof value === 'string';
  const pluginData = concat([text(1, plugin), ...(isText ? [text(2, '1')] : [])]);
  // What kind of data it is: a scalar or a tensor.
  const dataClass = isText ? [] : [varintField(4, typeof value === 'number' ? 1 : 2)];
  const metadata = concat([bytes(1, pluginData), ...dataClass]);
  return concat([text(1, tag), bytes(8, tensorOf(value)), bytes(9, metadata)]);
}

const [floats, doubles, strings] = [1, 2, 7];

/** A TensorProto. Source: tensorboard/compat/proto/tensor.proto. */
function tensorOf(value: SummaryValue['value']): Uint8Array {
  if (typeof value === 'string')
    return concat([varintField(1, strings), bytes(2, shapeOf([])), text(8, value)]);
  if (typeof value === 'number')
    return concat([
      varintField(1, floats),
      bytes(2, shapeOf([])),
      bytes(4, new Uint8Array(Float32Array.of(value).buffer)),
    ]);
  const content = new Uint8Array(Float64Array.from(value.flat()).buffer);
  return concat([
    varintField(1, doubles),
    bytes(2, shapeOf([value.length, value[0]?.length ?? 0])),
    bytes(4, content),
  ]);
}

function shapeOf(sizes: readonly number[]): Uint8Array {
  return concat(sizes.map((size) => bytes(2, varintField(1, size))));
}

/** A record: its length and the checksum of that, the bytes and theirs. Source: tensorflow/core/lib/io/record_writer.h. */
function recordOf(data: Uint8Array): Uint8Array {
  const record = new Uint8Array(data.length + 16);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, masked(crc32c(record.subarray(0, 8))), true);
  record.set(data, 12);
  view.setUint32(12 + data.length, masked(crc32c(data)), true);
  return record;
}

function masked(checksum: number): number {
  return (((checksum >>> 15) | (checksum << 17)) + 0xa282ead8) >>> 0;
}

function varint(value: number): Uint8Array {
  const result: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) result.push((rest % 128) + 128);
  return Uint8Array.from([...result, rest]);
}

function varintField(field: number, value: number): Uint8Array {
  return concat([varint(field * 8), varint(value)]);
}

function double(field: number, value: number): Uint8Array {
  return concat([varint(field * 8 + 1), new Uint8Array(Float64Array.of(value).buffer)]);
}

function bytes(field: number, value: Uint8Array): Uint8Array {
  return concat([varint(field * 8 + 2), varint(value.length), value]);
}

function text(field: number, value: string): Uint8Array {
  return bytes(field, new TextEncoder().encode(value));
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
