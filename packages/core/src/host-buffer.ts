// A Buffer in host memory: plain (of no backend), or of a backend that computes on the host.
import { HostTensor, type MakeZeros } from '@lamella/program';
import type { Backend } from './backend.js';
import type { Buffer } from './buffer.js';
import { bufferDisposed } from './errors.js';
import { checkFits } from './check-fits.js';

const brand = Symbol.for('lamella.HostBuffer');

/** See the head of this file. What a backend of host memory may do with it, and others may not, is marked. */
export class HostBuffer implements Buffer {
  readonly shape: HostTensor['shape'];
  readonly dtype: HostTensor['dtype'];
  private present: HostTensor | undefined;
  private spare: HostTensor | undefined;
  private changes = 0;

  static {
    Object.defineProperty(this.prototype, brand, { value: true });
  }

  /** `allocate` makes the memory for next values, of the same type; plain arrays by default. */
  constructor(
    readonly backend: Backend | null,
    memory: HostTensor,
    private readonly allocate: MakeZeros = HostTensor.zeros,
  ) {
    this.shape = memory.shape;
    this.dtype = memory.dtype;
    this.present = memory;
  }

  /** Grows with each change of the values. */
  get version(): number {
    return this.changes;
  }

  /** The values as they lie. Throws: BUFFER_DISPOSED. */
  get memory(): HostTensor {
    if (this.present === undefined) throw bufferDisposed(this);
    return this.present;
  }

  /** For its backend: memory for the next value, beside the present one. */
  get beside(): HostTensor {
    return (this.spare ??= this.allocate(this.shape, this.dtype));
  }

  async read(): Promise<HostTensor> {
    return this.memory;
  }

  write(values: HostTensor): void {
    checkFits('Buffer', values, this, this.dtype);
    this.memory.data.set(values.data);
    this.changes++;
  }

  /** For its backend: the next value is there, in place or in the memory {@link beside}. */
  advance(isInPlace: boolean): void {
    if (!isInPlace) [this.present, this.spare] = [this.spare, this.present];
    this.changes++;
  }

  /** The memory goes when nobody holds a view of it any more. */
  dispose(): void {
    this.present = undefined;
    this.spare = undefined;
  }
}

/** Whether a buffer is a {@link HostBuffer}, of any copy of this package. */
export function isHostBuffer(buffer: Buffer | undefined): buffer is HostBuffer {
  return buffer !== undefined && brand in buffer;
}

/** Plain host memory, used as it lies. */
export function hostBuffer(values: HostTensor): HostBuffer {
  return new HostBuffer(null, values);
}
