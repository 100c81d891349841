import { describe, expect, it, jest } from '@jest/globals';
import { cpu } from '@lamella/backend-cpu';
import { input } from '@lamella/core';
import { dense } from '@lamella/layers';
import { HostTensor } from '@lamella/program';
import { Functional } from '../functional.js';
import { type Model } from '../model.js';
import { sgd } from '../optimizers/index.js';
import { exponentialDecay } from '../optimizers/schedules/index.js';
import { CallbackList } from './callback-list.js';
import type { CallbackState } from './callback-state.js';
import type { Callback, Logs } from './callback.js';
import { earlyStopping, type EarlyStoppingOptions } from './early-stopping.js';
import { lambdaCallback } from './lambda-callback.js';
import { learningRateScheduler } from './learning-rate-scheduler.js';
import { Monitor } from './monitor.js';
import { reduceLROnPlateau } from './reduce-lr-on-plateau.js';
import { terminateOnNaN } from './terminate-on-nan.js';

const x = [[1], [2]];
const y = [[1], [2]];

function line(learningRate = 0.01): Model {
  const pixels = input({ shape: [1] });
  const net = new Functional({
    inputs: pixels,
    outputs: dense({ units: 1 }).apply(pixels),
    backend: cpu(),
    name: 'line',
  });
  net.setWeights([new HostTensor(Float32Array.of(0), [1, 1]), new HostTensor(Float32Array.of(0), [1])]);
  net.compile({ optimizer: sgd({ learningRate }), loss: 'mse', metrics: ['mae', 'accuracy'] });
  return net;
}

/** Gives the values of one epoch after the other as `watched`. */
const feed = (values: readonly number[]): Callback => ({
  onEpochEnd: (epoch, logs) => void (logs['watched'] = values[epoch]!),
});

/** Runs as many epochs as there are values, and says after which the training ended. */
async function epochsRun(values: readonly number[], options: EarlyStoppingOptions): Promise<number> {
  const stopping = earlyStopping({ monitor: 'watched', mode: 'min', ...options });
  const history = await line().fit(x, y, {
    epochs: values.length,
    verbose: 0,
    callbacks: [feed(values), stopping],
  });
  return history.epoch.length;
}

describe('EarlyStopping', () => {
  it.each([
    ['as soon as it gets worse', [1, 2, 3], {}, 2],
    ['not while it gets better', [4, 3, 2, 1], {}, 4],
    ['after `patience` epochs without improvement', [3, 4, 4, 4, 4], { patience: 2 }, 3],
    ['counting anew after each improvement', [3, 4, 2, 4, 4, 4], { patience: 2 }, 5],
    ['taking changes below `minDelta` for none', [3, 2.99, 2.98, 2], { minDelta: 0.1 }, 2],
    ['with a larger value being better where `mode` is max', [1, 2, 3, 2], { mode: 'max' }, 4],
    ['where the baseline is not beaten in time', [5, 4, 3, 2, 1], { baseline: 2, patience: 3 }, 5],
    ['unless the baseline is beaten', [1, 3, 3, 3], { baseline: 2, patience: 2 }, 3],
    ['not before `startFromEpoch`', [1, 2, 3, 4, 5], { startFromEpoch: 3 }, 5],
  ] as const)('stops %s', async (_, values, options, expected) => {
    expect(await epochsRun(values, options)).toBe(expected);
  });

  it('gives the model the weights of its best epoch', async () => {
    const net = line();
    const weights: number[] = [];
    const printed: string[] = [];
    const stopping = earlyStopping({
      monitor: 'watched',
      mode: 'min',
      patience: 2,
      restoreBestWeights: true,
      verbose: 1,
      print: (text) => printed.push(text),
    });
    const keep: Callback = {
      onEpochEnd: async () => void weights.push((await net.getWeights())[0]!.data[0]!),
    };
    await net.fit(x, y, { epochs: 9, verbose: 0, callbacks: [feed([3, 1, 2, 2, 2]), keep, stopping] });
    expect((await net.getWeights())[0]!.data[0]).toBe(weights[1]);
    expect([stopping.bestEpoch, stopping.best, stopping.stoppedEpoch]).toEqual([1, 1, 3]);
    expect(printed).toEqual([
      'Epoch 4: early stopping',
      'Restoring model weights from the end of the best epoch: 2.',
    ]);
  });

  it('restores them where training ends by itself, too, as Keras', async () => {
    const net = line();
    let best = 0;
    const stopping = earlyStopping({
      monitor: 'watched',
      mode: 'min',
      patience: 9,
      restoreBestWeights: true,
    });
    const keep = lambdaCallback({
      onEpochEnd: async (epoch) => void (epoch === 0 && (best = (await net.getWeights())[0]!.data[0]!)),
    });
    await net.fit(x, y, { epochs: 3, verbose: 0, callbacks: [feed([1, 2, 3]), keep, stopping] });
    expect((await net.getWeights())[0]!.data[0]).toBe(best);
  });

  it('knows that a loss is better when smaller and an accuracy when larger', async () => {
    const net = line();
    await net.fit(x, y, { verbose: 0 });
    const isBetter = (monitor: string, value: number, reference: number): boolean =>
      new Monitor('EarlyStopping', { monitor }).isBetter(value, reference, net);
    expect(isBetter('val_loss', 1, 2)).toBe(true);
    expect(isBetter('loss', 2, 1)).toBe(false);
    expect(isBetter('val_mae', 1, 2)).toBe(true);
    expect(isBetter('val_accuracy', 1, 2)).toBe(false);
    expect(isBetter('accuracy', 2, 1)).toBe(true);
    expect(() => isBetter('watched', 2, 1)).toThrow(
      '[MONITOR_INVALID] EarlyStopping: it cannot tell whether "watched" is better when smaller or larger.',
    );
  });

  it('warns of a value that is not logged, and refuses options out of range', async () => {
    const warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    await line().fit(x, y, { verbose: 0, callbacks: [earlyStopping()] });
    expect(warn).toHaveBeenCalledWith(
      '[MONITOR_MISSING] EarlyStopping: "val_loss" is not logged. Logged: accuracy, loss, mae.',
    );
    warn.mockRestore();
    expect(() => earlyStopping({ mode: 'best' as never })).toThrow('[OPTION_INVALID] EarlyStopping: mode');
    expect(() => earlyStopping({ patience: -1 })).toThrow('patience');
  });
});

