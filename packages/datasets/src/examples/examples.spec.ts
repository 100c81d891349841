import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cpu } from '@lamella/backend-cpu';
import { compose, type Dataset } from '@lamella/core';
import { dense, layers } from '@lamella/layers';
import { HostTensor } from '@lamella/program';
import { training } from '@lamella/training';
import { batch } from './batch.js';
import { fromTensors } from './from-tensors.js';
import { map } from './map.js';
import { shuffle } from './shuffle.js';
import { skip, take } from './take.js';
import { zip } from './zip.js';

const numbers = (length: number): Dataset<number> => ({ length, get: (index) => index });
const all = <T>(dataset: Dataset<T>): T[] =>
  Array.from({ length: dataset.length }, (_, i) => dataset.get(i) as T);
const images = new HostTensor(new Uint8Array([1, 2, 3, 4, 5, 6]), [3, 2], 'uint8');
const labels = new HostTensor(new Int32Array([7, 8, 9]), [3], 'int32');

describe('fromTensors()', () => {
  it('gives rows of the same memory and dtype', async () => {
    const rows = fromTensors({ x: images, y: labels });
    const second = await rows.get(1);
    expect(rows.length).toBe(3);
    expect(second.x).toMatchObject({ dtype: 'uint8', shape: [2] });
    expect(second.x.array()).toEqual([3, 4]);
    expect(second.y.array()).toBe(8);
    expect(second.x.data.buffer).toBe(images.data.buffer);
  });

  it('takes lists and records of tensors', async () => {
    const rows = fromTensors({ x: [images, labels], y: { digit: labels } });
    const { x, y } = await rows.get(2);
    expect((x as HostTensor[]).map((tensor) => tensor.array())).toEqual([[5, 6], 9]);
    expect(y.digit.array()).toBe(9);
  });

  it('refuses tensors of different lengths, scalars and what is no tensor', () => {
    const one = new HostTensor(new Float32Array(1), []);
    expect(() => fromTensors({ x: images, y: HostTensor.zeros([2]) })).toThrow(
      '[DATA_LENGTH] fromTensors(): all data must have the same number of examples.\n  x: 3\n  y: 2\nFix: ',
    );
    expect(() => fromTensors({ x: one })).toThrow('expected rows in x, got a scalar');
    expect(() => fromTensors({ x: [[1, 2]] as never })).toThrow('[DATA_INVALID]');
    expect(() => fromTensors({ x: undefined as never })).toThrow('[DATA_INVALID]');
  });

  it('refuses an index that it does not have', () => {
    const rows = fromTensors({ x: images });
    for (const index of [-1, 3, 0.5, NaN])
      expect(() => rows.get(index)).toThrow(
        `[INDEX_OUT_OF_RANGE] Dataset of tensors: expected an index from 0 to 2, got ${index}`,
      );
  });
});

describe('datasets from datasets', () => {
  it('map changes each example, at once or later', async () => {
    expect(all(map(numbers(3), (n, index) => n * 10 + index))).toEqual([0, 11, 22]);
    const slow = map(numbers(3), async (n) => n + 1);
    expect(await map(slow, (n) => n * 2).get(2)).toBe(6);
  });

  it('take and skip give the beginning and the rest', () => {
    expect(all(take(numbers(5), 2))).toEqual([0, 1]);
    expect(all(skip(numbers(5), 2))).toEqual([2, 3, 4]);
    expect([take(numbers(2), 9).length, skip(numbers(2), 9).length]).toEqual([2, 0]);
    expect(() => take(numbers(5), 2).get(2)).toThrow('[INDEX_OUT_OF_RANGE]');
    expect(() => take(numbers(5), -1)).toThrow(
      '[OPTION_INVALID] take(): count: expected a natural number, got -1',
    );
  });

  it('shuffle gives every example once, in an order that the seed decides', () => {
    fc.assert(
      fc.property(fc.nat(200), fc.integer(), (length, seed) => {
        const shuffled = all(shuffle(numbers(length), seed));
        expect([...shuffled].sort((a, b) => a - b)).toEqual(all(numbers(length)));
        expect(all(shuffle(numbers(length), seed))).toEqual(shuffled);
      }),
      { numRuns: 100, seed: 6 },
    );
    expect(all(shuffle(numbers(50), 1))).not.toEqual(all(shuffle(numbers(50), 2)));
    expect(all(shuffle(numbers(50), 1))).not.toEqual(all(numbers(50)));
  });

  it('shuffle is fair: each example comes first about equally often', () => {
    const counts = [0, 0, 0, 0];
    for (let seed = 0; seed < 4000; seed++) counts[shuffle(numbers(4), seed).get(0) as number]!++;
    // Five standard deviations of a binomial count around 1000.
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(137);
  });

  it('zip joins datasets by name', async () => {
    const pairs = zip({ x: numbers(2), y: map(numbers(2), async (n) => String(n)) });
    expect(await pairs.get(1)).toEqual({ x: 1, y: '1' });
    expect(() => zip({ x: numbers(2), y: numbers(3) })).toThrow('[DATA_LENGTH] zip(): ');
    expect(() => zip({})).toThrow('[DATA_INVALID]');
  });

  it('refuse what is no dataset', () => {
    for (const derive of [
      (d: never) => map(d, (x) => x),
      (d: never) => take(d, 1),
      (d: never) => shuffle(d, 1),
      (d: never) => batch(d, 1),
    ])
      expect(() => derive([1, 2] as never)).toThrow('expected a dataset, which has a length and get(index)');
  });
});

