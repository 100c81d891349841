// Functions that arrange data, against what Keras gives. Made by tools/oracle/datasets.py.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { HostTensor, type NestedArray } from '@lamella/program';
import { camelCase, type Dataset } from '@lamella/core';
import { prefetch } from './examples/prefetch.js';
import { splitDataset } from './examples/split-dataset.js';
import { normalize } from './normalize.js';
import { padSequences } from './pad-sequences.js';
import { timeseriesDatasetFromArray, type TimeseriesOptions } from './time-series.js';

interface Stored {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly data: readonly number[];
}
type Options = Readonly<Record<string, unknown>>;
interface Fixture {
  readonly time_series: readonly { readonly options: Options; readonly x: Stored; readonly y: Stored }[];
  readonly padding: readonly {
    readonly sequences: NestedArray[][];
    readonly options: Options;
    readonly padded: Stored;
  }[];
  readonly normalizing: readonly {
    readonly data: NestedArray[];
    readonly axis: number;
    readonly order: number | 'Infinity';
    readonly normalized: Stored;
  }[];
  readonly splitting: readonly {
    readonly length: number;
    readonly options: Options;
    readonly left: readonly number[];
    readonly right: readonly number[];
  }[];
}

const fixture = JSON.parse(
  readFileSync(new URL('../../../fixtures/keras/datasets.json', import.meta.url), 'utf8'),
) as Fixture;
const camel = <T extends object>(options: Options): T =>
  Object.fromEntries(Object.entries(options).map(([name, value]) => [camelCase(name), value])) as T;
const expectStored = (got: HostTensor, { shape, data }: Stored): void => {
  expect(got.shape).toEqual(shape);
  data.forEach((value, i) => expect(got.data[i]).toBeCloseTo(value, 5));
};
const all = async <T>(dataset: Dataset<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: dataset.length }, async (_, i) => dataset.get(i)));
const count = (length: number): Dataset<number> => ({ length, get: (index) => index });

describe('timeseriesDatasetFromArray', () => {
  it.each(['batchSize', 'shuffle', 'seed'])('says that %s is for fit', (name) => {
    const options = { sequenceLength: 2, [name]: 1 };
    expect(() => timeseriesDatasetFromArray([0, 1, 2], null, options)).toThrow(
      new RegExp(`OPTION_UNKNOWN.*unknown option "${name}".*fit makes batches.*Fix: .*fit\\(\\)`, 's'),
    );
  });

  const data = Array.from({ length: 12 }, (_, i) => [2 * i, 2 * i + 1]);
  const targets = Array.from({ length: 12 }, (_, i) => 100 + i);

  it.each(fixture.time_series)('gives Keras’ windows for $options', async ({ options, x, y }) => {
    const examples = await all(timeseriesDatasetFromArray(data, targets, camel<TimeseriesOptions>(options)));
    expectStored(HostTensor.stack(examples.map((example) => example.x)), x);
    expectStored(HostTensor.stack(examples.map((example) => example.y!)), y);
  });

  it('needs no targets, and takes as many windows as there are targets', async () => {
    expect(await timeseriesDatasetFromArray(data, null, { sequenceLength: 5 }).get(0)).toEqual({
      x: HostTensor.fromArray(data.slice(0, 5)),
    });
    expect(timeseriesDatasetFromArray(data, targets.slice(0, 4), { sequenceLength: 2 })).toHaveLength(4);
  });

  it.each<{ readonly options: TimeseriesOptions; readonly says: string }>([
    { options: { sequenceLength: 0 }, says: 'sequenceLength: expected a whole number from 1 to 12' },
    { options: { sequenceLength: 2, sequenceStride: 12 }, says: 'sequenceStride' },
    { options: { sequenceLength: 2, samplingRate: 0 }, says: 'samplingRate' },
    { options: { sequenceLength: 2, startIndex: 12 }, says: 'startIndex' },
    { options: { sequenceLength: 2, startIndex: 5, endIndex: 5 }, says: 'endIndex' },
  ])('refuses $options', ({ options, says }) => {
    expect(() => timeseriesDatasetFromArray(data, null, options)).toThrow(says);
  });

  it('refuses no data, and a window that it does not have', () => {
    expect(() => timeseriesDatasetFromArray([], null, { sequenceLength: 1 })).toThrow('[DATA_INVALID]');
    expect(() => timeseriesDatasetFromArray(data, null, { sequenceLength: 12 }).get(1)).toThrow(
      '[INDEX_OUT_OF_RANGE]',
    );
  });
});

