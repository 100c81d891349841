import { describe, expect, it } from '@jest/globals';
import { cpu } from '@lamella/backend-cpu';
import { input, type Backend, type OpenBatch } from '@lamella/core';
import { concatenate, dense } from '@lamella/layers';
import { capture, HostTensor, type Shape } from '@lamella/program';
import * as tf from '@tensorflow/tfjs-core';
import { Model } from './model.js';
import { OpenBatches } from './open-batches.js';

const zeros = (...shapes: Shape[]): HostTensor[] => shapes.map((shape) => HostTensor.zeros(shape));

describe('the functions of inference steps', () => {
  const asked: Shape[][] = [];
  const { program } = capture(() => tf.scalar(1), []);
  const batches = (): OpenBatches =>
    new OpenBatches((inputs) => {
      asked.push(inputs.map(({ shape }) => shape));
      return program;
    });

  it('are the same for batches of all sizes, and other ones for other shapes and dtypes', () => {
    const known = batches();
    const first = known.of(zeros([1, 3], [1, 2, 2]));
    expect(known.of(zeros([7, 3], [7, 2, 2]))).toBe(first);
    expect(known.of(zeros([7, 4], [7, 2, 2]))).not.toBe(first);
    expect(known.of([HostTensor.zeros([1, 3], 'uint8'), HostTensor.zeros([1, 2, 2])])).not.toBe(first);
    expect(known.of(zeros([2, 3], [2, 2, 2]))).toBe(first);
  });

  it('give the Program for so many rows of every input', () => {
    batches()
      .of(zeros([1, 3], [1, 2, 2]))!
      .at(5);
    expect(asked.at(-1)).toEqual([
      [5, 3],
      [5, 2, 2],
    ]);
  });

  it('are none where inputs have different numbers of rows, or none', () => {
    expect(batches().of(zeros([2, 3], [1, 3]))).toBeUndefined();
    expect(batches().of(zeros([]))).toBeUndefined();
    expect(batches().of([])).toBeUndefined();
  });

  it('are kept for eight shapes, those that were used last', () => {
    const known = batches();
    const of = (length: number): OpenBatch => known.of(zeros([1, length]))!;
    const lengths = [1, 2, 3, 4, 5, 6, 7, 8];
    const [first, second] = lengths.map(of);
    expect(of(1)).toBe(first);
    of(9);
    expect(of(1)).toBe(first);
    expect(of(2)).not.toBe(second);
  });

  it('reach the backend with the steps that predict, and give what those compute', async () => {
    const given: (OpenBatch | undefined)[] = [];
    const noting: Backend = {
      ...cpu(),
      allocate: (shape, dtype) => cpu().allocate(shape, dtype),
      compile(compiled, hints) {
        given.push(hints?.openBatch);
        const rows = compiled.type(compiled.inputs[0]!.id).shape[0]!;
        const same = hints?.openBatch?.at(rows);
        if (same !== undefined) expect(String(same)).toBe(String(compiled));
        return cpu().compile(compiled, hints);
      },
    };
    const [a, b] = [input({ shape: [3] }), input({ shape: [3] })];
    const net = new Model({
      inputs: [a, b],
      outputs: dense({ units: 2 }).apply(concatenate().apply([a, b])),
      backend: noting,
    });
    net.compile({ optimizer: 'sgd', loss: 'mse' });
    for (const rows of [1, 2]) await net.call(zeros([rows, 3], [rows, 3]));
    await net.predict(zeros([3, 3], [3, 3]), { batchSize: 3 });
    await net.fit(zeros([3, 3], [3, 3]), HostTensor.zeros([3, 2]), { batchSize: 3, verbose: 0 });
    const [first] = given;
    expect(first).toBeDefined();
    expect(given).toEqual([first, first, first, undefined]);
    net.dispose();
    await net.call(zeros([1, 3], [1, 3]));
    expect(given.at(-1)).not.toBe(first);
  });
});
