import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import {
  capture,
  HostTensor,
  OpenProgram,
  random,
  withScope,
  type ArgumentSpec,
  type Program,
} from '@lamella/program';
import type { Backend } from './backend.js';
import type { HostBuffer } from './host-buffer.js';
import { replayBackend } from './replay-backend.js';
import { Runner } from './runner.js';
import { Weight } from './weight.js';

const cpu = replayBackend({ name: 'cpu', load: () => Promise.resolve('cpu') });
const x: ArgumentSpec = { name: 'x', shape: [2], dtype: 'float32' };
const key = { seed: 1, step: 0 };
const host = (...values: number[]): HostTensor => new HostTensor(new Float32Array(values), [values.length]);
const weightOf = (...values: number[]): Weight =>
  new Weight({ name: 'total', owner: 'sum', value: host(...values) });
const valuesOf = async (weight: Weight): Promise<unknown> => (await weight.values()).array();
const arrays = (values: readonly HostTensor[]): unknown[] => values.map((value) => value.array());

/** Adds what comes in to a weight and gives the double of it. */
function adding(weight: Weight, backend: Backend = cpu): Promise<Runner> {
  return Runner.create(
    backend,
    capture(
      (given) => {
        weight.assign(tf.add(weight.read(), given));
        return tf.mul(given, 2);
      },
      [x],
    ),
  );
}

beforeAll(() => {
  tf.env().set('IS_TEST', true); // tfjs greets Node's users else
  return tf.setBackend('cpu');
});