describe('padSequences', () => {
  it.each(fixture.padding)(
    'gives Keras’ tensor of $sequences for $options',
    ({ sequences, options, padded }) => {
      const made = padSequences(sequences, options);
      expectStored(made, padded);
      expect(made.dtype).toBe(padded.dtype);
    },
  );

  it('refuses what is no sequence, steps that differ, other sides, and values that have no place', () => {
    expect(() => padSequences([1] as never)).toThrow('expected sequences in arrays, got 1 at 0');
    expect(() => padSequences([[[1, 2]], [[1]]])).toThrow('expected steps of shape [2]');
    expect(() => padSequences([[1]], { padding: 'left' as never })).toThrow('expected "pre" or "post"');
    expect(() => padSequences([[1]], { maxlen: -1 })).toThrow('[OPTION_INVALID]');
    expect(() => padSequences([[300]], { dtype: 'uint8' })).toThrow('[VALUE_OUT_OF_RANGE]');
    expect(padSequences([], { maxlen: 3 }).shape).toEqual([0, 3]);
  });
});

describe('normalize', () => {
  it.each(fixture.normalizing)(
    'is Keras’ for axis $axis and order $order',
    ({ data, axis, order, normalized }) => {
      expectStored(normalize(data, axis, Number(order)), normalized);
    },
  );

  it('refuses an axis that is not there, and an order that is no norm', () => {
    expect(() => normalize([[1]], 2)).toThrow('axis: expected an axis of 2, got 2');
    expect(() => normalize([[1]], -1, 0)).toThrow('[OPTION_INVALID]');
  });
});

describe('splitDataset', () => {
  it.each(fixture.splitting)(
    'splits $length as Keras does for $options',
    async ({ length, options, left, right }) => {
      const parts = splitDataset(count(length), camel(options));
      expect(await Promise.all(parts.map(all))).toEqual([left, right]);
    },
  );

  it('shuffles before, where it is asked to', async () => {
    const [left, right] = splitDataset(count(20), { leftSize: 15, shuffle: true, seed: 3 });
    const both = [...(await all(left)), ...(await all(right))];
    expect(both).not.toEqual([...both].sort((a, b) => a - b));
    expect(new Set(both).size).toBe(20);
  });

  it('refuses sizes that leave nothing, or that there are not', () => {
    expect(() => splitDataset(count(3), {})).toThrow('leftSize: expected a size, or one for rightSize');
    expect(() => splitDataset(count(3), { leftSize: 3 })).toThrow(
      'a fraction, or a number of examples below 3',
    );
    expect(() => splitDataset(count(3), { leftSize: 2, rightSize: 2 })).toThrow('[DATA_INVALID]');
    expect(() => splitDataset(count(2), { leftSize: 0.1 })).toThrow('parts of 0 and 2');
  });
});

describe('prefetch', () => {
  const batch = (value: number): { x: HostTensor } => ({ x: HostTensor.fromArray([value]) });

  it('keeps batches at hand, gives them in order, and starts anew', async () => {
    let read = 0;
    const source = {
      async *[Symbol.asyncIterator]() {
        for (let i = 0; i < 5; i++) {
          read++;
          yield await Promise.resolve(batch(i));
        }
      },
    };
    const stream = prefetch(source, 2);
    for (let pass = 0; pass < 2; pass++) {
      const got: number[] = [];
      read = 0;
      for await (const { x } of stream) {
        got.push(Number(x.data[0]));
        await new Promise((resolve) => setImmediate(resolve));
        expect(read).toBe(Math.min(5, got.length + 2));
      }
      expect(got).toEqual([0, 1, 2, 3, 4]);
    }
  });

  it('throws what the source throws where its batch would come, and ends the source early', async () => {
    let isOver = false;
    const failing = function* (): Generator<{ x: HostTensor }> {
      yield batch(1);
      throw new Error('no more');
    };
    const got: number[] = [];
    await expect(async () => {
      for await (const { x } of prefetch(failing(), 3)) got.push(Number(x.data[0]));
    }).rejects.toThrow('no more');
    expect(got).toEqual([1]);
    const endless = function* (): Generator<{ x: HostTensor }> {
      try {
        for (;;) yield batch(2);
      } finally {
        isOver = true;
      }
    };
    for await (const { x } of prefetch(endless())) if (x.size === 1) break;
    expect(isOver).toBe(true);
    expect(() => prefetch([], 0)).toThrow('[OPTION_INVALID]');
  });
});
