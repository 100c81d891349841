// Writes protocol buffer messages: the wire format only, five kinds of field. Nothing is read, no schema is known here.
// Bytes are kept by reference until the outermost message is joined, so a large tensor is copied once.

const text = new TextEncoder();

/** A message under construction; see https://protobuf.dev/programming-guides/encoding. */
export class ProtobufMessage {
  private readonly chunks: Uint8Array[] = [];
  private length = 0;

  /** An integer field (int32, int64, enum). */
  int(field: number, value: number): this {
    return this.push(varint(field << 3)).push(varint(value));
  }

  /** A 32-bit float field. */
  float(field: number, value: number): this {
    return this.push(varint((field << 3) | 5)).push(new Uint8Array(Float32Array.of(value).buffer));
  }

  /** A 64-bit float field. */
  double(field: number, value: number): this {
    return this.push(varint((field << 3) | 1)).push(new Uint8Array(Float64Array.of(value).buffer));
  }

  /** A string field. */
  string(field: number, value: string): this {
    return this.bytes(field, text.encode(value));
  }

  /** A bytes field; `value` must not change until {@link finish}. */
  bytes(field: number, value: Uint8Array): this {
    return this.push(varint((field << 3) | 2))
      .push(varint(value.length))
      .push(value);
  }

  /** A repeated integer field, packed. */
  ints(field: number, values: readonly number[]): this {
    const packed = new ProtobufMessage();
    for (const value of values) packed.push(varint(value));
    return this.message(field, packed);
  }

  /** A field that holds another message. */
  message(field: number, value: ProtobufMessage): this {
    this.push(varint((field << 3) | 2)).push(varint(value.length));
    for (const chunk of value.chunks) this.push(chunk);
    return this;
  }

  /** The message as one array of bytes. */
  finish(): Uint8Array {
    const bytes = new Uint8Array(this.length);
    let offset = 0;
    for (const chunk of this.chunks) {
      bytes.set(chunk, offset);
      offset += chunk.length;
    }
    return bytes;
  }

  private push(chunk: Uint8Array): this {
    this.chunks.push(chunk);
    this.length += chunk.length;
    return this;
  }
}

/** Seven bits a byte, lowest first; negative numbers as 64-bit two's complement, hence ten bytes. */
function varint(value: number): Uint8Array {
  if (!Number.isSafeInteger(value)) throw new RangeError(`expected a safe integer, got ${value}`);
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}
