// What TensorBoard would read: the framing of records, the events in them, and which tags a training writes.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { cpu } from '@lamella/backend-cpu';
import { input } from '@lamella/core';
import { crc32c } from '@lamella/files';
import { dense } from '@lamella/layers';
import { adam, model, multiOptimizer, optimizerMap, sgd, type Model } from '@lamella/training';
import { EventFile } from './event-file.js';
import { histogram } from './histogram.js';
import { tensorBoard } from './tensor-board.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lamella-board-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** The records of the one file in a folder, whose checksums hold. */
async function recordsIn(path: string): Promise<Buffer[]> {
  const [name, ...others] = await readdir(path);
  expect([others.length, /^events\.out\.tfevents\.\d+\.\S+\.\d+\.\d+\.v2$/.test(name!)]).toEqual([0, true]);
  const bytes = await readFile(join(path, name!));
  const records: Buffer[] = [];
  const unmask = (masked: number): number => {
    const rotated = (masked - 0xa282ead8) >>> 0;
    return ((rotated >>> 17) | (rotated << 15)) >>> 0;
  };
  for (let at = 0; at < bytes.length;) {
    const length = Number(bytes.readBigUInt64LE(at));
    const data = bytes.subarray(at + 12, at + 12 + length);
    expect(unmask(bytes.readUInt32LE(at + 8))).toBe(crc32c(bytes.subarray(at, at + 8)));
    expect(unmask(bytes.readUInt32LE(at + 12 + length))).toBe(crc32c(data));
    records.push(data);
    at += length + 16;
  }
  return records;
}

/** The tags of all events but the first, which says the version. */
const tagsIn = async (path: string): Promise<string[]> =>
  (await recordsIn(path)).slice(1).flatMap((record) =>
    // A tag is field 1 of a value, which is field 1 of the summary.
    [...record.toString('latin1').matchAll(/\n([\s\S])((?:keras|[a-z]+_|\w+\/)[\w/]*)(?=B)/g)]
      .filter(([, length, tag]) => length!.charCodeAt(0) === tag!.length)
      .map(([, , tag]) => tag!),
  );

function compiled(options: Parameters<Model['compile']>[0] = { optimizer: adam(), loss: 'mse' }): Model {
  const x = input({ shape: [2], name: 'x' });
  const net = model({ inputs: x, outputs: dense({ units: 1, name: 'out' }).apply(x), backend: cpu() });
  net.compile(options);
  return net;
}
const [x, y] = [[[1, 2], [3, 4]], [1, 2]]; // prettier-ignore

describe('an event file', () => {
  it('holds what protobuf makes of such an event', async () => {
    await new EventFile(folder, () => 1500).add(300, [
      { tag: 'a', plugin: 'scalars', value: 0.5 },
      { tag: 'b', plugin: 'histograms', value: [[0, 1, 2]] },
      { tag: 'c', plugin: 'graph_keras_model', value: '{}' },
    ]);
    const records = await recordsIn(folder);
    // Made by Python's protobuf from TensorFlow's own messages.
    expect(records.map((record) => record.toString('hex'))).toEqual([
      '09000000000000f83f1a0d627261696e2e4576656e743a32',
      '09000000000000f83f10ac022a88010a1e0a0161420a0801120022040000003f4a0d0a090a077363616c61727320010a3d0a0162422608021208120208011202080322180000000000000000000000000000f03f00000000000000404a100a0c0a0a686973746f6772616d7320020a270a016342080807120042027b7d4a180a160a1167726170685f6b657261735f6d6f64656c120131',
    ]);
  });

  it('that cannot be written says so', async () => {
    await expect(new EventFile(`${folder}/\0`).add(0, [])).rejects.toThrow('[FILE_NOT_WRITTEN]');
  });
});

describe('a histogram', () => {
  it('has buckets of equal width, the largest value in the last', () => {
    expect(histogram([1, 2, 2, 4], 3)).toEqual([
      [1, 2, 1],
      [2, 3, 2],
      [3, 4, 1],
    ]);
  });

  it('of values that are all alike, or of none, has one full bucket, or none', () => {
    expect(histogram([5, 5], 2)).toEqual([
      [5, 5, 0],
      [5, 5, 2],
    ]);
    expect(histogram([], 2)).toEqual([
      [0, 0, 0],
      [0, 0, 0],
    ]);
  });
});

describe('TensorBoard', () => {
  it('writes the graph, losses and metrics by epoch, the learning rate, and histograms', async () => {
    const board = tensorBoard({ logDir: folder, histogramFreq: 2 });
    await compiled().fit(x, y, { epochs: 2, verbose: 0, validationData: [x, y], callbacks: [board] });
    expect(await tagsIn(join(folder, 'train'))).toEqual([
      'keras',
      ...['epoch_loss', 'epoch_learning_rate', 'out/kernel/histogram', 'out/bias/histogram'],
      ...['epoch_loss', 'epoch_learning_rate'],
    ]);
    const tried = ['evaluation_loss_vs_iterations', 'epoch_loss'];
    expect(await tagsIn(join(folder, 'validation'))).toEqual([...tried, ...tried]);
  });

  it('writes the logs of every so many batches, the speed, and the rates of several optimizers', async () => {
    const optimizer = multiOptimizer({
      optimizerMap: optimizerMap({
        defaultOptimizer: adam({ name: 'one' }),
        optimizerMap: { '.*bias': sgd({ name: 'two' }) },
      }),
    });
    const board = tensorBoard({
      logDir: folder,
      updateFreq: 2,
      writeGraph: false,
      writeStepsPerSecond: true,
    });
    const options = { epochs: 1, batchSize: 1, verbose: 0, callbacks: [board] } as const;
    await compiled({ optimizer, loss: 'mse' }).fit([...x, ...x], [...y, ...y], options);
    expect(await tagsIn(join(folder, 'train'))).toEqual([
      ...['batch_loss', 'batch_loss', 'epoch_loss'],
      ...['epoch_learning_rate_two', 'epoch_learning_rate_one', 'epoch_steps_per_second'],
    ]);
  });

  it.each<{ readonly options: object; readonly says: string }>([
    { options: { histogramFreq: -1 }, says: '[OPTION_INVALID] TensorBoard: histogramFreq' },
    { options: { updateFreq: 0 }, says: '[OPTION_INVALID] TensorBoard: updateFreq' },
    { options: { profileBatch: 1 }, says: '[OPTION_UNKNOWN] TensorBoard' },
  ])('refuses $options', ({ options, says }) => {
    expect(() => tensorBoard(options)).toThrow(says);
  });
});
