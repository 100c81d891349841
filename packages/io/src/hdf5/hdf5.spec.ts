import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { dtypes, HostTensor } from '@lamella/program';
import h5wasm from 'h5wasm/node';
import { ByteWriter } from './byte-writer.js';
import { readHdf5 } from './read-hdf5.js';
import { ensureGroup, hdf5Group, type Hdf5Group } from './tree.js';
import { writeHdf5 } from './write-hdf5.js';

const folder = new URL('../../../../fixtures/keras/files/', import.meta.url);

/** A tree as plain data. */
function plain(group: Hdf5Group): unknown {
  return {
    attributes: Object.fromEntries([...group.attributes].sort()),
    datasets: Object.fromEntries(
      [...group.datasets]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, t]) => [name, [t.dtype, t.shape, [t.array()].flat(9)]]),
    ),
    groups: Object.fromEntries(
      [...group.groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, inner]) => [name, plain(inner)]),
    ),
  };
}

/** The same through the HDF5 library. */
async function byLibrary(bytes: Uint8Array): Promise<unknown> {
  const { FS } = await h5wasm.ready;
  FS.writeFile('of-the-test.h5', bytes);
  const file = new h5wasm.File('of-the-test.h5', 'r');
  const visit = (group: InstanceType<typeof h5wasm.Group>): unknown => {
    const result = { attributes: {}, datasets: {}, groups: {} } as Record<string, Record<string, unknown>>;
    for (const name of Object.keys(group.attrs).sort()) {
      const { value, shape } = group.attrs[name]!;
      result['attributes']![name] = shape?.[0] === 0 ? [] : value;
    }
    for (const name of group.keys().sort()) {
      const item = group.get(name);
      if (item instanceof h5wasm.Group) result['groups']![name] = visit(item);
      else if (item instanceof h5wasm.Dataset) {
        const value = item.value as number | Float32Array;
        const dtype = item.dtype === '<f' ? 'float32' : item.dtype === '<i' ? 'int32' : item.dtype;
        result['datasets']![name] = [
          dtype,
          item.shape,
          typeof value === 'number' ? [value] : Array.from(value),
        ];
      }
    }
    return result;
  };
  try {
    return visit(file);
  } finally {
    file.close();
    FS.unlink('of-the-test.h5');
  }
}

function manyGroups(count: number): Hdf5Group {
  const root = hdf5Group();
  for (let i = 0; i < count; i++)
    ensureGroup(root, [`layer_${i}`]).datasets.set('kernel', new HostTensor(Float32Array.of(i), [1]));
  return root;
}

describe('readHdf5', () => {
  const files = readdirSync(folder).filter((name) => name.endsWith('.h5'));

  it.each(files)('reads %s as the HDF5 library does', async (name) => {
    const bytes = new Uint8Array(readFileSync(new URL(name, folder)));
    expect(plain(readHdf5(bytes, name))).toEqual(await byLibrary(bytes));
  });

  it('reads the newer superblock and headers, too', async () => {
    const { FS } = await h5wasm.ready;
    const file = new h5wasm.File('newer.h5', 'w');
    file.create_attribute('name', 'model');
    file
      .create_group('vars')
      .create_dataset({ name: '0', data: Float32Array.of(1, 2), shape: [2], dtype: '<f' });
    file.close();
    const tree = readHdf5(FS.readFile('newer.h5') as Uint8Array, 'newer.h5');
    // The library writes to the disk, where the tests run.
    FS.unlink('newer.h5');
    expect(tree.attributes.get('name')).toBe('model');
    expect(tree.groups.get('vars')!.datasets.get('0')!.array()).toEqual([1, 2]);
  });

  it('reads numbers of every kind that h5py writes, in either byte order', () => {
    // Float 16, 32 and 64, integers of all widths and booleans, little and big ends first: made by numbers() in hostile.py.
    const path = new URL('../../../../fixtures/hdf5/numbers.h5', import.meta.url);
    const { datasets } = readHdf5(new Uint8Array(readFileSync(path)), 'numbers.h5');
    expect(datasets.size).toBe(21);
    for (const [name, tensor] of datasets) {
      const isUnsigned = /^[ub]/.test(name);
      expect([name, tensor.array()]).toEqual([
        name,
        name === 'bool' ? [1, 0, 1] : isUnsigned ? [1, 0, 100] : [1, -2, 100],
      ]);
    }
  });

  it('names what is no HDF5 file, and what ends too early', () => {
    const bytes = writeHdf5(manyGroups(3));
    expect(() => readHdf5(bytes.subarray(1), 'x.h5')).toThrow('[FILE_INVALID] "x.h5": it is no HDF5 file');
    for (let length = 8; length < bytes.length; length += 16)
      expect(() => readHdf5(bytes.slice(0, length), 'x.h5')).toThrow('[FILE_INVALID]');
  });
});

describe('writeHdf5', () => {
  it('writes what the HDF5 library reads: attributes, scalars, empty arrays, every dtype', async () => {
    const root = hdf5Group();
    root.attributes.set('name', 'größe');
    root.attributes.set('layer_names', ['a', 'bcd', '']);
    root.attributes.set('weight_names', []);
    root.attributes.set('long', 'x'.repeat(100_000));
    const vars = ensureGroup(root, ['layers', 'dense', 'vars']);
    vars.datasets.set('0', new HostTensor(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3]));
    vars.datasets.set('1', new HostTensor(Int32Array.of(-7), [], 'int32'));
    vars.datasets.set('2', HostTensor.zeros([0, 3]));
    const bytes = writeHdf5(root);
    expect(await byLibrary(bytes)).toEqual(plain(root));
    expect(plain(readHdf5(bytes, 'x.h5'))).toEqual(plain(root));
  });

  const kept = dtypes.filter((dtype) => !['string', 'complex64', 'bool'].includes(dtype));
  it.each(kept)('keeps %s', (dtype) => {
    const root = hdf5Group();
    root.datasets.set('x', HostTensor.fromArray([1, 2, 100]).cast(dtype));
    expect(plain(readHdf5(writeHdf5(root), 'x.h5'))).toEqual(plain(root));
  });

  it('holds groups of thousands', async () => {
    const bytes = writeHdf5(manyGroups(3000));
    const tree = readHdf5(bytes, 'x.h5');
    expect(tree.groups.size).toBe(3000);
    expect(tree.groups.get('layer_2999')!.datasets.get('kernel')!.array()).toEqual([2999]);
    expect(await byLibrary(bytes)).toEqual(plain(tree));
  });

  it('keeps long arrays apart until all is written, with zeros where nothing stands', () => {
    const out = new ByteWriter();
    out.bytes([9, 8, 7, 6, 5]);
    out.bytes(new Uint8Array(2 ** 20).fill(2));
    out.skip(2);
    out.u8(3);
    expect(out.align()).toBe(2 ** 20 + 8);
    out.u8(4);
    const bytes = out.finish(Uint8Array.of(1));
    expect([...bytes.subarray(0, 6)]).toEqual([1, 8, 7, 6, 5, 2]);
    expect([...bytes.subarray(2 ** 20 + 4)]).toEqual([2, 0, 0, 3, 4]);
  });

  it('gives the same bytes for the same tree', () => {
    expect(writeHdf5(manyGroups(20))).toEqual(writeHdf5(manyGroups(20)));
  });
});
