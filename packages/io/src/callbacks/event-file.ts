// TensorBoard's event files: TFRecords, each an Event in protobuf's wire format. Not here: what is logged (tensor-board.ts).
import { crc32c, fileNotWritten } from '@lamella/files';
import { ProtobufMessage } from '@lamella/files/protobuf-message';

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
        records.unshift(new ProtobufMessage().double(1, seconds).string(3, 'brain.Event:2'));
      }
      await appendFile(this.path, Buffer.concat(records.map((record) => recordOf(record.finish()))));
    } catch (cause) {
      throw fileNotWritten(this.path ?? this.folder, cause);
    }
  }
}

/** Files of this process, so that no two share a name. */
let files = 0;

/** An Event. Source: tensorboard/compat/proto/event.proto. */
function eventOf(seconds: number, step: number, values: readonly SummaryValue[]): ProtobufMessage {
  const summary = new ProtobufMessage();
  for (const value of values) summary.message(1, summaryValue(value));
  return new ProtobufMessage().double(1, seconds).int(2, step).message(5, summary);
}

/** A Summary.Value with its metadata. Source: tensorboard/compat/proto/summary.proto. */
function summaryValue({ tag, plugin, value }: SummaryValue): ProtobufMessage {
  const isText = typeof value === 'string';
  const pluginData = new ProtobufMessage().string(1, plugin);
  if (isText) pluginData.string(2, '1');
  const metadata = new ProtobufMessage().message(1, pluginData);
  // What kind of data it is: a scalar or a tensor.
  if (!isText) metadata.int(4, typeof value === 'number' ? 1 : 2);
  return new ProtobufMessage().string(1, tag).message(8, tensorOf(value)).message(9, metadata);
}

const [floats, doubles, strings] = [1, 2, 7];

/** A TensorProto. Source: tensorboard/compat/proto/tensor.proto. */
function tensorOf(value: SummaryValue['value']): ProtobufMessage {
  const tensor = new ProtobufMessage();
  if (typeof value === 'string') return tensor.int(1, strings).message(2, shapeOf([])).string(8, value);
  if (typeof value === 'number')
    return tensor
      .int(1, floats)
      .message(2, shapeOf([]))
      .bytes(4, new Uint8Array(Float32Array.of(value).buffer));
  return tensor
    .int(1, doubles)
    .message(2, shapeOf([value.length, value[0]?.length ?? 0]))
    .bytes(4, new Uint8Array(Float64Array.from(value.flat()).buffer));
}

function shapeOf(sizes: readonly number[]): ProtobufMessage {
  const shape = new ProtobufMessage();
  for (const size of sizes) shape.message(2, new ProtobufMessage().int(1, size));
  return shape;
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