describe('TerminateOnNaN', () => {
  const bad = [[1], [Number.NaN], [1]];

  it('ends training at the batch whose loss is no number', async () => {
    const printed: string[] = [];
    const seen: number[] = [];
    const history = await line().fit(bad, bad, {
      batchSize: 1,
      epochs: 3,
      shuffle: false,
      verbose: 0,
      callbacks: [
        lambdaCallback({ onTrainBatchEnd: (batch) => void seen.push(batch) }),
        terminateOnNaN({ print: (text) => printed.push(text) }),
      ],
    });
    expect(seen).toEqual([0, 1]);
    expect(history.epoch).toEqual([0]);
    expect(printed).toEqual(['Batch 1: Invalid loss, terminating training']);
  });

  it('fails where an error is asked for', async () => {
    await expect(
      line().fit(bad, bad, {
        batchSize: 1,
        shuffle: false,
        verbose: 0,
        callbacks: [terminateOnNaN({ raiseError: true })],
      }),
    ).rejects.toThrow('[LOSS_INVALID] Model "line": the loss became NaN at batch 1.');
  });
});

describe('LearningRateScheduler', () => {
  it('sets the rate of each epoch and logs it', async () => {
    const net = line();
    const printed: string[] = [];
    const halving = learningRateScheduler((epoch, rate) => (epoch === 0 ? rate : rate / 2), {
      verbose: 1,
      print: (text) => printed.push(text),
    });
    net.compile({ optimizer: sgd({ learningRate: 0.5 }), loss: 'mse' });
    const history = await net.fit(x, y, { epochs: 3, verbose: 0, callbacks: [halving] });
    expect(history.history['learning_rate']).toEqual([0.5, 0.25, 0.125]);
    expect(printed[1]).toBe('\nEpoch 2: LearningRateScheduler setting learning rate to 0.25.');
  });

  it('is refused where a schedule decides, and where it gives no number', async () => {
    const net = line();
    const run = (rate: () => number): Promise<unknown> =>
      net.fit(x, y, { verbose: 0, callbacks: [learningRateScheduler(rate)] });
    await expect(run(() => 'fast' as never)).rejects.toThrow('[OPTION_INVALID] LearningRateScheduler');
    expect(() => learningRateScheduler({ schedule: () => 1 } as never)).toThrow(
      '[OPTION_INVALID] LearningRateScheduler: schedule: expected a function',
    );
    const schedule = exponentialDecay({ initialLearningRate: 0.1, decaySteps: 1, decayRate: 0.5 });
    net.compile({ optimizer: sgd({ learningRate: schedule }), loss: 'mse' });
    await expect(run(() => 0.1)).rejects.toThrow('because ExponentialDecay');
  });
});

describe('ReduceLROnPlateau', () => {
  async function rates(values: readonly number[], options: object): Promise<number[]> {
    const history = await line(1 / 1024).fit(x, y, {
      epochs: values.length,
      verbose: 0,
      callbacks: [
        feed(values),
        reduceLROnPlateau({ monitor: 'watched', mode: 'min', factor: 0.5, ...options }),
      ],
    });
    return history.history['learning_rate']!.map((rate) => rate * 1024);
  }

  it('lowers the rate after `patience` epochs without improvement', async () => {
    expect(await rates([1, 1, 1, 1, 1, 1], { patience: 2 })).toEqual([1, 1, 1, 0.5, 0.5, 0.25]);
  });

  it('waits for `cooldown` epochs, and stops at `minLr`', async () => {
    expect(await rates([1, 1, 1, 1, 1, 1], { patience: 1, cooldown: 2 })).toEqual([
      1, 1, 0.5, 0.5, 0.25, 0.25,
    ]);
    expect(await rates([1, 1, 1, 1], { patience: 1, minLr: 0.5 / 1024 })).toEqual([1, 1, 0.5, 0.5]);
  });

  it('refuses factors that lower nothing', () => {
    expect(() => reduceLROnPlateau({ factor: 1 })).toThrow('[OPTION_INVALID] ReduceLROnPlateau: factor');
  });
});

