// Trainings that are interrupted and begun again, with callbacks that have something to remember.
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { cpu } from '@lamella/backend-cpu';
import { getWeightValues, input, setRandomSeed } from '@lamella/core';
import { dense, dropout } from '@lamella/layers';
import { HostTensor } from '@lamella/program';
import {
  earlyStopping,
  model as createModel,
  reduceLROnPlateau,
  sgd,
  swapEMAWeights,
  type Callback,
  type CallbackState,
  type FitOptions,
  type Model,
} from '@lamella/training';
import { backupAndRestore } from './backup-and-restore.js';
import { csvLogger } from './csv-logger.js';
import { modelCheckpoint } from './model-checkpoint.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lamella-resume-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const rows = 4;
const epochs = 5;
const x = new HostTensor(
  Float32Array.from({ length: rows * 2 }, (_, i) => Math.sin(i)),
  [rows, 2],
);
const y = new HostTensor(
  Float32Array.from({ length: rows }, (_, i) => Math.cos(i)),
  [rows, 1],
);

function smallModel({ useEma = false }: Pick<Training, 'useEma'>): Model {
  setRandomSeed(3);
  const ends = input({ shape: [2], name: 'x' });
  const kept = dropout({ rate: 0.25, name: 'drop' }).apply(ends);
  const net = createModel({
    inputs: ends,
    outputs: dense({ units: 1, name: 'y' }).apply(kept),
    backend: cpu(),
    seed: 3,
    name: 'net',
  });
  net.compile({ optimizer: sgd({ learningRate: 0.25, momentum: 0.5, useEma, name: 'sgd' }), loss: 'mse' });
  return net;
}

/** What the callbacks watch: best at the second epoch. */
const watched = [3, 1, 2, 2.5, 2.75];

/** A callback of a user, whose `state` alone says what it has seen; it decides by it, too. */
const ledger = () => ({
  state: { seen: [] as number[], sum: 0 },
  onEpochEnd(epoch: number): void {
    this.state = { seen: [...this.state.seen, epoch], sum: this.state.sum + epoch };
  },
});

interface Training {
  readonly callbacks: (folder: string) => Callback[];
  readonly fit?: FitOptions;
  readonly saveFreq?: 'epoch' | number;
  readonly useEma?: boolean;
}

/** Trains, or goes on; fails after `failAfter` batches of this run. */
async function train(place: string, training: Training, failAfter = Infinity) {
  const { callbacks, fit, saveFreq = 'epoch' } = training;
  const net = smallModel(training);
  let batches = 0;
  const failing: Callback = {
    onEpochEnd: (epoch, logs) => void (logs['watched'] = watched[epoch]!),
    onTrainBatchEnd: () => {
      if (++batches === failAfter) throw new Error('the power is gone');
    },
  };
  const mine = callbacks(place);
  const backup = backupAndRestore({ backupDir: join(place, 'backup'), saveFreq });
  try {
    // The backup comes first: the others hear of each end after it.
    await net.fit(x, y, { epochs, batchSize: 2, verbose: 0, ...fit, callbacks: [backup, failing, ...mine] });
  } catch (error) {
    if ((error as Error).message !== 'the power is gone') throw error;
    return undefined;
  }
  return {
    batches,
    weights: [...(await net.getWeights()), ...(await getWeightValues(net.optimizer!.variables))].map(
      ({ data }) => [...data],
    ),
    states: mine.map(({ state }) =>
      JSON.stringify(state, (_, v: unknown) => (v instanceof HostTensor ? [...v.data] : v)),
    ),
    files: Object.fromEntries(
      readdirSync(place)
        .filter((file) => file !== 'backup')
        .map((file) => [file, digest(readFileSync(join(place, file)))]),
    ),
  };
}

const options = { monitor: 'watched', mode: 'min' } as const;
const plateau = () => reduceLROnPlateau({ ...options, patience: 2, factor: 0.5, cooldown: 1 });
const stopping = (patience: number) => earlyStopping({ ...options, patience, restoreBestWeights: true });
const best = (place: string) =>
  modelCheckpoint({
    ...options,
    filepath: join(place, 'best.weights.h5'),
    saveBestOnly: true,
    saveWeightsOnly: true,
  });
const everySoMany = (place: string) =>
  modelCheckpoint({
    filepath: join(place, '{epoch}-{batch}.weights.h5'),
    saveWeightsOnly: true,
    saveFreq: 4,
  });
const log = (place: string) => csvLogger({ filename: join(place, 'log.csv') });

