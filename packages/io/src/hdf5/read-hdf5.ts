// Reads an HDF5 file as Keras writes them: groups, strings as attributes, plain arrays. Not a general reader: whatever
// reaches outside of the file, shares storage, or is stored in another way than Keras' is refused by name. Every object is
// visited once, every byte of arrays and texts counted once, and all reading draws from the load's account, so that time and
// memory are bounded by the file's size.
import { Budget, isLamellaError, type AnyHostTensor } from '@lamella/program';
import { fileInvalid } from '../errors.js';
import { ByteReader, decodeUtf8 } from './byte-reader.js';
import { decodeNumbers, readDataspace, readDatatype, type Datatype } from './datatype.js';
import { listLinks } from './links.js';
import { messageType, readObjectHeader, type Message } from './object-header.js';
import { hdf5Group, type Hdf5Attribute, type Hdf5Group } from './tree.js';

const signature = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
const maximumObjects = 200_000;
const maximumDepth = 512;
const saveAgain = 'save it again with Keras, or with h5py and its default options';

/** The content of an HDF5 file. `budget` is by default that of a file of its size. Throws: FILE_INVALID, BUDGET_EXCEEDED. */
export function readHdf5(
  bytes: Uint8Array,
  file: string,
  budget: Budget = Budget.ofFile(file, bytes.length),
): Hdf5Group {
  if (signature.some((byte, i) => bytes[i] !== byte)) throw fileInvalid(file, 'it is no HDF5 file');
  try {
    return new Reader(bytes, file, budget).root();
  } catch (cause) {
    throw isLamellaError(cause)
      ? cause
      : fileInvalid(file, 'its HDF5 structure is damaged', undefined, cause);
  }
}