describe('batch()', () => {
  const batches = async <T>(stream: AsyncIterable<T>): Promise<T[]> => {
    const list: T[] = [];
    for await (const one of stream) list.push(one);
    return list;
  };

  it('stacks examples along a new dimension, the last batch shorter, again at every reading', async () => {
    const stream = batch(fromTensors({ x: images, y: [labels, labels], sampleWeight: { a: labels } }), 2);
    for (let reading = 0; reading < 2; reading++) {
      const [first, last] = await batches(stream);
      expect(first!.x.array()).toEqual([
        [1, 2],
        [3, 4],
      ]);
      expect(first!.x.dtype).toBe('uint8');
      expect((last!.y as HostTensor[]).map((tensor) => tensor.array())).toEqual([[9], [9]]);
      expect(last!.sampleWeight.a.array()).toEqual([9]);
    }
    expect(await batches(batch(fromTensors({ x: images }), 2, { dropRemainder: true }))).toHaveLength(1);
    expect(await batches(batch(take(fromTensors({ x: images }), 0), 2))).toEqual([]);
  });

  it('refuses examples that do not fit together, and names the first', async () => {
    const ragged = map(numbers(3), (n) => ({ x: HostTensor.zeros([n === 2 ? 5 : 4]) }));
    await expect(batches(batch(ragged, 3))).rejects.toThrow(
      '[DATA_INVALID] batch(): expected float32[4] as x of example 2, as example 0 has, got float32[5]',
    );
    await expect(batches(batch(numbers(3) as never, 3))).rejects.toThrow(
      'expected examples of the form { x, y }, got 0 at 0',
    );
    expect(() => batch(ragged, 0)).toThrow('[OPTION_INVALID]');
  });
});

describe('fit on datasets', () => {
  it('trains the same on tensors, on a dataset of their rows, and on batches of it', async () => {
    const { sequential } = compose({ backend: cpu(), plugins: [layers, training] });
    const x = new HostTensor(new Float32Array([1, 2, 3, 4, 5, 6]), [3, 2]);
    const y = new HostTensor(new Float32Array([1, 0, 1]), [3, 1]);
    const rows = fromTensors({ x, y });
    const train = async (data: 'tensors' | Dataset | AsyncIterable<{ x: HostTensor; y: HostTensor }>) => {
      const net = sequential({ layers: [dense({ units: 1, kernelInitializer: 'ones' })], inputShape: [2] });
      net.compile({ optimizer: 'sgd', loss: 'mean_squared_error' });
      const options = { batchSize: 2, epochs: 2, shuffle: false, verbose: 0 } as const;
      const { history } = data === 'tensors' ? await net.fit(x, y, options) : await net.fit(data, options);
      return history['loss'];
    };
    const wanted = await train('tensors');
    expect(wanted).toHaveLength(2);
    expect(await train(rows)).toEqual(wanted);
    expect(await train(batch(rows, 2))).toEqual(wanted);
  });
});
