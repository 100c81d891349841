import { describe, expect, it } from '@jest/globals';
import { ProtobufMessage } from './protobuf-message.js';

const bytes = (message: ProtobufMessage): number[] => [...message.finish()];

describe('ProtobufMessage', () => {
  it('writes integers seven bits a byte', () => {
    expect(bytes(new ProtobufMessage().int(1, 150))).toEqual([0x08, 0x96, 0x01]);
    expect(bytes(new ProtobufMessage().int(3, 0))).toEqual([0x18, 0]);
    expect(bytes(new ProtobufMessage().int(1, 2 ** 40))).toEqual([0x08, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20]);
  });

  it('writes negative integers in ten bytes', () => {
    expect(bytes(new ProtobufMessage().int(1, -1))).toEqual([
      0x08, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1,
    ]);
  });

  it('writes field numbers above fifteen in two bytes', () => {
    expect(bytes(new ProtobufMessage().int(20, 7))).toEqual([0xa0, 0x01, 7]);
  });

  it('writes strings, floats, packed integers and messages', () => {
    expect(bytes(new ProtobufMessage().string(2, 'testing'))).toEqual([
      0x12,
      7,
      ...new TextEncoder().encode('testing'),
    ]);
    expect(bytes(new ProtobufMessage().float(2, 1))).toEqual([0x15, 0, 0, 0x80, 0x3f]);
    expect(bytes(new ProtobufMessage().double(2, 1))).toEqual([0x11, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f]);
    expect(bytes(new ProtobufMessage().ints(4, [3, 270]))).toEqual([0x22, 3, 3, 0x8e, 0x02]);
    expect(bytes(new ProtobufMessage().message(3, new ProtobufMessage().int(1, 150)))).toEqual([
      0x1a, 3, 0x08, 0x96, 0x01,
    ]);
  });

  it('rejects numbers that are no safe integers', () => {
    expect(() => new ProtobufMessage().int(1, 0.5)).toThrow('expected a safe integer, got 0.5');
    expect(() => new ProtobufMessage().int(1, 2 ** 60)).toThrow(RangeError);
  });
});