class Reader {
  private readonly source: ByteReader;
  private readonly visited = new Set<number>();
  private readonly heaps = new Map<number, ReadonlyMap<number, Uint8Array>>();
  /** Bytes of arrays and strings handed out so far; they can be no more than the file has. */
  private handedOut = 0;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly file: string,
    private readonly budget: Budget,
  ) {
    this.source = new ByteReader(bytes, file, budget);
  }

  root(): Hdf5Group {
    const address = this.rootAddress();
    const { attributes, messages } = this.object(address, '/');
    return this.group(messages, attributes, '', 0);
  }

  private rootAddress(): number {
    const head = this.source.from(8);
    const version = head.u8();
    if (version > 3) throw fileInvalid(this.file, `HDF5 superblock version ${version} is not known`);
    if (version <= 1) head.skip(4);
    const [offsets, lengths] = [head.u8(), head.u8()];
    if (offsets !== 8 || lengths !== 8)
      throw fileInvalid(this.file, 'its HDF5 addresses do not have eight bytes', saveAgain);
    head.skip(version === 0 ? 9 : version === 1 ? 13 : 1);
    if (head.u64() !== 0)
      throw fileInvalid(this.file, 'its HDF5 content does not begin at its first byte', saveAgain);
    head.skip(version <= 1 ? 24 + 8 : 16);
    return head.u64();
  }

  private object(
    address: number,
    path: string,
  ): { attributes: Map<string, Hdf5Attribute>; messages: Message[] } {
    if (this.visited.has(address))
      throw fileInvalid(this.file, `"${path}" is another name for an object seen before`);
    if (this.visited.add(address).size > maximumObjects)
      throw fileInvalid(this.file, `it holds more than ${maximumObjects} objects`);
    const messages = readObjectHeader(this.source, address);
    const attributes = new Map<string, Hdf5Attribute>();
    for (const { type, body } of messages) {
      if (type === messageType.attributeInfo) this.refuseDense(body, path, 'attributes');
      if (type !== messageType.attribute) continue;
      this.budget.spend('values', 2, path);
      const [name, value] = this.attribute(body, path);
      if (attributes.has(name)) throw fileInvalid(this.file, `"${path}" has two attributes "${name}"`);
      if (value !== undefined) attributes.set(name, value);
    }
    return { attributes, messages };
  }

  private group(
    messages: readonly Message[],
    attributes: Map<string, Hdf5Attribute>,
    path: string,
    depth: number,
  ): Hdf5Group {
    if (depth > maximumDepth)
      throw fileInvalid(this.file, `its groups are nested more than ${maximumDepth} deep`);
    const group: Hdf5Group = { ...hdf5Group(), attributes };
    for (const { type, body } of messages)
      if (type === messageType.linkInfo) this.refuseDense(body, path, 'links');
    for (const { name, address } of listLinks(this.source, messages, this.file, path)) {
      const inner = `${path}/${name}`;
      if (group.groups.has(name) || group.datasets.has(name))
        throw fileInvalid(this.file, `the name "${inner}" stands twice`);
      const object = this.object(address, inner);
      if (object.messages.some(({ type }) => type === messageType.layout))
        group.datasets.set(name, this.dataset(object.messages, inner));
      else group.groups.set(name, this.group(object.messages, object.attributes, inner, depth + 1));
    }
    return group;
  }

  private refuseDense(body: ByteReader, path: string, what: string): void {
    body.skip(1);
    const flags = body.u8();
    body.skip((flags & 1) === 0 ? 0 : what === 'links' ? 8 : 2);
    if (body.u64() >= 0)
      throw fileInvalid(
        this.file,
        `"${path}" stores its ${what} in a form that Keras does not write`,
        saveAgain,
      );
  }

  private attribute(body: ByteReader, path: string): [string, Hdf5Attribute | undefined] {
    const version = body.u8();
    if (version < 1 || version > 3) throw body.damaged('an attribute of an unknown version');
    if (body.u8() !== 0 && version > 1) throw body.damaged('an attribute shares its type with other objects');
    const sizes = [body.u16(), body.u16(), body.u16()] as const;
    if (version === 3) body.skip(1);
    const part = (size: number): ByteReader => {
      const at = body.at;
      body.skip(version === 1 ? Math.ceil(size / 8) * 8 : size);
      return body.from(at, size);
    };
    const name = part(sizes[0]).text();
    const datatype = readDatatype(part(sizes[1]));
    const shape = readDataspace(part(sizes[2]));
    return [name, this.strings(body, datatype, shape, `attribute "${name}" of "${path}"`)];
  }

  /** Strings; numbers are left out, except that an empty list of them stands for an empty list. */
  private strings(
    body: ByteReader,
    datatype: Datatype,
    shape: readonly number[] | null,
    label: string,
  ): Hdf5Attribute | undefined {
    if (shape === null || shape.includes(0)) return [];
    if (datatype.kind !== 'text' && datatype.kind !== 'long text') return undefined;
    const count = this.account(shape, datatype.bytes, label);
    this.budget.spend('values', count, label);
    if (count * datatype.bytes > body.left) throw body.damaged(`${label} ends too early`);
    const items = Array.from({ length: count }, () =>
      datatype.kind === 'text' ? trimmed(body.take(datatype.bytes)) : this.longText(body, label),
    );
    return shape.length === 0 ? items[0]! : items;
  }

  private longText(body: ByteReader, label: string): string {
    const length = body.u32();
    const address = body.u64();
    const index = body.u32();
    if (length === 0) return '';
    this.account([length], 1, label);
    const bytes = this.heap(address).get(index);
    if (bytes === undefined) throw body.damaged(`the text of ${label} is missing`);
    return trimmed(bytes.subarray(0, length));
  }

  /** The texts of a heap by number. Source: HDF5 File Format Specification 3.0, III.E. */
  private heap(address: number): ReadonlyMap<number, Uint8Array> {
    const known = this.heaps.get(address);
    if (known !== undefined) return known;
    const heap = this.source.from(address);
    heap.expect('GCOL');
    heap.skip(4);
    const items = this.source.from(address + 16, heap.u64() - 16);
    const texts = new Map<number, Uint8Array>();
    while (items.left >= 16) {
      const index = items.u16();
      items.skip(6);
      const bytes = items.u64();
      if (index === 0) break;
      this.budget.spend('values', 1, 'a heap of texts');
      texts.set(index, items.take(bytes));
      items.skip(Math.min(items.left, (8 - (bytes % 8)) % 8));
    }
    this.heaps.set(address, texts);
    return texts;
  }

  private dataset(messages: readonly Message[], path: string): AnyHostTensor {
    const label = `dataset "${path}"`;
    const only = (type: number): ByteReader => {
      const [first, ...more] = messages.filter((message) => message.type === type);
      if (first === undefined || more.length > 0) throw fileInvalid(this.file, `${label} is damaged`);
      return first.body;
    };
    if (messages.some(({ type }) => type === messageType.externalFiles))
      throw fileInvalid(this.file, `${label} keeps its values in another file, which is not followed`);
    if (messages.some(({ type }) => type === messageType.filters))
      throw fileInvalid(this.file, `${label} is compressed, which Keras' files are not`, saveAgain);
    const shape = readDataspace(only(messageType.dataspace));
    const datatype = readDatatype(only(messageType.datatype));
    if (shape === null) throw fileInvalid(this.file, `${label} holds no numbers`);
    const count = this.account(shape, datatype.bytes, label);
    this.budget.spend('elements', count, label);
    const values = decodeNumbers(
      this.contents(only(messageType.layout), count * datatype.bytes, label),
      datatype,
      shape,
    );
    if (values === undefined) throw fileInvalid(this.file, `${label} holds no numbers that fit a weight`);
    return values;
  }

  /** The bytes of an array. Source: HDF5 File Format Specification 3.0, IV.A.2.i. */
  private contents(layout: ByteReader, size: number, label: string): Uint8Array {
    const version = layout.u8();
    const kind = layout.u8();
    if (version === 4 && kind === 3)
      throw fileInvalid(this.file, `${label} is virtual and points to other files`);
    if ((version !== 3 && version !== 4) || kind > 1)
      throw fileInvalid(this.file, `${label} is stored in pieces, which Keras' files are not`, saveAgain);
    const address = kind === 0 ? layout.at + 2 : layout.u64();
    const stored = kind === 0 ? layout.u16() : layout.u64();
    if (size === 0) return new Uint8Array(0);
    if (address < 0 || stored < size)
      throw fileInvalid(
        this.file,
        `${label} declares ${size} bytes and stores ${address < 0 ? 'none' : stored}`,
      );
    return this.source.from(address).take(size);
  }

  /** Refuses sizes that bytes of this file cannot be, alone or together. */
  private account(shape: readonly number[], bytes: number, label: string): number {
    const count = shape.reduce((product, size) => product * size, 1);
    this.handedOut += count * bytes;
    // Strings are counted where they are referred to and where they stand: hence twice.
    if (this.handedOut <= this.bytes.length * 2) return count;
    throw fileInvalid(
      this.file,
      `${label} declares ${count} elements, more than the ${this.bytes.length} bytes of the file can hold`,
    );
  }
}

function trimmed(bytes: Uint8Array): string {
  const zero = bytes.indexOf(0);
  return decodeUtf8(zero < 0 ? bytes : bytes.subarray(0, zero));
}
