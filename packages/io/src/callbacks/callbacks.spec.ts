import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { cpu } from '@lamella/backend-cpu';
import { getWeightValues, input } from '@lamella/core';
import { dense } from '@lamella/layers';
import { HostTensor } from '@lamella/program';
import { model as createModel, sgd, type Model } from '@lamella/training';
import { composed } from '../keras-fixtures.spec.js';
import { bundled, run } from '../run-script.spec.js';
import { backupAndRestore } from './backup-and-restore.js';
import { csvLogger } from './csv-logger.js';
import { fillPattern } from './file-pattern.js';
import { modelCheckpoint, type ModelCheckpointOptions } from './model-checkpoint.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lamella-callbacks-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function smallModel(seed = 3): Model {
  const x = input({ shape: [2], name: 'x' });
  const model = createModel({
    inputs: x,
    outputs: dense({ units: 1, name: 'y' }).apply(x),
    backend: cpu(),
    seed,
  });
  model.compile({ optimizer: sgd({ learningRate: 0.1, momentum: 0.9 }), loss: 'mse', metrics: ['mae'] });
  return model;
}

const x = new HostTensor(Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8), [4, 2]);
const y = new HostTensor(Float32Array.of(1, 2, 3, 4), [4, 1]);

describe('fillPattern', () => {
  it.each([
    ['net.keras', 'net.keras'],
    ['{epoch:02d}.keras', '03.keras'],
    ['{epoch}-{val_loss:.2f}.keras', '3-0.13.keras'],
    ['{val_loss:8.3f}|', '   0.126|'],
    ['{val_loss:.2e}', '1.26e-01'],
    ['{val_loss:.1%}', '12.6%'],
    ['{small:.3g}', '1.23e-07'],
    ['{negative:05d}', '-0002'],
  ])('%s is %s, as in Python', (pattern, expected) => {
    const values = { epoch: 3, val_loss: 0.12569, small: 1.2345e-7, negative: -2 };
    expect(fillPattern('ModelCheckpoint', pattern, values)).toBe(expected);
  });

  it('names a value that is not logged, and a format that is not known', () => {
    expect(() => fillPattern('ModelCheckpoint', '{val_los}.keras', { epoch: 1, val_loss: 2 })).toThrow(
      /OPTION_INVALID.*filepath.*Did you mean "val_loss"\?/s,
    );
    expect(() => fillPattern('ModelCheckpoint', '{epoch:x}.keras', { epoch: 1 })).toThrow('[OPTION_INVALID]');
  });
});

/** Gives a callback epochs with these values of `val_loss`, and says which files it wrote. */
async function epochsOf(
  options: Omit<ModelCheckpointOptions, 'filepath'> & { filepath?: string },
  losses: readonly number[],
) {
  const said: string[] = [];
  const callback = modelCheckpoint({
    print: (text) => said.push(text),
    ...options,
    filepath: join(folder, options.filepath ?? '{epoch}.keras'),
  });
  callback.setModel(smallModel());
  callback.onTrainBegin();
  for (const [epoch, val_loss] of losses.entries()) {
    callback.onEpochBegin(epoch);
    await callback.onEpochEnd(epoch, { val_loss, val_acc: val_loss });
  }
  return {
    files: readdirSync(folder).sort(),
    said: said.map((text) => text.replaceAll(folder, '')),
    callback,
  };
}

