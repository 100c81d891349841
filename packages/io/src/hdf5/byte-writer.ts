// Bytes that grow: little-endian numbers one after the other. Long ones are copied once, when all are asked for: a buffer that
// doubles would need more than an array holds.

/** From this length on, what is written is a part of its own. Units: bytes. */
const long = 2 ** 20;

export class ByteWriter {
  private readonly parts: Uint8Array[] = [];
  private before = 0;
  /** What comes behind the parts, and zeros. */
  private buffer = new Uint8Array(1024);
  private view = new DataView(this.buffer.buffer);
  private used = 0;

  get length(): number {
    return this.before + this.used;
  }

  u8(value: number): void {
    const at = this.grow(1);
    this.view.setUint8(at, value);
  }

  u16(value: number): void {
    const at = this.grow(2);
    this.view.setUint16(at, value, true);
  }

  u32(value: number): void {
    const at = this.grow(4);
    this.view.setUint32(at, value, true);
  }

  /** Eight bytes; -1 is all ones. */
  u64(value: number): void {
    const at = this.grow(8);
    this.view.setBigInt64(at, BigInt(value), true);
  }

  bytes(values: ArrayLike<number>): void {
    if (values instanceof Uint8Array && values.length >= long) {
      this.endPart();
      this.addPart(values);
      return;
    }
    const at = this.grow(values.length);
    this.buffer.set(values, at);
  }

  text(value: string): void {
    this.bytes(new TextEncoder().encode(value));
  }

  /** That many zeros. */
  skip(count: number): void {
    this.grow(count);
  }

  /** Zeros up to a multiple of eight, and where that is. */
  align(): number {
    this.skip((8 - (this.length % 8)) % 8);
    return this.length;
  }

  /** All bytes; the first are replaced by `head`. */
  finish(head: Uint8Array = new Uint8Array(0)): Uint8Array {
    this.endPart();
    const result = new Uint8Array(this.before);
    let at = 0;
    for (const part of this.parts) {
      result.set(part, at);
      at += part.length;
    }
    result.set(head);
    return result;
  }

  private addPart(part: Uint8Array): void {
    this.parts.push(part);
    this.before += part.length;
  }

  private endPart(): void {
    this.addPart(this.buffer.slice(0, this.used));
    this.buffer.fill(0, 0, this.used);
    this.used = 0;
  }

  private grow(count: number): number {
    const at = this.used;
    this.used += count;
    if (this.used > this.buffer.length) {
      const larger = new Uint8Array(Math.max(this.used, this.buffer.length * 2));
      larger.set(this.buffer.subarray(0, at));
      this.buffer = larger;
      this.view = new DataView(larger.buffer);
    }
    return at;
  }
}
