// The names in a group and what they stand for. Soft and external links are refused: a name stands for what is in the file.
import { fileInvalid } from '../errors.js';
import { decodeUtf8, type ByteReader } from './byte-reader.js';
import { messageType, type Message } from './object-header.js';

/** A name in a group, and the address of its object. */
export interface Link {
  readonly name: string;
  readonly address: number;
}

const maximumTreeDepth = 16;

/** The links of a group, from its messages. Throws: FILE_INVALID. */
export function listLinks(
  source: ByteReader,
  messages: readonly Message[],
  file: string,
  path: string,
): Link[] {
  return messages.flatMap(({ type, body }) => {
    if (type === messageType.symbolTable) return [...new SymbolTable(source, file, path).links(body)];
    return type === messageType.link ? [readLink(body, file, path)] : [];
  });
}

function refuse(file: string, path: string, name: string): Error {
  return fileInvalid(file, `"${path}/${name}" is a soft or external link, which is not followed`);
}

function checkedName(name: string, file: string, path: string): string {
  if (name === '' || name.includes('/') || name.includes('\0'))
    throw fileInvalid(file, `"${path}" holds something named ${JSON.stringify(name)}`);
  return name;
}

/** Source: HDF5 File Format Specification 3.0, IV.A.2.g. */
function readLink(body: ByteReader, file: string, path: string): Link {
  if (body.u8() !== 1) throw body.damaged('a link of an unknown version');
  const flags = body.u8();
  const kind = (flags & 8) === 0 ? 0 : body.u8();
  body.skip((flags & 4) === 0 ? 0 : 8);
  body.skip((flags & 0x10) === 0 ? 0 : 1);
  const length = [() => body.u8(), () => body.u16(), () => body.u32(), () => body.u64()][flags & 3]!();
  const name = checkedName(decodeUtf8(body.take(length)), file, path);
  if (kind !== 0) throw refuse(file, path, name);
  return { name, address: body.u64() };
}

/** The older form: a tree of symbol tables and a heap of names. Source: HDF5 File Format Specification 3.0, III.A to III.D. */
class SymbolTable {
  private readonly visited = new Set<number>();

  constructor(
    private readonly source: ByteReader,
    private readonly file: string,
    private readonly path: string,
  ) {}

  *links(message: ByteReader): Generator<Link> {
    const tree = message.u64();
    const names = this.heap(message.u64());
    yield* this.node(tree, names, 0);
  }

  private heap(address: number): ByteReader {
    const heap = this.source.from(address);
    heap.expect('HEAP');
    heap.skip(4);
    const size = heap.u64();
    heap.skip(8);
    return this.source.from(heap.u64(), size);
  }

  private *node(address: number, names: ByteReader, depth: number): Generator<Link> {
    const node = this.source.from(address);
    if (this.visited.has(address) || depth > maximumTreeDepth)
      throw node.damaged('a tree goes round in a circle');
    this.visited.add(address);
    node.expect('TREE');
    if (node.u8() !== 0) throw node.damaged('expected a tree of names');
    const level = node.u8();
    const count = node.u16();
    node.skip(16);
    this.source.budget.spend('values', 1 + count, `"${this.path}"`);
    for (let i = 0; i < count; i++) {
      node.skip(8);
      const child = node.u64();
      if (level === 0) yield* this.table(child, names);
      else yield* this.node(child, names, depth + 1);
    }
  }

  private *table(address: number, names: ByteReader): Generator<Link> {
    const table = this.source.from(address);
    if (this.visited.has(address)) throw table.damaged('a tree goes round in a circle');
    this.visited.add(address);
    table.expect('SNOD');
    table.skip(2);
    const count = table.u16();
    this.source.budget.spend('values', 1 + count, `"${this.path}"`);
    for (let i = 0; i < count; i++) {
      const offset = table.u64();
      const object = table.u64();
      const cache = table.u32();
      table.skip(20);
      const name = checkedName(
        names.from(names.at + offset, names.left - offset).text(),
        this.file,
        this.path,
      );
      if (cache === 2) throw refuse(this.file, this.path, name);
      yield { name, address: object };
    }
  }
}
