// The arena: one memory that never grows, in which weights, gradients and batches lie, so that compiled loops and ONNX
// Runtime read and write them in place. Reserving it costs no resident memory. Not here: what is put into it.
import {
  arrayOver,
  bytesPerElement,
  HostTensor,
  sizeOf,
  type Shape,
  type NumberDType,
  type TypedArray,
} from '@lamella/program';
import { arenaFull, arenaUnavailable } from '../errors.js';
import { FreeList } from './free-list.js';

const pageSize = 65536;
const gibibyte = 2 ** 30;
const mostBytes = 4 * gibibyte;
/** Where address space is scarce, others need some of it. */
const mostPlain = gibibyte;
const leastBytes = 2 ** 26;
const alignment = 64;

/** Bytes of an arena that belong to somebody until `free` is called, once or more. Units: bytes. */
export interface Block {
  readonly address: number;
  readonly size: number;
  free(): void;
}

/** What {@link createArena} takes. */
export interface ArenaOptions {
  /** Units: bytes, rounded up to whole pages of 64 KiB. By default as much as can be reserved, at most 4 GiB. */
  readonly bytes?: number;
  /** Plain memory in place of a WebAssembly one; compiled loops then run in JavaScript. */
  readonly plain?: boolean;
}

/** A memory and who has which part of it. */
export class Arena {
  /** All of it; never detached. */
  readonly buffer: ArrayBuffer;
  /** The WebAssembly memory; undefined where there is none. */
  readonly memory: WebAssembly.Memory | undefined;
  private readonly free: FreeList;
  /** Bytes from here on were never given out: they are zero. */
  private fresh: number;
  private readonly owners: FinalizationRegistry<Block>;

  constructor(buffer: ArrayBuffer, memory: WebAssembly.Memory | undefined) {
    this.buffer = buffer;
    this.memory = memory;
    // Address 0 stays free, so that no tensor lies at it.
    this.free = new FreeList(alignment, buffer.byteLength);
    this.fresh = alignment;
    this.owners = new FinalizationRegistry((block) => block.free());
  }

  /** Units: bytes. */
  get capacity(): number {
    return this.buffer.byteLength;
  }

  /** What is given out at present. Units: bytes. */
  get used(): number {
    return this.capacity - this.free.total - alignment;
  }

  /** Zeros, at an address that is a multiple of 64. Throws: ARENA_FULL. */
  allocate(bytes: number): Block {
    const size = Math.max(1, Math.ceil(bytes / alignment)) * alignment;
    const address = this.free.take(size);
    if (address === undefined) throw arenaFull(size, this.free.largest, this.used, this.capacity);
    const dirty = Math.min(this.fresh, address + size) - address;
    if (dirty > 0) new Uint8Array(this.buffer, address, dirty).fill(0);
    this.fresh = Math.max(this.fresh, address + size);
    let isFree = false;
    const give = (): void => {
      if (isFree) return;
      isFree = true;
      this.free.give({ address, size });
    };
    return { address, size, free: give };
  }

  /**
   * A zero-filled tensor in the arena. Its memory is free again once its `data` is collected, or {@link release} is called:
   * whoever takes a subarray of `data` must keep `data` itself, too.
   * Throws: ARENA_FULL.
   *
   * @example
   * const arena = createArena({ bytes: 65536 });
   * const weights = arena.tensor([2, 3]);
   * arena.addressOf(weights.data); // 64
   */
  tensor(shape: Shape, dtype: NumberDType = 'float32'): HostTensor {
    const count = sizeOf(shape);
    const block = this.allocate(count * bytesPerElement(dtype));
    const data = this.view(block.address, count, dtype);
    this.own(data, block);
    return new HostTensor(data, shape, dtype);
  }

  /** Frees the memory of a tensor made here, now. Using the tensor afterwards reads and writes what others own. */
  release(tensor: HostTensor): void {
    const block = blocks.get(tensor.data);
    if (block === undefined) return;
    blocks.delete(tensor.data);
    this.owners.unregister(tensor.data);
    block.free();
  }

  /** Frees `block` when `owner` is collected. */
  own(owner: object, block: Block): void {
    blocks.set(owner, block);
    this.owners.register(owner, block, owner);
  }

  /** Values at an address, which must be a multiple of an element's size. */
  view(address: number, count: number, dtype: NumberDType): TypedArray {
    return arrayOver(dtype, this.buffer, address, count);
  }

  /** Where an array lies; undefined when it is elsewhere. Units: bytes. */
  addressOf(data: TypedArray): number | undefined {
    return data.buffer === this.buffer ? data.byteOffset : undefined;
  }
}

/** The blocks by their owners, of all arenas. */
const blocks = new WeakMap<object, Block>();

/**
 * Reserves a new arena. Most code wants {@link sharedArena}. Where the address space has no room for a WebAssembly memory of
 * any size, for which engines reserve some ten GiB, it is plain memory.
 * Throws: ARENA_UNAVAILABLE.
 */
export function createArena({ bytes, plain = false }: ArenaOptions = {}): Arena {
  const least = Math.min(bytes ?? leastBytes, mostBytes);
  if (!plain) {
    try {
      return largest(Math.min(bytes ?? mostBytes, mostBytes), least, webAssemblyArena);
    } catch {
      // Plain memory will do.
    }
  }
  try {
    return largest(bytes ?? mostPlain, least, plainArena);
  } catch (error) {
    throw arenaUnavailable(least, error);
  }
}

/** The largest arena that `reserve` makes, of `most` bytes or of a part of them. Throws where it makes none of `least`. */
function largest(most: number, least: number, reserve: (bytes: number) => Arena): Arena {
  for (let bytes = most; ; bytes = Math.max(bytes / 2, least)) {
    try {
      return reserve(Math.ceil(bytes / pageSize) * pageSize);
    } catch (error) {
      if (bytes <= least) throw error;
    }
  }
}

/** Throws where WebAssembly is not there, or finds no room. */
function webAssemblyArena(bytes: number): Arena {
  const pages = bytes / pageSize;
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  return new Arena(memory.buffer as ArrayBuffer, memory);
}

function plainArena(bytes: number): Arena {
  return new Arena(new ArrayBuffer(bytes), undefined);
}

const key = Symbol.for('lamella.arena');

/** The arena of this process, one for all copies of this package; reserved when first asked for. Throws: ARENA_UNAVAILABLE. */
export function sharedArena(): Arena {
  const holder = globalThis as { [key]?: Arena };
  return (holder[key] ??= createArena());
}