describe('modelCheckpoint', () => {
  it('writes a model each epoch, which loads and goes on', async () => {
    const model = smallModel();
    await model.fit(x, y, {
      epochs: 2,
      verbose: 0,
      callbacks: [modelCheckpoint({ filepath: join(folder, 'run/{epoch:02d}.keras') })],
    });
    expect(readdirSync(join(folder, 'run'))).toEqual(['01.keras', '02.keras']);
    const again = await composed().loadModel(join(folder, 'run/02.keras'));
    expect(await again.getWeights()).toEqual(await model.getWeights());
    expect(again.optimizer!.iterations.current).toBe(2);
  });

  it('writes only what is best, by the direction of the metric', async () => {
    const losses = [3, 2, 2.5, 1];
    expect((await epochsOf({ saveBestOnly: true, mode: 'min' }, losses)).files).toEqual([
      '1.keras',
      '2.keras',
      '4.keras',
    ]);
  });

  it('writes where larger is better, and only above the threshold', async () => {
    const { files, callback } = await epochsOf(
      { saveBestOnly: true, monitor: 'val_acc', mode: 'max', initialValueThreshold: 2 },
      [1, 3, 2.5, 4],
    );
    expect(files).toEqual(['2.keras', '4.keras']);
    expect(callback.best).toBe(4);
  });

  it('says what it does in the words of Keras', async () => {
    const { said } = await epochsOf(
      { saveBestOnly: true, mode: 'min', verbose: 1, filepath: 'best.keras' },
      [3, 4, 2],
    );
    expect(said).toEqual([
      '\nEpoch 1: val_loss improved from None to 3.00000, saving model to /best.keras',
      '\nEpoch 2: val_loss did not improve from 3.00000',
      '\nEpoch 3: val_loss improved from 3.00000 to 2.00000, saving model to /best.keras',
    ]);
  });

  it('writes only weights, and every so many batches across epochs', async () => {
    const model = smallModel();
    const filepath = join(folder, '{epoch}-{batch}.weights.h5');
    await model.fit(x, y, {
      epochs: 2,
      batchSize: 1,
      verbose: 0,
      callbacks: [modelCheckpoint({ filepath, saveWeightsOnly: true, saveFreq: 3 })],
    });
    expect(readdirSync(folder).sort()).toEqual(['1-3.weights.h5', '2-2.weights.h5']);
    await composed().loadWeights(smallModel(), join(folder, '2-2.weights.h5'));
  });

  it('refuses names and frequencies that make no sense', () => {
    const refused = (options: ModelCheckpointOptions): void =>
      expect(() => modelCheckpoint(options)).toThrow(/^\[OPTION_INVALID\] ModelCheckpoint/);
    refused({ filepath: 'net.txt' });
    refused({ filepath: 'net.weights.h5' });
    refused({ filepath: 'net.keras', saveWeightsOnly: true });
    refused({ filepath: 'net.keras', saveFreq: 0 });
    refused({ filepath: 'net.keras', mode: 'best' as 'min' });
  });

  it('ends the training with a coded error when it cannot write', async () => {
    writeFileSync(join(folder, 'file'), '');
    const callback = modelCheckpoint({ filepath: join(folder, 'file/net.keras') });
    await expect(smallModel().fit(x, y, { verbose: 0, callbacks: [callback] })).rejects.toThrow(
      '[FILE_NOT_WRITTEN]',
    );
  });
});

describe('csvLogger', () => {
  /** What Keras 3.15.1's CSVLogger writes for these epochs. */
  const golden = 'epoch,loss,mae,val_loss,val_mae\r\n0,0.5,1.0,NA,NA\r\n1,1e-07,0.25,NA,NA\r\n';
  const epochs = [
    { mae: 1, loss: 0.5 },
    { loss: 1e-7, mae: 0.25 },
  ];

  async function log(options: Parameters<typeof csvLogger>[0]): Promise<string> {
    const callback = csvLogger(options);
    await callback.onTrainBegin();
    for (const [epoch, logs] of epochs.entries()) await callback.onEpochEnd(epoch, logs);
    return readFileSync(options.filename, 'utf8');
  }

  it('writes a line an epoch, with the columns of validation and numbers as Python prints them', async () => {
    expect(await log({ filename: join(folder, 'log.csv') })).toBe(golden);
  });

  it('begins the file anew, or adds to it without another header', async () => {
    const filename = join(folder, 'log.csv');
    await log({ filename });
    expect(await log({ filename })).toBe(golden);
    expect(await log({ filename, append: true })).toBe(golden + golden.slice(golden.indexOf('\n') + 1));
  });

  it('takes another separator, and writes NaN, infinities and what an epoch lacks', async () => {
    const filename = join(folder, 'log.tsv');
    const callback = csvLogger({ filename, separator: '\t' });
    await callback.onTrainBegin();
    await callback.onEpochEnd(0, { loss: NaN, val_loss: Infinity });
    await callback.onEpochEnd(1, { loss: -0 });
    expect(readFileSync(filename, 'utf8')).toBe('epoch\tloss\tval_loss\r\n0\tnan\tinf\r\n1\t-0.0\tNA\r\n');
  });

  it('says so when it cannot write', async () => {
    const callback = csvLogger({ filename: join(folder, 'none/log.csv') });
    await expect(smallModel().fit(x, y, { verbose: 0, callbacks: [callback] })).rejects.toThrow(
      '[FILE_NOT_WRITTEN]',
    );
  });
});

