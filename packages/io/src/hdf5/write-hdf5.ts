// Writes an HDF5 file in the form that h5py gives Keras' files: the oldest superblock, symbol tables, contiguous arrays,
// strings of any length in a heap. The same tree always gives the same bytes.
import { bytesPerElement, type AnyHostTensor, type DType } from '@lamella/program';
import { notSerializable } from '../errors.js';
import { ByteWriter } from './byte-writer.js';
import { messageType } from './object-header.js';
import type { Hdf5Attribute, Hdf5Group } from './tree.js';

/** Entries of a symbol table, children of a tree's node (both HDF5's defaults), and entries of a heap of strings. */
const tableSize = 8;
const nodeSize = 32;
const heapSize = 1000;
const none = -1;

/** The bytes of an HDF5 file that holds `root`. Throws: NOT_SERIALIZABLE for texts that HDF5 cannot hold. */
export function writeHdf5(root: Hdf5Group): Uint8Array {
  return new Writer(root).write();
}

/** A child of a tree's node, and where the last name below it stands in the heap of names. */
interface Branch {
  readonly address: number;
  readonly last: number;
}

interface Written {
  readonly header: number;
  readonly tree: number;
  readonly names: number;
}

class Writer {
  private readonly out = new ByteWriter();
  /** Where each string stands: its heap and its number there. */
  private readonly strings = new Map<string, readonly [heap: number, index: number]>();
  constructor(private readonly root: Hdf5Group) {}

  write(): Uint8Array {
    this.out.skip(96);
    this.heaps(stringsOf(this.root));
    const root = this.group(this.root);
    const end = this.out.length;
    const head = new ByteWriter();
    head.bytes([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0, 0, 8, 8, 0]);
    head.u16(tableSize / 2);
    head.u16(nodeSize / 2);
    head.u32(0);
    for (const address of [0, none, end, none, 0, root.header]) head.u64(address);
    head.u32(1);
    head.u32(0);
    head.u64(root.tree);
    head.u64(root.names);
    return this.out.finish(head.finish());
  }

  private heaps(texts: readonly string[]): void {
    for (let start = 0; start < texts.length; start += heapSize) {
      const items = texts.slice(start, start + heapSize).map(encoded);
      const used = 16 + items.reduce((sum, item) => sum + 16 + padded(item.length), 0);
      const size = Math.max(4096, used + 16);
      const address = this.out.align();
      this.out.text('GCOL');
      this.out.u32(1);
      this.out.u64(size);
      items.forEach((item, i) => {
        this.strings.set(texts[start + i]!, [address, i + 1]);
        this.out.u16(i + 1);
        this.out.u16(1);
        this.out.u32(0);
        this.out.u64(item.length);
        this.out.bytes(item);
        this.out.align();
      });
      this.out.u64(0);
      this.out.u64(size - used);
      this.out.skip(size - used - 16);
    }
  }

  private group(group: Hdf5Group): Written {
    const children = [
      ...[...group.groups].map(([name, inner]) => [name, () => this.group(inner)] as const),
      ...[...group.datasets].map(
        ([name, tensor]) => [name, () => ({ header: this.dataset(tensor) })] as const,
      ),
    ]
      .map(([name, write]) => ({ name: encoded(name), write }))
      .sort((a, b) => compareBytes(a.name, b.name))
      .map(({ name, write }) => ({ name, ...(write() as Written | { header: number }) }));
    const offsets: number[] = [];
    const heap = new ByteWriter();
    heap.skip(8);
    for (const { name } of children) {
      offsets.push(heap.length);
      heap.bytes(name);
      heap.u8(0);
      heap.align();
    }
    const tree = this.tree(this.tables(children, offsets));
    const names = this.out.align();
    this.out.text('HEAP');
    this.out.u32(0);
    this.out.u64(heap.length);
    this.out.u64(1);
    this.out.u64(names + 32);
    this.out.bytes(heap.finish());
    const link = new ByteWriter();
    link.u64(tree);
    link.u64(names);
    const header = this.header([
      [messageType.symbolTable, link.finish()],
      ...[...group.attributes].map(
        ([name, value]) => [messageType.attribute, this.attribute(name, value)] as const,
      ),
    ]);
    return { header, tree, names };
  }

  private tables(
    children: readonly ({ readonly header: number } & Partial<Written>)[],
    offsets: readonly number[],
  ): Branch[] {
    const branches: Branch[] = [];
    for (let start = 0; start < children.length; start += tableSize) {
      const entries = children.slice(start, start + tableSize);
      branches.push({ address: this.out.align(), last: offsets[start + entries.length - 1]! });
      this.out.text('SNOD');
      this.out.u16(1);
      this.out.u16(entries.length);
      entries.forEach((entry, i) => {
        this.out.u64(offsets[start + i]!);
        this.out.u64(entry.header);
        this.out.u32(entry.tree === undefined ? 0 : 1);
        this.out.u32(0);
        this.out.u64(entry.tree ?? 0);
        this.out.u64(entry.names ?? 0);
      });
      this.out.skip(40 * (tableSize - entries.length));
    }
    return branches;
  }

  /** The nodes above `branches`, up to the one root. */
  private tree(branches: readonly Branch[], level = 0): number {
    const size = 24 + 8 + 16 * nodeSize;
    const first = this.out.align();
    const count = Math.max(1, Math.ceil(branches.length / nodeSize));
    const nodes = Array.from({ length: count }, (_, k): Branch => {
      const children = branches.slice(k * nodeSize, (k + 1) * nodeSize);
      const address = first + k * size;
      this.out.text('TREE');
      this.out.bytes([0, level]);
      this.out.u16(children.length);
      this.out.u64(k === 0 ? none : address - size);
      this.out.u64(k === count - 1 ? none : address + size);
      this.out.u64(k === 0 ? 0 : branches[k * nodeSize - 1]!.last);
      for (const child of children) {
        this.out.u64(child.address);
        this.out.u64(child.last);
      }
      this.out.skip(16 * (nodeSize - children.length));
      return { address, last: children[children.length - 1]?.last ?? 0 };
    });
    return count === 1 ? first : this.tree(nodes, level + 1);
  }

