// Properties of all readers: what is written reads back, and no bytes lead to anything but a tensor or a coded error.
import { deflateSync, zipSync } from 'fflate';
import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import {
  allocateArray,
  HostTensor,
  isLamellaError,
  numberDTypes,
  type AnyHostTensor,
} from '@lamella/program';
import { readIdx, writeIdx } from './idx.js';
import { readNpy, writeNpy } from './npy.js';
import { readNpz, writeNpz } from './npz.js';

const runs = { numRuns: Number(process.env['LAMELLA_FUZZ_RUNS'] ?? 2000), seed: 8 };
const maximumBytes = 2 ** 20;

const tensors = fc
  .record({
    dtype: fc.constantFrom(...numberDTypes.filter((dtype) => dtype !== 'bfloat16')),
    shape: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }),
    bytes: fc.uint8Array({ minLength: 1024, maxLength: 1024 }),
  })
  .map(({ dtype, shape, bytes }) => {
    const size = shape.reduce((product, length) => product * length, 1);
    const data = allocateArray(dtype, size);
    new Uint8Array(data.buffer).set(bytes.subarray(0, data.byteLength));
    if (dtype === 'bool') data.forEach((value, i) => (data[i] = value & 1));
    return new HostTensor(data, shape, dtype);
  });

const bitsOf = ({ data, shape, dtype }: AnyHostTensor) => {
  const { buffer, byteOffset, byteLength } = data as Uint8Array;
  return { bytes: [...new Uint8Array(buffer, byteOffset, byteLength)], shape, dtype };
};

/** The dtypes of IDX files; bool becomes uint8. */
const inIdx: ReadonlySet<string> = new Set(['bool', 'uint8', 'int8', 'int16', 'int32', 'float32', 'float64']);

const readers: Record<string, { read: (bytes: Uint8Array) => unknown; seeds: Uint8Array[] }> = (() => {
  const small = new HostTensor(new Float32Array([1, 2, 3, 4, 5, 6]), [2, 3]);
  const narrow = new HostTensor(new Uint8Array([5, 0, 4]), [3], 'uint8');
  return {
    readIdx: {
      read: (bytes) => readIdx(bytes, { maximumBytes }),
      seeds: [writeIdx(small), writeIdx(narrow)],
    },
    readNpy: { read: (bytes) => readNpy(bytes), seeds: [writeNpy(small), writeNpy(narrow)] },
    readNpz: {
      read: (bytes) => readNpz(bytes, { maximumBytes }),
      seeds: [
        writeNpz({ small, narrow }),
        writeNpz({ small }, { compressed: true }),
        zipSync({ 'nested.npy': deflateSync(new Uint8Array(2000)) }),
      ],
    },
  };
})();

/** Reads, and fails unless it gives a value or a coded error. */
function expectSound(read: (bytes: Uint8Array) => unknown, bytes: Uint8Array): void {
  try {
    read(bytes);
  } catch (error) {
    if (!isLamellaError(error)) throw error;
    expect(error.code).toBe('FILE_INVALID');
  }
}

describe('what is written', () => {
  it('reads back from .npy and .npz, bit for bit', () => {
    fc.assert(
      fc.property(tensors, fc.boolean(), (tensor, compressed) => {
        expect(bitsOf(readNpy(writeNpy(tensor)))).toEqual(bitsOf(tensor));
        expect(bitsOf(readNpz(writeNpz({ tensor }, { compressed })).get('tensor')!)).toEqual(bitsOf(tensor));
      }),
      { numRuns: 200, seed: 9 },
    );
  });

  it('reads back from IDX, booleans as bytes', () => {
    const known = tensors.filter(({ dtype }) => inIdx.has(dtype));
    fc.assert(
      fc.property(known, (tensor) => {
        const again = readIdx(writeIdx(tensor));
        expect(again.shape).toEqual(tensor.shape);
        expect(again.dtype).toBe(tensor.dtype === 'bool' ? 'uint8' : tensor.dtype);
        expect(Array.from(again.data)).toEqual(Array.from(tensor.data));
      }),
      { numRuns: 200, seed: 9 },
    );
  });
});

describe.each(Object.entries(readers))('%s, given hostile bytes', (_, { read, seeds }) => {
  it('gives a tensor or a coded error for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => expectSound(read, bytes)),
      runs,
    );
  });

  it('gives a tensor or a coded error for files with bytes changed', () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(fc.constantFrom(...seeds), changes, (seed, list) => {
        const bytes = seed.slice();
        for (const [at, value] of list) bytes[at % bytes.length] = value;
        expectSound(read, bytes);
      }),
      runs,
    );
  });

  it('gives a tensor or a coded error for files with 32-bit words changed', () => {
    const words = fc.oneof(
      fc.constantFrom(0, 1, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff),
      fc.nat(100_000),
    );
    fc.assert(
      fc.property(fc.constantFrom(...seeds), fc.nat(), words, fc.boolean(), (seed, at, word, little) => {
        const bytes = seed.slice();
        new DataView(bytes.buffer).setUint32(at % (bytes.length - 3), word, little);
        expectSound(read, bytes);
      }),
      runs,
    );
  });

  it('refuses every truncation', () => {
    for (const seed of seeds)
      for (let length = 0; length < seed.length; length++)
        expect(() => read(seed.subarray(0, length))).toThrow(/^\[FILE_INVALID\]/);
  });
});