describe('backupAndRestore', () => {
  const backup = (options: object = {}) =>
    backupAndRestore({ backupDir: join(folder, 'backup'), ...options });

  /** Fits until a batch at which everything fails, as far as the process gets. */
  async function interrupted(
    model: Model,
    options: object,
    at: number,
    callback = backup(options),
  ): Promise<void> {
    let batches = 0;
    const failing = {
      onTrainBatchEnd: (): void => {
        if (++batches === at) throw new Error('the power is gone');
      },
    };
    const fit = model.fit(x, y, { epochs: 4, batchSize: 1, verbose: 0, callbacks: [callback, failing] });
    await expect(fit).rejects.toThrow('the power is gone');
  }

  it.each([
    ['each epoch', {}, 6, [1, 2, 3]],
    ['every three batches', { saveFreq: 3 }, 7, [1, 2, 3]],
    ['every four batches, at the end of an epoch', { saveFreq: 4 }, 9, [2, 3]],
  ])('goes on where it stopped, to the same weights, saved %s', async (_, options, at, epochs) => {
    const whole = smallModel();
    const start = await whole.getWeights();
    await whole.fit(x, y, { epochs: 4, batchSize: 1, verbose: 0 });
    const first = smallModel();
    first.setWeights(start);
    await interrupted(first, options, at);
    const second = smallModel();
    const history = await second.fit(x, y, {
      epochs: 4,
      batchSize: 1,
      verbose: 0,
      callbacks: [backup(options)],
    });
    expect(history.epoch).toEqual(epochs);
    expect(await second.getWeights()).toEqual(await whole.getWeights());
    expect(await getWeightValues(second.optimizer!.variables)).toEqual(
      await getWeightValues(whole.optimizer!.variables),
    );
  });

  it('removes the backup when training has ended, or keeps it', async () => {
    const fit = (options: object) => smallModel().fit(x, y, { verbose: 0, callbacks: [backup(options)] });
    await fit({});
    expect(existsSync(join(folder, 'backup'))).toBe(false);
    await fit({ deleteCheckpoint: false });
    expect(readdirSync(join(folder, 'backup')).sort()).toEqual([
      'backup.json',
      'epoch-1-batch-0-0.weights.h5',
    ]);
  });

  it('keeps one backup, or two, and uses the older one when the newer is damaged', async () => {
    await interrupted(smallModel(), {}, 10);
    expect(readdirSync(join(folder, 'backup'))).toHaveLength(2);
    rmSync(join(folder, 'backup'), { recursive: true });
    await interrupted(smallModel(), { doubleCheckpoint: true }, 10);
    const newest = readdirSync(join(folder, 'backup')).find((name) => name.startsWith('epoch-2'))!;
    expect(readdirSync(join(folder, 'backup'))).toHaveLength(3);
    writeFileSync(join(folder, 'backup', newest), 'half a file');
    const options = { doubleCheckpoint: true };
    const history = await smallModel().fit(x, y, {
      epochs: 4,
      batchSize: 1,
      verbose: 0,
      callbacks: [backup(options)],
    });
    expect(history.epoch).toEqual([1, 2, 3]);
  });

  it('refuses a damaged backup, and one of another model, and leaves the model as it was', async () => {
    await interrupted(smallModel(), {}, 6);
    const other = createModel(otherOptions());
    other.compile({ loss: 'mse' });
    const before = await other.getWeights();
    const fit = (): Promise<unknown> => other.fit(x, y, { epochs: 4, verbose: 0, callbacks: [backup()] });
    await expect(fit()).rejects.toThrow('[WEIGHTS_MISMATCH]');
    writeFileSync(
      join(folder, 'backup/backup.json'),
      '{"seed": 3, "backups": [{"epoch": 1, "batch": 0, "weights": "../../x.weights.h5"}]}',
    );
    await expect(fit()).rejects.toThrow('it says nothing about a backup');
    expect(await other.getWeights()).toEqual(before);
  });

  it('warns when the seed is another one', async () => {
    await interrupted(smallModel(3), {}, 6);
    const warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    await smallModel(4).fit(x, y, { epochs: 4, verbose: 0, callbacks: [backup()] });
    expect(warn.mock.calls[0]![0]).toContain('[SEED_CHANGED] BackupAndRestore: the backup in');
    warn.mockRestore();
  });

  it('refuses a folder without a name', () => {
    expect(() => backupAndRestore({ backupDir: '' })).toThrow('[OPTION_INVALID] BackupAndRestore');
  });

  it.each([
    ['epoch', '7'],
    ['3', '11'],
  ])(
    'survives kill -9 (saved by %s, killed after batch %s): the same weights, bit for bit',
    async (frequency, killAfter) => {
      const script = await bundled('train-with-backup.mjs');
      const out = (name: string): string => join(folder, `${name}.weights.h5`);
      await run(script, [join(folder, 'a'), out('whole'), frequency]);
      const killed = await run(script, [join(folder, 'b'), out('resumed'), frequency, killAfter]);
      expect(killed.signal).toBe('SIGKILL');
      expect(existsSync(out('resumed'))).toBe(false);
      const { output } = await run(script, [join(folder, 'b'), out('resumed'), frequency]);
      expect(JSON.parse(output)[0]).toBeGreaterThan(0);
      expect(readFileSync(out('resumed'))).toEqual(readFileSync(out('whole')));
    },
  );
});

function otherOptions(): Parameters<typeof createModel>[0] {
  const pixels = input({ shape: [2], name: 'x' });
  return { inputs: pixels, outputs: dense({ units: 2, name: 'y' }).apply(pixels), backend: cpu(), seed: 3 };
}