describe('callbacks', () => {
  it('may be asynchronous: the loop waits for them', async () => {
    const order: string[] = [];
    const slow: Callback = {
      async onTrainBatchEnd(batch) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        order.push(`slow ${batch}`);
      },
    };
    const quick: Callback = { onTrainBatchEnd: (batch) => void order.push(`quick ${batch}`) };
    await line().fit(x, y, { batchSize: 1, verbose: 0, callbacks: [slow, quick] });
    expect(order).toEqual(['slow 0', 'quick 0', 'slow 1', 'quick 1']);
  });

  it('share the logs of an epoch: what one adds, the next and the history see', async () => {
    let seen: Logs = {};
    const history = await line().fit(x, y, {
      verbose: 0,
      callbacks: [
        { onEpochEnd: (_, logs) => void (logs['extra'] = 7) },
        { onEpochEnd: (_, logs) => void (seen = { ...logs }) },
      ],
    });
    expect(seen['extra']).toBe(7);
    expect(history.history['extra']).toEqual([7]);
  });

  it('may predict and evaluate with the model in training', async () => {
    const net = line();
    const losses: number[] = [];
    const history = await net.fit(x, y, {
      epochs: 2,
      verbose: 0,
      callbacks: [
        {
          async onEpochEnd() {
            await net.predict(x);
            losses.push((await net.evaluate(x, y))['loss']!);
          },
        },
      ],
    });
    expect(losses[0]).toBeGreaterThan(losses[1]!);
    expect(history.history['loss']![1]).toBeCloseTo(losses[0]!, 6);
  });

  it('tell turns that do not exist', () => {
    expect(() => lambdaCallback({ onEpochEnds: () => undefined } as never)).toThrow(
      /^\[IDENTIFIER_UNKNOWN\] LambdaCallback: unknown turn "onEpochEnds".*Did you mean "onEpochEnd"\?/,
    );
  });

  it('leave nothing behind when one fails', async () => {
    const net = line();
    const fail = (): never => {
      throw new Error('mine');
    };
    await expect(net.fit(x, y, { verbose: 0, callbacks: [{ onEpochEnd: fail }] })).rejects.toThrow('mine');
    await expect(net.fit(x, y, { verbose: 0 })).resolves.toBeDefined();
  });
});

describe('the state of callbacks', () => {
  it.each<[string, unknown, string]>([
    ['a function', { list: [1, () => 1] }, 'state.list[1]: expected JSON or host tensors, got function'],
    ['a big number', 1n, 'state: expected JSON or host tensors, got bigint'],
    ['a class', { when: new Date(0) }, 'state.when: expected JSON or host tensors, got Date'],
    ['a circle', circle(), 'expected JSON or host tensors, got records more than 32 deep'],
    ['text in a tensor', new HostTensor(['a'], [1], 'string'), 'got a tensor of string'],
    [
      'the name of a prototype',
      { constructor: 1 },
      'state: expected JSON or host tensors, got a member called',
    ],
  ])('holds no %s', (_, state, message) => {
    const { state: kept } = new CallbackList([{ state: { fine: 1 } }]);
    expect(kept).toEqual({ Object: { fine: 1 } });
    const list = new CallbackList([{ state: 1 }, { state: state as CallbackState }]);
    expect(() => list.state).toThrow(/^\[CALLBACK_STATE_INVALID\] Object_1: /);
    expect(() => list.state).toThrow(message);
  });
});

describe('onResumePoint()', () => {
  it('comes at the beginning, when all callbacks have heard of the end of a batch or an epoch, and not where training ends', async () => {
    const heard: string[] = [];
    const net = line();
    const first = lambdaCallback({
      onResumePoint: ({ epoch, batch }) => void heard.push(`at ${epoch}, ${batch}`),
    });
    const second: Callback = {
      onTrainBatchEnd: (batch) => void heard.push(`batch ${batch}`),
      onEpochEnd: (epoch) => {
        heard.push(`epoch ${epoch}`);
        net.stopTraining = epoch === 1;
      },
    };
    await net.fit(x, y, { epochs: 3, batchSize: 1, verbose: 0, callbacks: [first, second] });
    expect(heard).toEqual([
      'at 0, 0',
      ...['batch 0', 'at 0, 1', 'batch 1', 'epoch 0', 'at 1, 0'],
      ...['batch 0', 'at 1, 1', 'batch 1', 'epoch 1'],
    ]);
  });
});

function circle(): unknown {
  const state: { self?: unknown } = {};
  state.self = state;
  return state;
}
