// HDF5 files by hand, for tests and fuzzing: structures that overlap, share and repeat, as no writer makes them. Addresses are
// plain numbers; whatever is put somewhere can be pointed to from anywhere.

const text = new TextEncoder();

/** @typedef {import('./hdf5-images.d.mts').Message} Message */

const u16 = (/** @type {number} */ value) => [value & 0xff, (value >> 8) & 0xff];
const u32 = (/** @type {number} */ value) => [...u16(value & 0xffff), ...u16((value / 65536) & 0xffff)];
const u64 = (/** @type {number} */ value) => [...u32(value % 2 ** 32), ...u32(Math.floor(value / 2 ** 32))];
const ascii = (/** @type {string} */ name) => [...text.encode(name)];

/** Source: HDF5 File Format Specification 3.0. */
export class Hdf5Image {
  /** @type {number[]} */
  #bytes = [];

  constructor() {
    this.#bytes.push(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a, 2, 8, 8, 0);
    this.#bytes.push(...u64(0), ...u64(2 ** 53 - 1), ...u64(0), ...u64(0), ...u32(0));
  }

  /** Where the next thing will stand. */
  get end() {
    return this.#bytes.length;
  }

  /** @param {readonly number[]} bytes @returns {number} Where they stand. */
  put(bytes) {
    const at = this.end;
    for (const byte of bytes) this.#bytes.push(byte);
    return at;
  }

  /** An object header of version 1. @param {readonly Message[]} messages */
  object(messages) {
    const body = messages.flatMap(({ type, bytes }) => [
      ...u16(type),
      ...u16(bytes.length),
      ...u32(0),
      ...bytes,
    ]);
    return this.put([1, 0, ...u16(messages.length), ...u32(1), ...u32(body.length), ...u32(0), ...body]);
  }

  /** The messages of an object without its header, to be continued in. @param {readonly Message[]} messages */
  block(messages) {
    const body = messages.flatMap(({ type, bytes }) => [
      ...u16(type),
      ...u16(bytes.length),
      ...u32(0),
      ...bytes,
    ]);
    return { at: this.put(body), length: body.length };
  }

  /** The file whose root is the object at `root`. @param {number} root */
  file(root) {
    const bytes = Uint8Array.from(this.#bytes);
    bytes.set(u64(root), 36);
    return bytes;
  }
}

/** @param {number} at @param {number} length @returns {Message} */
export const continuation = (at, length) => ({ type: 0x10, bytes: [...u64(at), ...u64(length)] });

/** @param {string} name @param {number} address @returns {Message} */
export const link = (name, address) => {
  const bytes = ascii(name);
  return { type: 0x06, bytes: [1, 2, ...u32(bytes.length), ...bytes, ...u64(address)] };
};

/** Says nothing. @returns {Message} */
export const nothing = () => ({ type: 0, bytes: [] });

/** @param {readonly number[]} shape */
const dataspace = (shape) => [2, shape.length, 0, shape.length === 0 ? 0 : 1, ...shape.flatMap(u64)];

/** Texts of a fixed width. @param {string} name @param {readonly number[]} shape @param {number} width @param {readonly number[]} data @returns {Message} */
export const texts = (name, shape, width, data) =>
  attribute(name, [0x13, 0, 0, 0, ...u32(width)], shape, data);

/** Texts in heaps. @param {string} name @param {readonly { length: number, heap: number, index: number }[]} items @returns {Message} */
export const longTexts = (name, items) =>
  attribute(
    name,
    [0x19, 1, 0, 0, ...u32(16), 0x13, 0, 0, 0, ...u32(1)],
    [items.length],
    items.flatMap(({ length, heap, index }) => [...u32(length), ...u64(heap), ...u32(index)]),
  );

/** @param {string} name @param {readonly number[]} datatype @param {readonly number[]} shape @param {readonly number[]} data @returns {Message} */
function attribute(name, datatype, shape, data) {
  const [label, space] = [[...ascii(name), 0], dataspace(shape)];
  const sizes = [...u16(label.length), ...u16(datatype.length), ...u16(space.length)];
  return { type: 0x0c, bytes: [3, 0, ...sizes, 0, ...label, ...datatype, ...space, ...data] };
}

/** The head of a heap of texts, which takes `size` bytes from here on. @param {number} size */
export const heapHead = (size) => [...ascii('GCOL'), 1, 0, 0, 0, ...u64(size)];

/** The head of a text in a heap. @param {number} index @param {number} size */
export const heapItem = (index, size) => [...u16(index), ...u16(1), ...u32(0), ...u64(size)];

/** Bytes of float32 at an address: three messages. @param {readonly number[]} shape @param {number} address @param {number} size @returns {Message[]} */
export const floats = (shape, address, size) => [
  { type: 0x01, bytes: dataspace(shape) },
  { type: 0x03, bytes: [0x11, 0x20, 31, 0, ...u32(4), ...u16(0), ...u16(32), 23, 8, 0, 23, ...u32(127)] },
  { type: 0x08, bytes: [3, 1, ...u64(address), ...u64(size)] },
];

/**
 * The older form of a group: names by their offsets in one text.
 * @param {Hdf5Image} image @param {readonly { offset: number, address: number }[]} links @param {string} names @returns {Message}
 */
export function symbolTable(image, links, names) {
  const data = image.put([...ascii(names), 0]);
  const size = image.end - data;
  const heap = image.put([...ascii('HEAP'), 0, 0, 0, 0, ...u64(size), ...u64(0), ...u64(data)]);
  const tables = [];
  for (let at = 0; at < links.length; at += 1000) {
    const part = links.slice(at, at + 1000);
    const entries = part.flatMap(({ offset, address }) => [
      ...u64(offset),
      ...u64(address),
      ...new Array(24).fill(0),
    ]);
    tables.push(image.put([...ascii('SNOD'), 1, 0, ...u16(part.length), ...entries]));
  }
  const children = tables.flatMap((table) => [...u64(0), ...u64(table)]);
  const tree = image.put([
    ...ascii('TREE'),
    0,
    0,
    ...u16(tables.length),
    ...u64(2 ** 53 - 1),
    ...u64(2 ** 53 - 1),
    ...children,
  ]);
  return { type: 0x11, bytes: [...u64(tree), ...u64(heap)] };
}
