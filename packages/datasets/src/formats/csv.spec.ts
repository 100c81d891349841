// Tables of comma-separated values: types, lines, streams, and what is refused.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { csvDataset, readCsv, type CsvBatch, type CsvDatasetOptions } from './csv.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const table = bytes(
  '\uFEFFname, area,rooms,price\n"Oak, 3",50.5,2,100\n\nElm,80,3,160\n"A ""b""",1e2,4,200\n',
);
const types = { price: 'float32', name: 'string', rooms: 'int32' } as const;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'csv-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function all(options: CsvDatasetOptions, source = table): Promise<CsvBatch[]> {
  const batches: CsvBatch[] = [];
  for await (const batch of csvDataset(source, options)) batches.push(batch);
  return batches;
}

describe('readCsv', () => {
  it('reads the columns that are asked for, quotes, spaces, empty lines and marks of byte order included', async () => {
    const { price, name, rooms } = await readCsv(table, { columns: types });
    expect(price.array()).toEqual([100, 160, 200]);
    expect(name.array()).toEqual(['Oak, 3', 'Elm', 'A "b"']);
    expect([rooms.dtype, rooms.array()]).toEqual(['int32', [2, 3, 4]]);
  });

  it('takes names of columns where the file has none, and other delimiters', async () => {
    const { b } = await readCsv(bytes('1;2\n3;4\n'), {
      columns: { b: 'int32' },
      header: ['a', 'b'],
      delimiter: ';',
    });
    expect(b.array()).toEqual([2, 4]);
  });
});

describe('csvDataset', () => {
  it('gives batches of named columns, and the label as the target, at each pass', async () => {
    const path = join(folder, 'table.csv');
    await writeFile(path, table);
    const rows = csvDataset(path, { columns: types, label: 'price', batchSize: 2 });
    for (let pass = 0; pass < 2; pass++) {
      const batches: CsvBatch[] = [];
      for await (const batch of rows) batches.push(batch);
      expect(batches.map(({ y }) => y!.array())).toEqual([[[100], [160]], [[200]]]);
      expect(Object.keys(batches[0]!.x)).toEqual(['name', 'rooms']);
    }
  });

  it('reads no further than it is asked to', async () => {
    let read = 0;
    const endless = {
      async *[Symbol.asyncIterator]() {
        yield bytes('a\n');
        for (;;) {
          read++;
          yield await Promise.resolve(bytes(`${'1\n'.repeat(1000)}`));
        }
      },
    };
    for await (const { x } of csvDataset(endless, { columns: { a: 'int32' } })) if (x['a']!.size > 0) break;
    expect(read).toBeLessThan(100);
  });

  it.each<{ readonly what: string; readonly text: string; readonly says: string }>([
    { what: 'no number', text: 'a\n1\nx\n', says: 'line 3, column "a": expected a value of int32, got "x"' },
    { what: 'no whole number', text: 'a\n1.5\n', says: 'got "1.5"' },
    { what: 'nothing', text: 'a,b\n,1\n', says: 'got ""' },
    { what: 'a column that is missing', text: 'b\n1\n', says: 'it has no column "a", only b' },
    { what: 'a short line', text: 'a,b\n1\n', says: 'line 2 has 1 fields, and there are 2 columns' },
    { what: 'an open quote', text: 'a\n"1\n', says: 'Quote' },
  ])('refuses $what', async ({ text, says }) => {
    const reading = all({ columns: { a: 'int32' } }, bytes(text));
    await expect(reading).rejects.toThrow('[FILE_INVALID]');
    await expect(reading).rejects.toThrow(says);
  });

  it('refuses files that are not there, and options that cannot be', async () => {
    await expect(readCsv(join(folder, 'none.csv'), { columns: types })).rejects.toThrow('[FILE_MISSING]');
    expect(() => csvDataset(table, { columns: {} })).toThrow('[OPTION_INVALID]');
    expect(() => csvDataset(table, { columns: { a: 'number' as 'int32' } })).toThrow('columns.a');
    expect(() => csvDataset(table, { columns: types, label: 'area' as 'name' })).toThrow('label');
    expect(() => csvDataset(table, { columns: types, batchSize: 0 })).toThrow('batchSize');
  });
});
