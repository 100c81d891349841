// Bytes that grow: little-endian numbers one after the other.

export class ByteWriter {
  private buffer = new Uint8Array(1024);
  private view = new DataView(this.buffer.buffer);
  private used = 0;

  get length(): number {
    return this.used;
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
    this.skip((8 - (this.used % 8)) % 8);
    return this.used;
  }

  /** All bytes; the first are replaced by `head`. */
  finish(head: Uint8Array = new Uint8Array(0)): Uint8Array {
    const result = this.buffer.slice(0, this.used);
    result.set(head);
    return result;
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
