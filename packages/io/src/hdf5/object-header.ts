// Object headers: what HDF5 says about a group or a dataset, as a list of messages. Both versions of the header are read.
import type { ByteReader } from './byte-reader.js';

/** The messages that matter here, by Keras' use of them. */
export const messageType = {
  dataspace: 0x01,
  linkInfo: 0x02,
  datatype: 0x03,
  link: 0x06,
  externalFiles: 0x07,
  layout: 0x08,
  filters: 0x0b,
  attribute: 0x0c,
  continuation: 0x10,
  symbolTable: 0x11,
  attributeInfo: 0x15,
} as const;

/** One message: a cursor over its body. */
export interface Message {
  readonly type: number;
  readonly body: ByteReader;
}

/** The messages of the object at an address. Source: HDF5 File Format Specification 3.0, IV.A. Throws: FILE_INVALID, BUDGET_EXCEEDED. */
export function readObjectHeader(source: ByteReader, address: number): Message[] {
  const start = source.from(address);
  const isSecond = start.left >= 4 && String.fromCharCode(...source.from(address).take(4)) === 'OHDR';
  const messages: Message[] = [];
  const seen = new Set<number>();
  const blocks = [isSecond ? openSecond(start) : openFirst(start)];
  for (let block = blocks.pop(); block !== undefined; block = blocks.pop()) {
    if (seen.has(block.body.at)) throw start.damaged('a header goes round in a circle');
    seen.add(block.body.at);
    const least = isSecond ? 4 : 8;
    while (block.body.left >= least) {
      const message = isSecond ? readSecond(block.body, block.hasOrder) : readFirst(block.body);
      if (message.type === messageType.continuation) {
        const at = message.body.u64();
        const length = message.body.u64();
        blocks.push({
          body: isSecond ? openContinuation(source, at, length) : source.from(at, length),
          hasOrder: block.hasOrder,
        });
      } else messages.push(message);
      source.budget.spend('values', 1, 'an object of it');
    }
  }
  return messages;
}

interface Block {
  readonly body: ByteReader;
  readonly hasOrder: boolean;
}

function openFirst(start: ByteReader): Block {
  if (start.u8() !== 1) throw start.damaged('expected an object header');
  start.skip(7);
  const size = start.u32();
  start.skip(4);
  return { body: start.from(start.at, size), hasOrder: false };
}

function openSecond(start: ByteReader): Block {
  start.expect('OHDR');
  if (start.u8() !== 2) throw start.damaged('expected an object header of version 2');
  const flags = start.u8();
  start.skip((flags & 0x20) === 0 ? 0 : 16);
  start.skip((flags & 0x10) === 0 ? 0 : 4);
  const size = [() => start.u8(), () => start.u16(), () => start.u32(), () => start.u64()][flags & 3]!();
  return { body: start.from(start.at, size), hasOrder: (flags & 4) !== 0 };
}

function openContinuation(source: ByteReader, at: number, length: number): ByteReader {
  const body = source.from(at, length - 4);
  body.expect('OCHK');
  return body;
}

function readFirst(block: ByteReader): Message {
  const type = block.u16();
  const size = block.u16();
  const flags = block.u8();
  block.skip(3);
  return finish(block, type, size, flags);
}

function readSecond(block: ByteReader, hasOrder: boolean): Message {
  const type = block.u8();
  const size = block.u16();
  const flags = block.u8();
  block.skip(hasOrder ? 2 : 0);
  return finish(block, type, size, flags);
}

function finish(block: ByteReader, type: number, size: number, flags: number): Message {
  const at = block.at;
  block.skip(size);
  if ((flags & 2) !== 0) throw block.damaged('it shares messages between objects, which Keras does not');
  return { type, body: block.from(at, size) };
}
