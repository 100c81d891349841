// A cursor over the bytes of a file that somebody else wrote: little-endian numbers, and never a step outside. What is read
// is paid for each time, so that structures which share bytes cost no less than those which have their own.
import type { Budget } from '@lamella/program';
import { fileInvalid } from '../errors.js';

export class ByteReader {
  constructor(
    readonly bytes: Uint8Array,
    private readonly file: string,
    readonly budget: Budget,
    public at = 0,
    private readonly end = bytes.length,
    private readonly view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
  ) {
    if (!(at >= 0 && at <= end && end <= bytes.length)) throw this.damaged('it points outside of itself');
  }

  /** A cursor at an address of the same file. */
  from(at: number, length?: number): ByteReader {
    if (length !== undefined && !(length >= 0)) throw this.damaged('it points outside of itself');
    const end = length === undefined ? undefined : at + length;
    return new ByteReader(this.bytes, this.file, this.budget, at, end, this.view);
  }

  /** How many bytes are left. */
  get left(): number {
    return this.end - this.at;
  }

  skip(count: number): void {
    this.claim(count);
  }

  u8(): number {
    return this.view.getUint8(this.read(1));
  }

  u16(): number {
    return this.view.getUint16(this.read(2), true);
  }

  u32(): number {
    return this.view.getUint32(this.read(4), true);
  }

  /** A size or an address of eight bytes; all ones, which means "none", is -1. Throws: FILE_INVALID beyond 2^53. */
  u64(): number {
    const at = this.read(8);
    const low = this.view.getUint32(at, true);
    const high = this.view.getUint32(at + 4, true);
    if (low === 0xffffffff && high === 0xffffffff) return -1;
    if (high > 0x1fffff) throw this.damaged('a size or an address is absurd');
    return high * 2 ** 32 + low;
  }

  take(count: number): Uint8Array {
    const at = this.read(count);
    return this.bytes.subarray(at, at + count);
  }

  /** The text up to a zero byte. */
  text(): string {
    const zero = this.bytes.subarray(this.at, this.end).indexOf(0);
    if (zero < 0) throw this.damaged('a name has no end');
    const text = decodeUtf8(this.take(zero));
    this.skip(1);
    return text;
  }

  /** Fails unless the next four bytes are this signature. */
  expect(signature: string): void {
    const found = String.fromCharCode(...this.take(4));
    if (found !== signature) throw this.damaged(`expected "${signature}"`);
  }

  /** An error about this file. */
  damaged(problem: string): Error {
    return fileInvalid(this.file, `its HDF5 structure is damaged near byte ${this.at}: ${problem}`);
  }

  private read(count: number): number {
    const at = this.claim(count);
    this.budget.spend('bytes', count, 'its HDF5 structure');
    return at;
  }

  private claim(count: number): number {
    const at = this.at;
    if (!(count >= 0 && count <= this.end - at)) throw this.damaged('it ends too early');
    this.at += count;
    return at;
  }
}

const utf8 = new TextDecoder('utf-8');

/** Text of bytes; what is no UTF-8 becomes U+FFFD. */
export function decodeUtf8(bytes: Uint8Array): string {
  return utf8.decode(bytes);
}
