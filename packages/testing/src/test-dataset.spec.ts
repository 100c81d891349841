// The kit itself: sound datasets pass everything, and each way of breaking one fails the promise it breaks.
import { describe, expect, it } from '@jest/globals';
import type { BatchStream, Dataset, Example } from '@lamella/core';
import { batch, csvDataset, fromTensors, map, shuffle, take } from '@lamella/datasets';
import { HostTensor, lamellaError } from '@lamella/program';
import { brokenPromises, testsOf } from '../spec-support/broken-promises.js';
import { floats, integers } from './kernel-case.js';
import { testDataset, type DatasetCase, type Source } from './test-dataset.js';

const promise = {
  shapes: 'has the length, the shapes and the dtypes that it promises',
  again: 'gives the same again, in any order',
  indices: 'refuses indices that it has not',
  early: 'can be left early, and read from the beginning',
  read: 'is read by predict() to its end, or to the signal',
};

const ramp: DatasetCase<object> = {
  name: 'of ramps',
  options: {},
  length: 5,
  x: { shape: [2], dtype: 'float32', range: [0, 5] },
  y: { shape: [], dtype: 'int32' },
};

/** A third party's: numbers that follow the index. */
const ramps: Dataset = {
  length: 5,
  get(index) {
    if (!Number.isInteger(index) || index < 0 || index >= 5)
      throw lamellaError('INDEX_OUT_OF_RANGE', { subject: 'ramps', problem: String(index), fix: 'none' });
    return {
      x: new HostTensor(Float32Array.of(index, index + 1), [2]),
      y: new HostTensor(Int32Array.of(index), [], 'int32'),
    };
  },
};

const stream: BatchStream = batch(ramps, 2);
const ofThree = { length: 3 };

const broken = (create: () => Source, given: Partial<DatasetCase<object>> = {}): Promise<string[]> =>
  brokenPromises((runner) => testDataset(create, [{ ...ramp, ...given }], { runner }));

/** The dataset, with other examples. */
const changed = (change: (example: Example, index: number) => Example): Dataset =>
  map(ramps, change as never) as Dataset;

describe('testDataset', () => {
  it("finds nothing wrong with a third party's, and tries all it promises", async () => {
    expect(testsOf((runner) => testDataset(() => ramps, [ramp], { runner })).map(([name]) => name)).toEqual(
      Object.values(promise),
    );
    expect(await broken(() => ramps)).toEqual([]);
    expect(await broken(() => stream, ofThree)).toEqual([]);
  });

  it('finds nothing wrong with our own', async () => {
    const rows = (): Dataset => fromTensors({ x: floats([6, 2], 0, 5), y: integers([6], 3) });
    expect(await broken(() => take(shuffle(rows(), 3), 4), { length: 4 })).toEqual([]);
    const table = new TextEncoder().encode('a,b\n1,2\n3,4\n5,0\n');
    expect(
      await broken(
        () => csvDataset(table, { columns: { a: 'float32', b: 'int32' }, label: 'b', batchSize: 2 }),
        { length: 2, x: { a: { shape: [1], dtype: 'float32' } }, y: { shape: [1], dtype: 'int32' } },
      ),
    ).toEqual([]);
  });

  it('passes random examples and streams without end where the case says so', async () => {
    let seed = 0;
    const noisy = changed(({ x, ...rest }) => ({
      ...rest,
      x: floats([2], 0, 1 + (seed++ % 3)),
      ...(x && {}),
    }));
    expect(await broken(() => noisy)).toEqual([promise.again]);
    expect(await broken(() => noisy, { isRandom: true })).toEqual([]);
    const endless: BatchStream = {
      async *[Symbol.asyncIterator]() {
        for (;;) yield* stream as AsyncIterable<Example>;
      },
    };
    expect(await broken(() => endless, { length: null })).toEqual([]);
    expect(await broken(() => endless, ofThree)).toEqual([promise.shapes]);
    expect(await broken(() => stream, { length: null })).toEqual([promise.shapes]);
  });

  it('fails lengths, shapes, dtypes, ranges and parts that are not the promised ones', async () => {
    expect(await broken(() => ({ ...ramps, length: 4 }))).toEqual([promise.shapes, promise.indices]);
    const wrong: readonly Partial<DatasetCase<object>>[] = [
      { x: { shape: [3], dtype: 'float32' } },
      { x: { shape: [2], dtype: 'float32', range: [0, 4] } },
      { y: { shape: [], dtype: 'float32' } },
      { sampleWeight: { shape: [], dtype: 'float32' } },
    ];
    for (const given of wrong)
      expect((await broken(() => ramps, given)).filter((name) => name !== promise.read)).toEqual([
        promise.shapes,
      ]);
    expect(await broken(() => stream, { length: 2 })).toEqual([promise.shapes]);
    const uneven: BatchStream = [{ x: floats([2, 2], 0, 1), y: integers([3], 2) }];
    expect(await broken(() => uneven, { length: 1 })).toEqual([promise.shapes]);
  });

  it('fails examples that the next one overwrites', async () => {
    const memory = HostTensor.zeros([2]);
    const reused = changed(({ x, y }) => {
      memory.data.set((x as HostTensor).data);
      return { x: memory, ...(y !== undefined && { y }) };
    });
    expect(await broken(() => reused)).toEqual([promise.again]);
  });

  it('fails indices that it has not, and takes', async () => {
    const clamped: Dataset = {
      length: 5,
      get: (index) => ramps.get(Math.max(0, Math.min(4, Math.floor(Number.isNaN(index) ? 0 : index)))),
    };
    const bare: Dataset = {
      length: 5,
      get(index) {
        if (index in [0, 1, 2, 3, 4]) return ramps.get(index);
        throw new RangeError('no');
      },
    };
    for (const each of [clamped, bare]) expect(await broken(() => each)).toEqual([promise.indices]);
  });

  it('fails a stream that can be read once, and one that does not begin anew', async () => {
    const once = (): BatchStream => (stream as AsyncIterable<Example>)[Symbol.asyncIterator]() as never;
    expect(await broken(once, ofThree)).toEqual(expect.arrayContaining([promise.again, promise.early]));
  });
});
