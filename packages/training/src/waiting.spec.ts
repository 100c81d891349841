// What loops wait for, and what waits for them: data that do not come, an abort signal, the event loop.
import { describe, expect, it } from '@jest/globals';
import type * as tf from '@tensorflow/tfjs-core';
import { cpu } from '@lamella/backend-cpu';
import { onnx } from '@lamella/backend-onnx';
import { input, type Backend, type BatchStream, type Dataset } from '@lamella/core';
import { dense } from '@lamella/layers';
import { HostTensor } from '@lamella/program';
import { Model } from './model.js';
import { model } from './training.js';

const ones = (rows: number): HostTensor => new HostTensor(new Float32Array(rows).fill(1), [rows, 1]);
const example = { x: ones(1), y: ones(1) };
const row = { x: example.x.row(0), y: example.y.row(0) };
const never = new Promise<never>(() => undefined);

function net(backend: Backend = cpu()): Model<tf.Tensor, tf.Tensor> {
  const x = input({ shape: [1] });
  const made = model({ inputs: x, outputs: dense({ units: 1 }).apply(x), backend });
  made.compile({ loss: 'mse' });
  return made;
}

class Unbuilt extends Model<tf.Tensor, tf.Tensor> {
  static readonly className = 'test>Unbuilt';
  private readonly inner = this.addLayer('inner', dense({ units: 1 }));
  override call(x: tf.Tensor): tf.Tensor {
    return this.inner.apply(x);
  }
}

/** Gives one batch, and then nothing any more. */
async function* generator(): AsyncGenerator<typeof example> {
  yield example;
  await never;
}

/** Data that stop to come, and what they say once `asked`: each time they are asked for what does not come. */
const sources: Readonly<Record<string, (asked: () => void) => BatchStream | Dataset>> = {
  'an iterator': (asked) => ({
    [Symbol.asyncIterator]() {
      let given = 0;
      return { next: () => (given++ === 0 ? Promise.resolve({ value: example }) : (asked(), never)) };
    },
  }),
  'a generator': (asked) => ({
    [Symbol.asyncIterator]() {
      const inner = generator();
      let given = 0;
      return { next: () => (given++ > 0 && asked(), inner.next()), return: () => inner.return(undefined) };
    },
  }),
  'a dataset': (asked) => ({
    length: 64,
    get: (index) => (index < 32 ? row : (asked(), never)),
  }),
};

describe('an abort signal ends the waiting for', () => {
  it.each(
    Object.keys(sources).flatMap((source) =>
      ['fit', 'evaluate', 'predict', 'validation data'].map((loop) => [source, loop] as const),
    ),
  )('%s, in %s', async (source, loop) => {
    const controller = new AbortController();
    const data = sources[source]!(() => setTimeout(() => controller.abort(new Error('enough')), 0));
    const options = { signal: controller.signal, verbose: 0 } as const;
    const busy = net();
    const running =
      loop === 'validation data'
        ? busy.fit(ones(2), ones(2), { ...options, validationData: data })
        : loop === 'predict'
          ? busy.predict(data, options)
          : busy[loop as 'fit'](data, options);
    await expect(running).rejects.toMatchObject({
      code: 'ABORTED',
      cause: expect.objectContaining({ message: 'enough' }),
    });
    busy.compile({ loss: 'mae' });
  });

  it('the first data of a model that is not built', async () => {
    const unbuilt = new Unbuilt({ backend: cpu() });
    unbuilt.compile({ loss: 'mse' });
    const silent: Dataset = { length: 1, get: () => never };
    for (const loop of ['fit', 'evaluate', 'predict'] as const) {
      const controller = new AbortController();
      const running = unbuilt[loop as 'fit'](silent, { signal: controller.signal, verbose: 0 });
      controller.abort();
      await expect(running).rejects.toMatchObject({ code: 'ABORTED' });
    }
  });

  it('batches that a resumed training passes over', async () => {
    const controller = new AbortController();
    const resuming = { onTrainBegin: () => ({ epoch: 0, batch: 3 }) };
    const data = sources['an iterator']!(() => controller.abort());
    const running = net().fit(data, { signal: controller.signal, verbose: 0, callbacks: [resuming] });
    await expect(running).rejects.toMatchObject({ code: 'ABORTED' });
  });

  it('and tells a stream that no more is wanted', async () => {
    const controller = new AbortController();
    let returned = 0;
    const stream: BatchStream = {
      [Symbol.asyncIterator]: () => ({
        next: () => (setTimeout(() => controller.abort(), 0), never),
        return: async () => (returned++, { done: true, value: undefined }),
      }),
    };
    await expect(net().predict(stream, { signal: controller.signal })).rejects.toMatchObject({
      code: 'ABORTED',
    });
    expect(returned).toBe(1);
    expect(
      await net()
        .predict(stream, { steps: 0 })
        .catch(({ code }: { code: string }) => code),
    ).toBe('DATA_INVALID');
    expect(returned).toBe(2);
  });
});

describe('the event loop', () => {
  it.each([
    ['cpu', cpu],
    ['onnx', onnx],
  ])('turns while predictions on %s follow one another', async (_, backend) => {
    const busy = net(backend());
    const batch = ones(1);
    await busy.predictOnBatch(batch);
    let turns = 0;
    let calls = 0;
    const timer = setInterval(() => turns++, 0);
    // Without turns, this ends by the number of calls.
    while (turns < 3 && calls < 100_000) {
      await busy.predictOnBatch(batch);
      calls++;
    }
    clearInterval(timer);
    expect(turns).toBe(3);
  });
});