  private dataset(tensor: AnyHostTensor): number {
    const size = tensor.size * bytesPerElement(tensor.dtype);
    const address = this.out.align();
    this.out.bytes(bytesOf(tensor));
    const layout = new ByteWriter();
    layout.bytes([3, 1]);
    layout.u64(size === 0 ? none : address);
    layout.u64(size);
    return this.header([
      [messageType.dataspace, dataspace(tensor.shape)],
      [messageType.datatype, numberType(tensor.dtype)],
      // A fill value that nobody asked for, as h5py has it.
      [0x05, Uint8Array.of(2, 2, 2, 1, 0, 0, 0, 0)],
      [messageType.layout, layout.finish()],
      ...(tensor.dtype === 'bfloat16'
        ? [[messageType.attribute, this.attribute('dtype', tensor.dtype)] as const]
        : []),
    ]);
  }

  private attribute(name: string, value: Hdf5Attribute): Uint8Array {
    const out = new ByteWriter();
    const isList = typeof value !== 'string';
    const isEmpty = isList && value.length === 0;
    // Keras writes an empty list as no numbers.
    const type = isEmpty ? numberType('float32') : textType;
    const space = dataspace(isList ? [value.length] : []);
    const encoded = new TextEncoder().encode(name);
    out.bytes([1, 0]);
    out.u16(encoded.length + 1);
    out.u16(type.length);
    out.u16(space.length);
    for (const part of [[...encoded, 0], type, space]) {
      out.bytes(part);
      out.align();
    }
    for (const text of isList ? value : [value]) {
      const [heap, index] = this.strings.get(text)!;
      out.u32(new TextEncoder().encode(text).length);
      out.u64(heap);
      out.u32(index);
    }
    return out.finish();
  }

  private header(messages: readonly (readonly [type: number, body: Uint8Array])[]): number {
    const address = this.out.align();
    this.out.bytes([1, 0]);
    this.out.u16(messages.length);
    this.out.u32(1);
    this.out.u32(messages.reduce((sum, [, body]) => sum + 8 + padded(body.length), 0));
    this.out.u32(0);
    for (const [type, body] of messages) {
      this.out.u16(type);
      this.out.u16(padded(body.length));
      this.out.u32(0);
      this.out.bytes(body);
      this.out.align();
    }
    return address;
  }
}

function padded(size: number): number {
  return Math.ceil(size / 8) * 8;
}

function dataspace(shape: readonly number[]): Uint8Array {
  const out = new ByteWriter();
  out.bytes([1, shape.length, 0, 0, 0, 0, 0, 0]);
  for (const size of shape) out.u64(size);
  return out.finish();
}

/** Where sign, exponent and mantissa lie. */
const floatTypes: Readonly<Partial<Record<DType, readonly number[]>>> = {
  float16: [0x11, 0x20, 0x0f, 0, 2, 0, 0, 0, 0, 0, 16, 0, 10, 5, 0, 10, 15, 0, 0, 0],
  float32: [0x11, 0x20, 0x1f, 0, 4, 0, 0, 0, 0, 0, 32, 0, 23, 8, 0, 23, 127, 0, 0, 0],
  float64: [0x11, 0x20, 0x3f, 0, 8, 0, 0, 0, 0, 0, 64, 0, 52, 11, 0, 52, 255, 3, 0, 0],
  // Two bytes of which HDF5 knows nothing; the attribute beside them says what they are.
  bfloat16: [0x15, 0, 0, 0, 2, 0, 0, 0],
};

/** Text of any length in UTF-8. */
const textType = Uint8Array.of(0x19, 1, 1, 0, 16, 0, 0, 0, 0x10, 0, 0, 0, 1, 0, 0, 0, 0, 0, 8, 0);

function numberType(dtype: DType): Uint8Array {
  const floatType = floatTypes[dtype];
  if (floatType !== undefined) return Uint8Array.from(floatType);
  const bytes = bytesPerElement(dtype);
  const isSigned = dtype.startsWith('int');
  return Uint8Array.of(0x10, isSigned ? 8 : 0, 0, 0, bytes, 0, 0, 0, 0, 0, 8 * bytes, 0);
}

function bytesOf({ data }: AnyHostTensor): Uint8Array {
  const { buffer, byteOffset, byteLength } = data as Uint8Array;
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function stringsOf(group: Hdf5Group): string[] {
  const found = new Set<string>();
  const visit = (inner: Hdf5Group): void => {
    for (const value of inner.attributes.values())
      for (const text of typeof value === 'string' ? [value] : value) found.add(text);
    for (const { dtype } of inner.datasets.values()) if (dtype === 'bfloat16') found.add(dtype);
    for (const next of inner.groups.values()) visit(next);
  };
  visit(group);
  return [...found];
}

/** A text in UTF-8. One that ends early, or is not Unicode, would come back as another. Throws: NOT_SERIALIZABLE. */
function encoded(text: string): Uint8Array {
  if (text.includes('\0') || /\p{Surrogate}/u.test(text))
    throw notSerializable(
      `Text ${JSON.stringify(text.slice(0, 100))}`,
      'expected Unicode without NUL characters, which is what HDF5 holds, got a NUL or half of a surrogate pair',
      'rename the layer or weight that is called so, or save the model in another format',
    );
  return new TextEncoder().encode(text);
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}
