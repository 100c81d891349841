import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import {
  capture,
  HostTensor,
  random,
  type ArgumentSpec,
  type RandomKey,
  type RandomSpec,
  type TypedArray,
} from '@lamella/program';
import type { Backend, OpenBatch } from './backend.js';
import { replayBackend } from './replay-backend.js';
import { Runner } from './runner.js';
import { Weight } from './weight.js';

const cpu = replayBackend({ name: 'cpu', load: () => Promise.resolve('cpu') });
const x: ArgumentSpec = { name: 'x', shape: [2], dtype: 'float32' };
const key = { seed: 1, step: 0 };
const host = (...values: number[]): HostTensor => new HostTensor(new Float32Array(values), [values.length]);
const weightOf = (...values: number[]): Weight =>
  new Weight({ name: 'total', owner: 'sum', value: host(...values) });

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
    const outputs = await runner.run([host(1, 2)], key);
    expect(outputs.map((output) => output.array())).toEqual([[2, 4]]);
    expect(weight.value.array()).toEqual([1, 12]);
    await runner.run([host(1, 2)], key);
    expect(weight.value.array()).toEqual([2, 14]);
    expect(weight.version).toBe(2);
  });

  it('updates a weight by exchange between two blocks of memory, and allocates no third', async () => {
    const weight = weightOf(0, 0);
    let allocations = 0;
    const counting: Backend = {
      ...cpu,
      allocate: (shape, dtype) => {
        allocations++;
        return cpu.allocate(shape, dtype);
      },
    };
    const runner = await adding(weight, counting);
    const blocks = new Set([weight.value.data.buffer]);
    for (let i = 0; i < 5; i++) {
      await runner.run([host(1, 2)], key);
      blocks.add(weight.value.data.buffer);
    }
    expect(weight.value.array()).toEqual([5, 10]);
    expect(blocks.size).toBe(2);
    expect(allocations).toBe(1);
  });

  it('lets an executable that can do so write new values over the old ones, in memory of its own', async () => {
    const weight = weightOf(0, 0);
    const seen = new Set<HostTensor>();
    let allocations = 0;
    const overwriting: Backend = {
      ...cpu,
      allocate: (shape, dtype) => {
        allocations++;
        return cpu.allocate(shape, dtype);
      },
      compile: async (program) => {
        const executable = await cpu.compile(program);
        const [{ output, input }] = program.updates as [{ output: number; input: number }];
        return {
          ...executable,
          inPlace: program.updates,
          dispose: () => executable.dispose(),
          async run(inputs, outputs) {
            seen.add(inputs[input]!);
            expect(outputs?.[output]).toBe(inputs[input]);
            const results = [...(await executable.run(inputs))];
            inputs[input]!.data.set(results[output]!.data);
            results[output] = inputs[input]!;
            return results;
          },
        };
      },
    };
    const runner = await adding(weight, overwriting);
    for (let i = 0; i < 3; i++) await runner.run([host(1, 2)], key);
    expect(weight.value.array()).toEqual([3, 6]);
    expect([seen.size, allocations]).toEqual([1, 1]);
    expect(seen.has(weight.value)).toBe(true);
  });

  it('compiles once more with the weights built in when they stay as they are, until they change', async () => {
    const weight = weightOf(1, 2);
    const compiled: (HostTensor | undefined)[] = [];
    const noting: Backend = {
      ...cpu,
      async compile(program, hints) {
        compiled.push(hints?.frozen?.get(1));
        expect(hints?.openBatch).toBe(openBatch);
        const executable = await cpu.compile(program, hints);
        return {
          worthFreezing: true,
          run: (inputs, outputs) => executable.run(inputs, outputs),
          dispose: () => executable.dispose(),
        };
      },
    };
    const captured = capture((given) => tf.add(given, weight.read()), [x]);
    const openBatch: OpenBatch = { at: () => captured.program };
    const runner = await Runner.create(noting, captured, { openBatch });
    const runs = async (count: number): Promise<unknown> => {
      let results: HostTensor[] = [];
      for (let i = 0; i < count; i++) results = await runner.run([host(1, 1)], key);
      return results[0]!.array();
    };
    expect(await runs(15)).toEqual([2, 3]);
    expect(compiled).toEqual([undefined]);
    expect(await runs(15)).toEqual([2, 3]);
    expect(compiled).toEqual([undefined, weight.value]);
    weight.set(host(5, 5));
    expect(await runs(15)).toEqual([6, 6]);
    expect(compiled).toHaveLength(2);
    expect(await runs(1)).toEqual([6, 6]);
    expect(compiled).toHaveLength(3);
    runner.dispose();
  });

  it('goes on as before where the weights cannot be built in', async () => {
    let refused = 0;
    const full: Backend = {
      ...cpu,
      async compile(program, hints) {
        if (hints?.frozen !== undefined && ++refused > 0) throw new Error('out of memory');
        const executable = await cpu.compile(program, hints);
        return {
          worthFreezing: true,
          run: (inputs, outputs) => executable.run(inputs, outputs),
          dispose: () => executable.dispose(),
        };
      },
    };
    const weight = weightOf(1, 2);
    const runner = await Runner.create(
      full,
      capture((given) => tf.add(given, weight.read()), [x]),
    );
    for (let i = 0; i < 40; i++) expect((await runner.run([host(1, 1)], key))[0]!.array()).toEqual([2, 3]);
    expect(refused).toBe(1);
    runner.dispose();
  });

  it('compiles once where the backend does not say that another form is faster', async () => {
    let compiled = 0;
    const counting: Backend = {
      ...cpu,
      compile(program, hints) {
        compiled++;
        return cpu.compile(program, hints);
      },
    };
    const weight = weightOf(1, 2);
    const runner = await Runner.create(
      counting,
      capture((given) => tf.add(given, weight.read()), [x]),
    );
    for (let i = 0; i < 20; i++) await runner.run([host(1, 1)], key);
    expect(compiled).toBe(1);
    runner.dispose();
  });

  it('changes no weight when the run fails, and can run again', async () => {
    const weight = weightOf(1, 1);
    let isBroken = true;
    const failing: Backend = {
      ...cpu,
      compile: async (program) => {
        const executable = await cpu.compile(program);
        return {
          run: async (inputs, outputs) => {
            const results = await executable.run(inputs, outputs);
            if (isBroken) throw new Error('out of memory');
            return results;
          },
          dispose: () => executable.dispose(),
        };
      },
    };
    const runner = await adding(weight, failing);
    await expect(runner.run([host(1, 2)], key)).rejects.toThrow('out of memory');
    expect(weight.value.array()).toEqual([1, 1]);
    expect(weight.version).toBe(0);
    isBroken = false;
    await runner.run([host(1, 2)], key);
    expect(weight.value.array()).toEqual([2, 3]);
  });

  it('sees what was set between two runs', async () => {
    const weight = weightOf(0, 0);
    const runner = await adding(weight);
    await runner.run([host(1, 1)], key);
    weight.set(host(100, 200));
    await runner.run([host(1, 1)], key);
    expect(weight.value.array()).toEqual([101, 201]);
  });

  it('shares weights with another runner', async () => {
    const weight = weightOf(0, 0);
    const [one, two] = [await adding(weight), await adding(weight)];
    for (const runner of [one, two, one, two]) await runner.run([host(1, 1)], key);
    expect(weight.value.array()).toEqual([4, 4]);
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
    expect(count.value.dtype).toBe('uint8');
    expect(count.value.array()).toEqual([3, 4]);
  });

  it('lets the executable draw random numbers where it does so itself', async () => {
    const drawing: Backend = {
      ...cpu,
      compile: async (program, hints) => {
        const executable = await cpu.compile(program, hints);
        return Object.assign(executable, {
          fillRandom: (_: RandomSpec, { step }: RandomKey, target: TypedArray) =>
            void target.fill(step + 0.5),
        });
      },
    };
    const captured = capture((given) => tf.add(given, random.normal([2])), [x]);
    const runner = await Runner.create(drawing, captured);
    expect((await runner.run([host(1, 2)], { seed: 1, step: 3 }))[0]!.array()).toEqual([4.5, 5.5]);
  });

  it('draws random numbers anew at every step, and the same at the same step and seed', async () => {
    const runner = await Runner.create(
      cpu,
      capture((given) => tf.add(given, random.normal([2])), [x]),
    );
    const draw = async (seed: number, step: number): Promise<unknown> =>
      (await runner.run([host(0, 0)], { seed, step }))[0]!.array();
    const first = await draw(1, 0);
    expect(await draw(1, 1)).not.toEqual(first);
    expect(await draw(2, 0)).not.toEqual(first);
    expect(await draw(1, 0)).toEqual(first);
  });

  it('writes outputs where it is told', async () => {
    const runner = await adding(weightOf(0, 0));
    const target = HostTensor.zeros([2]);
    const [output] = await runner.run([host(1, 2)], key, [target]);
    expect(output).toBe(target);
    expect(target.array()).toEqual([2, 4]);
  });

  it('runs no more once disposed of', async () => {
    const runner = await adding(weightOf(0, 0));
    runner.dispose();
    await expect(runner.run([host(1, 2)], key)).rejects.toThrow('[EXECUTABLE_DISPOSED]');
  });
});