describe('a training that is interrupted', () => {
  it.each<[string, readonly number[], Training]>([
    [
      'every callback that remembers',
      [3, 6, 9],
      { callbacks: (place) => [plateau(), stopping(9), best(place), log(place), ledger()] },
    ],
    ['earlyStopping(), which ends it', [5, 7], { callbacks: () => [stopping(2), ledger()] }],
    ['modelCheckpoint() every so many batches', [4], { callbacks: (place) => [everySoMany(place)] }],
    [
      'backups in the midst of epochs',
      [4, 6],
      { callbacks: (place) => [log(place), stopping(9)], fit: { batchSize: 1 }, saveFreq: 3 },
    ],
    [
      'an epoch that goes on in the data',
      [2],
      { callbacks: () => [ledger()], fit: { stepsPerEpoch: 1, epochs: 4 } },
    ],
    [
      'averages that are in the model between epochs',
      [3, 5],
      { callbacks: () => [swapEMAWeights({ swapOnEpoch: true })], useEma: true },
    ],
  ])('ends as if it had never been, with %s', async (_, interruptions, training) => {
    const whole = (await train(placeOf('whole'), training))!;
    for (const after of interruptions) {
      const place = placeOf(`after-${after}`);
      expect(await train(place, training, after)).toBeUndefined();
      const { batches, ...resumed } = (await train(place, training))!;
      expect({ batches: whole.batches, ...resumed }).toEqual(whole);
      expect(batches).toBeLessThan(whole.batches);
      expect(existsSync(join(place, 'backup'))).toBe(false);
    }
  });

  it('adds each line once to a log that goes on, also where it is killed before it has a backup', async () => {
    const place = placeOf('appended');
    const filename = join(place, 'log.csv');
    writeFileSync(filename, 'epoch,loss\r\n7,1.0\r\n');
    const dying: Callback = {
      onEpochEnd: () => {
        throw new Error('the power is gone');
      },
    };
    const training = (...more: Callback[]): Training => ({
      callbacks: () => [csvLogger({ filename, append: true }), ...more],
    });
    expect(await train(place, training(dying))).toBeUndefined();
    expect(await train(place, training(dying))).toBeUndefined();
    await train(place, training());
    const lines = readFileSync(filename, 'utf8').trimEnd().split('\r\n');
    expect(lines.map((line) => line.split(',')[0])).toEqual(['epoch', '7', '0', '1', '2', '3', '4']);
    await train(place, training());
    expect(readFileSync(filename, 'utf8').trimEnd().split('\r\n')).toHaveLength(12);
  });

  it('goes on with a warning where its callbacks are others', async () => {
    const warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    const place = placeOf('changed');
    await train(place, { callbacks: () => [plateau(), stopping(9)] }, 5);
    await train(place, { callbacks: () => [stopping(9), ledger()] });
    expect(warn.mock.calls).toEqual([
      [
        '[CALLBACKS_CHANGED] fit(): the training goes on with other callbacks than it began with: ReduceLROnPlateau, Object.',
      ],
    ]);
    warn.mockRestore();
  });

  it('refuses a backup that holds another state than the callback keeps, by its name', async () => {
    const place = placeOf('damaged');
    const training: Training = { callbacks: () => [plateau()] };
    await train(place, training, 3);
    const file = join(place, 'backup/backup.json');
    const intact = readFileSync(file, 'utf8');
    for (const state of [5, null, { best: 1, wait: 0.5, cooling: 0 }]) {
      const stored = JSON.parse(intact) as { backups: { state: { callbacks: Record<string, unknown> } }[] };
      stored.backups[0]!.state.callbacks['ReduceLROnPlateau'] = state;
      writeFileSync(file, JSON.stringify(stored));
      await expect(train(place, training)).rejects.toThrow(
        '[CALLBACK_STATE_INVALID] ReduceLROnPlateau: the state that was kept: expected another value of ',
      );
    }
  });

  it('gives back states bit for bit: numbers that JSON lacks, text, tensors of any dtype anywhere', async () => {
    const state = {
      numbers: [NaN, Infinity, -Infinity, -0, 5e-324],
      text: '\ud800 \u2028 "',
      tensors: [{ a: new HostTensor(Int32Array.of(7), [1], 'int32') }, HostTensor.zeros([0, 2]), null],
      half: new HostTensor(Uint8Array.of(5), [], 'uint8'),
    };
    let kept: unknown;
    const callback = (): Callback => ({
      get state(): CallbackState {
        return state;
      },
      set state(given: CallbackState) {
        kept = given;
      },
    });
    const place = placeOf('bits');
    await train(place, { callbacks: () => [callback()] }, 3);
    expect(kept).toBeUndefined();
    await train(place, { callbacks: () => [callback()] });
    expect(kept).toEqual(state);
  });
});

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function placeOf(name: string): string {
  mkdirSync(join(folder, name));
  return join(folder, name);
}