describe('a runner', () => {
  it('gives the outputs and updates the weights', async () => {
    const weight = weightOf(0, 10);
    const runner = await adding(weight);
    expect(await runner.compute([host(1, 2)], key, arrays)).toEqual([[2, 4]]);
    expect(await valuesOf(weight)).toEqual([1, 12]);
    await runner.run([host(1, 2)], key);
    expect(await valuesOf(weight)).toEqual([2, 14]);
  });

  it('leaves outputs where they are until they are read, by name', async () => {
    const runner = await adding(weightOf(0, 0));
    expect(runner.outputs).toEqual([]);
    await runner.run([host(1, 2)], key);
    const [output] = runner.outputs;
    expect(output).toMatchObject({ name: 'output_0', buffer: { backend: cpu } });
    expect((await output!.buffer.read()).array()).toEqual([2, 4]);
    await runner.run([host(3, 4)], key);
    expect(runner.outputs[0]).toBe(output);
    expect((await output!.buffer.read()).array()).toEqual([6, 8]);
  });

  it('moves weights to its backend once, where new values take turns with two blocks of memory', async () => {
    const weight = weightOf(0, 0);
    const runner = await adding(weight);
    const blocks = new Set<ArrayBufferLike>();
    for (let i = 0; i < 5; i++) {
      await runner.run([host(1, 2)], key);
      blocks.add((await weight.values()).data.buffer);
    }
    expect(await valuesOf(weight)).toEqual([5, 10]);
    expect(weight.buffer.backend).toBe(cpu);
    expect(blocks.size).toBe(2);
    expect((weight.buffer as HostBuffer).version).toBe(6);
  });

  it('takes weights from one backend to another and back', async () => {
    const weight = weightOf(0, 0);
    const other = replayBackend({ name: 'other', load: () => Promise.resolve('cpu') });
    const [here, there] = [await adding(weight), await adding(weight, other)];
    for (const runner of [here, there, there, here]) {
      await runner.run([host(1, 2)], key);
      expect(weight.buffer.backend).toBe(runner.backend);
    }
    expect(await valuesOf(weight)).toEqual([4, 8]);
  });

  it('uses the buffers of the backend that compiled, where that is one behind another', async () => {
    const weight = weightOf(1, 1);
    const runner = await adding(weight, { ...cpu, name: 'front' });
    await runner.run([host(1, 2)], key);
    expect([runner.backend, weight.buffer.backend]).toEqual([cpu, cpu]);
  });

  it('changes no weight when the run fails, and can run again', async () => {
    const weight = weightOf(1, 1);
    const size: ArgumentSpec = { name: 'size', shape: [1], dtype: 'int32' };
    const runner = await Runner.create(
      cpu,
      capture(
        (newShape) => {
          const next = tf.add(weight.read(), 1);
          weight.assign(next);
          // It fails for a shape of another number of elements.
          const places = tf.sparse.sparseReshape(
            tf.tensor2d([[0]], [1, 1], 'int32'),
            tf.tensor1d([2], 'int32'),
            newShape as tf.Tensor1D,
          )['outputIndices']!;
          return tf.gather(next, tf.reshape(places, [1]));
        },
        [size],
      ),
    );
    const of = (length: number): HostTensor[] => [new HostTensor(Int32Array.of(length), [1], 'int32')];
    await expect(runner.run(of(5), key)).rejects.toThrow();
    expect(await valuesOf(weight)).toEqual([1, 1]);
    expect(await runner.compute(of(2), key, arrays)).toEqual([[2]]);
    expect(await valuesOf(weight)).toEqual([2, 2]);
  });

  it('refuses indices in host data that are out of bounds, and names the layer, the index and the row', async () => {
    const weight = weightOf(1, 2);
    const ids: ArgumentSpec = { name: 'ids', shape: [2, 3], dtype: 'int32', storage: 'uint8' };
    const look = (at: tf.Tensor | undefined): tf.Tensor =>
      withScope('net/words', () => tf.gather(weight.read(), tf.cast(tf.reshape(at!, [3, 2]), 'int32')));
    const runner = await Runner.create(cpu, capture(look, [ids]));
    const row = (i: number): HostTensor[] => [
      new HostTensor(Uint8Array.of(0, 1, 0, 1, i, 1), [2, 3], 'uint8'),
    ];
    await expect(runner.run(row(2), key)).rejects.toThrow(
      '[INDEX_OUT_OF_RANGE] Layer "net/words": expected indices from -2 to 1, got 2 in row 1 of "ids", at position 1.',
    );
    expect(await runner.compute(row(1), key, arrays)).toEqual([
      [
        [1, 2],
        [1, 2],
        [2, 2],
      ],
    ]);
  });

  it('sees what was set between two runs', async () => {
    const weight = weightOf(0, 0);
    const runner = await adding(weight);
    await runner.run([host(1, 1)], key);
    weight.set(host(100, 200));
    await runner.run([host(1, 1)], key);
    expect(await valuesOf(weight)).toEqual([101, 201]);
  });

  it('shares weights with another runner', async () => {
    const weight = weightOf(0, 0);
    const [one, two] = [await adding(weight), await adding(weight)];
    for (const runner of [one, two, one, two]) await runner.run([host(1, 1)], key);
    expect(await valuesOf(weight)).toEqual([4, 4]);
  });

  it('updates a weight of narrow integers', async () => {
    const count = new Weight({
      name: 'count',
      owner: 'sum',
      value: new HostTensor(new Uint8Array([1, 2]), [2], 'uint8'),
    });
    const runner = await Runner.create(
      cpu,
      capture(() => {
        count.assign(tf.add(count.read(), tf.scalar(1, 'int32')));
        return count.read();
      }, []),
    );
    await runner.run([], key);
    await runner.run([], key);
    expect((await count.values()).dtype).toBe('uint8');
    expect(await valuesOf(count)).toEqual([3, 4]);
  });

  it('draws random numbers anew at every step, and the same at the same step and seed', async () => {
    const runner = await Runner.create(
      cpu,
      capture((given) => tf.add(given, random.normal([2])), [x]),
    );
    const draw = (seed: number, step: number): Promise<unknown> =>
      runner.compute([host(0, 0)], { seed, step }, arrays);
    const first = await draw(1, 0);
    expect(await draw(1, 1)).not.toEqual(first);
    expect(await draw(2, 0)).not.toEqual(first);
    expect(await draw(1, 0)).toEqual(first);
  });

  it('runs a Program whose batch is open at any size', async () => {
    const weight = weightOf(1);
    const captureAt = (rows: number) =>
      capture((given) => tf.add(given, weight.read()), [{ ...x, shape: [rows] }]);
    const at = (rows: number): Program => captureAt(rows).program;
    const runner = await Runner.create(cpu, {
      program: new OpenProgram(at, ['batch']),
      slots: captureAt(1).slots,
    });
    for (const values of [[1], [1, 2, 3], [4, 5]])
      expect(await runner.compute([host(...values)], key, arrays)).toEqual([
        values.map((value) => value + 1),
      ]);
  });

  it('runs one after the other, also where several are asked for at once', async () => {
    const weight = weightOf(0, 0);
    const runner = await adding(weight);
    const runs = Array.from({ length: 5 }, (_, i) => runner.compute([host(i, 0)], key, arrays));
    runner.dispose();
    expect(await Promise.all(runs)).toEqual([0, 1, 2, 3, 4].map((i) => [[2 * i, 0]]));
    expect(await valuesOf(weight)).toEqual([10, 0]);
  });

  it('runs no more once disposed of', async () => {
    const runner = await adding(weightOf(0, 0));
    runner.dispose();
    await expect(runner.run([host(1, 2)], key)).rejects.toThrow('[EXECUTABLE_DISPOSED]');
  });
});
