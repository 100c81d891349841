import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { hostBuffer, Weight, type Buffer, type Executable } from '@lamella/core';
import {
  capture,
  HostTensor,
  OpenProgram,
  random,
  type CaptureResult,
  type Program,
  type Shape,
} from '@lamella/program';
import * as tf from '@tensorflow/tfjs-core';
import { onnx, type OnnxOptions } from './onnx.js';
import { NativeLibrary } from './runtime/native-library.js';

/** Different numbers of both signs. */
function values(shape: Shape, seed = 1): HostTensor {
  const tensor = HostTensor.zeros(shape);
  for (let i = 0; i < tensor.data.length; i++) tensor.data[i] = Math.sin((i + 1) * (seed + 0.37));
  return tensor;
}

/** A function of x of shape [batch, ...rest], and the weights that it reads, in the order in which it first does. */
class Fn extends OpenProgram {
  /** The sizes at which it was captured. */
  readonly captured: number[] = [];

  constructor(
    readonly rest: Shape,
    readonly compute: (x: tf.Tensor) => CaptureResult,
    readonly weights: readonly Weight[] = [],
  ) {
    super((batch) => this.at(batch!), ['batch']);
  }

  override at(batch: number): Program {
    this.captured.push(batch);
    return capture((x) => this.compute(x!), [{ name: 'x', shape: [batch, ...this.rest], dtype: 'float32' }])
      .program;
  }
}

const weight = (shape: Shape, seed: number): Weight =>
  new Weight({ name: `w${seed}`, owner: 'fn', value: values(shape, seed) });

/** A product, which freezing does not help. */
function dense(): Fn {
  const kernel = weight([8, 4], 3);
  return new Fn([8], (x) => tf.relu(tf.matMul(x, kernel.read())), [kernel]);
}

/** A convolution, which it does. */
function convolution(): Fn {
  const [filter, bias] = [weight([3, 3, 2, 8], 3), weight([8], 4)];
  return new Fn(
    [9, 9, 2],
    (x) => {
      const places = tf.conv2d(x as tf.Tensor4D, filter.read() as tf.Tensor4D, 1, 'same');
      return tf.maxPool(tf.relu(tf.add(places, bias.read())) as tf.Tensor4D, 2, 2, 'valid');
    },
    [filter, bias],
  );
}

interface RunOptions {
  readonly isShared?: boolean;
  /** How often each size is run: often enough, weights are built in. */
  readonly runs?: number;
  readonly options?: OnnxOptions;
}

/** A function on the backend: sizes share where `isShared`, or each has a graph of its own. */
class Compiled {
  private readonly executables = new Map<number, Executable>();
  private open: Executable | undefined;
  readonly states: readonly Buffer[];

  constructor(
    private readonly fn: Fn,
    private readonly given: RunOptions = {},
  ) {
    const { buffer } = this.backend;
    this.states = fn.weights.map((weight) => buffer.call(this.backend, weight));
    this.states.forEach((state, i) => state.write(values(fn.weights[i]!.shape, seedOf(fn.weights[i]!))));
  }

  /** The outputs for so many rows. */
  async run(size: number): Promise<number[][]> {
    const { fn, given, states, backend } = this;
    const { isShared = true, runs = 1 } = given;
    const executable = isShared
      ? (this.open ??= await backend.compile(fn))
      : (this.executables.get(size) ?? (await backend.compile(fn.at(size))));
    if (!isShared) this.executables.set(size, executable);
    const x = values([size, ...fn.rest]);
    const program = capture(
      (given) => fn.compute(given),
      [{ name: 'x', shape: x.shape, dtype: 'float32' }],
    ).program;
    const outputs = program.outputs.map(({ id }) =>
      backend.buffer({ shape: program.type(id).shape, dtype: 'float32' }),
    );
    for (let i = 0; i < runs; i++)
      await executable.run([hostBuffer(x), ...states], outputs, { seed: 5, step: 0 });
    return Promise.all(outputs.map(async (output) => [...(await output.read()).data]));
  }

  /** Releases the sessions. */
  async dispose(): Promise<void> {
    for (const executable of [...this.executables.values(), this.open]) executable?.dispose();
    await new Promise((resolve) => setTimeout(resolve, 0));
  }

  private get backend() {
    return onnx({ smallWork: false, ...this.given.options });
  }
}

const seedOf = ({ shortName }: Weight): number => Number(shortName.slice(1));

/** What a function gives for each batch size. */
async function resultsOf(fn: Fn, sizes: readonly number[], given: RunOptions = {}): Promise<number[][][]> {
  const compiled = new Compiled(fn, given);
  const results = [];
  for (const size of sizes) results.push(await compiled.run(size));
  await compiled.dispose();
  return results;
}

/** Counts the sessions that are made and released. */
function countSessions(): () => { made: number; alive: number } {
  const create = jest.spyOn(NativeLibrary.prototype, 'create');
  const release = jest.spyOn(NativeLibrary.prototype, 'release');
  return () => {
    const made = create.mock.calls.filter(([name]) => name === 'CreateSessionFromArray').length;
    return { made, alive: made - release.mock.calls.filter(([name]) => name === 'ReleaseSession').length };
  };
}

const sizes = [5, 1, 2, 3, 4, 6, 7, 8, 16, 24, 33, 2, 5, 64];

describe('an open batch', () => {
  afterEach(() => void jest.restoreAllMocks());

  it('gives the first two sizes graphs of their own, and one to all others', async () => {
    const sessions = countSessions();
    const fn = dense();
    const shared = await resultsOf(fn, sizes);
    expect(sessions()).toEqual({ made: 3, alive: 0 });
    expect(shared).toEqual(await resultsOf(fn, sizes, { isShared: false }));
    expect(sessions().made).toBe(3 + new Set(sizes).size);
  });

  it.each<[string, RunOptions]>([
    ['one thread', { options: { threads: 1 } }],
    ['shares of the batch on two threads', { options: { threads: 2 } }],
    ['WebAssembly', { options: { runtime: 'wasm' } }],
  ])('computes the same bits as the graphs of each size: %s', async (_, given) => {
    for (const fn of [dense(), convolution()])
      expect(await resultsOf(fn, sizes, given)).toEqual(
        await resultsOf(fn, sizes, { ...given, isShared: false }),
      );
  });

  it('shares a form with weights built in as well, while those are the same', async () => {
    const sessions = countSessions();
    const fn = convolution();
    const given: RunOptions = { runs: 18, options: { threads: 1 } };
    const shared = await resultsOf(fn, sizes, given);
    expect(sessions()).toEqual({ made: 6, alive: 0 });
    expect(shared).toEqual(await resultsOf(fn, sizes, { ...given, isShared: false }));
  });

  it('has no weights built in that have changed since', async () => {
    const fn = convolution();
    const compiled = new Compiled(fn, { runs: 18 });
    for (const size of [1, 2, 3]) await compiled.run(size);
    const fresh = new Compiled(fn, { isShared: false });
    for (const { states } of [compiled, fresh]) states[1]!.write(HostTensor.zeros([8]));
    for (const size of [4, 3]) expect(await compiled.run(size)).toEqual(await fresh.run(size));
    for (const each of [compiled, fresh]) await each.dispose();
  });

  it('holds for random inputs, whatever size they have', async () => {
    const noisy = new Fn([6], (x) => tf.add(x, tf.mul(random.normal(x.shape), 0.1)));
    const sessions = countSessions();
    const shared = await resultsOf(noisy, sizes);
    expect(sessions().made).toBe(3);
    expect(shared).toEqual(await resultsOf(noisy, sizes, { isShared: false }));
  });

  it('leaves a size for which the function computes something else a graph of its own', async () => {
    const special = new Fn([6], (x) => (x.shape[0] === 7 ? tf.sin(x) : tf.cos(x)));
    const sessions = countSessions();
    const shared = await resultsOf(special, sizes);
    expect(sessions()).toEqual({ made: 4, alive: 0 });
    expect(shared).toEqual(await resultsOf(special, sizes, { isShared: false }));
  });

  it('follows the Program rather than what the function has become', async () => {
    let factor = 2;
    const changing = new Fn([6], (x) => tf.sin(tf.mul(x, factor)));
    const compiled = new Compiled(changing);
    for (const size of [1, 2, 3, 4]) await compiled.run(size);
    factor = 3;
    expect(await compiled.run(5)).toEqual((await resultsOf(changing, [5], { isShared: false }))[0]);
    await compiled.dispose();
  });

  it.each<[string, (x: tf.Tensor) => tf.Tensor]>([
    ['does not follow the batch', (x) => tf.mul(x, Math.sqrt(x.shape[0]!))],
    ['throws for other sizes', (x) => (x.shape[0]! > 64 ? tf.reshape(x, [1]) : tf.exp(x))],
  ])('is none where the function %s: every size has its own', async (_, fn) => {
    const refused = new Fn([6], fn);
    const sessions = countSessions();
    const shared = await resultsOf(refused, sizes);
    expect(sessions()).toEqual({ made: new Set(sizes).size, alive: 0 });
    expect(shared).toEqual(await resultsOf(refused, sizes, { isShared: false }));
  });

  it('is given up where ONNX Runtime refuses it, and asked for once', async () => {
    const fn = dense();
    const { create } = NativeLibrary.prototype;
    let asked = 0;
    jest.spyOn(NativeLibrary.prototype, 'create').mockImplementation(function (
      this: NativeLibrary,
      name,
      ...rest
    ) {
      if (name === 'CreateSessionFromArray' && ++asked === 3) throw new Error('no such operator');
      return create.call(this, name, ...rest);
    });
    const shared = await resultsOf(fn, [1, 2, 3, 4]);
    expect(asked).toBe(5);
    expect(shared).toEqual(await resultsOf(fn, [1, 2, 3, 4], { isShared: false }));
  });

  it('gives batches without rows their zeros', async () => {
    expect(await resultsOf(dense(), [1, 2, 3, 0])).toHaveLength(4);
  });

  it('is looked for when a third size comes, and not before', async () => {
    const fn = dense();
    const compiled = new Compiled(fn);
    for (const size of [1, 2, 1, 2]) await compiled.run(size);
    expect(fn.captured).toEqual([1, 2]);
    await compiled.run(3);
    expect(Math.max(...fn.captured)).toBeGreaterThan(100);
    const { length } = fn.captured;
    for (const size of [4, 5]) await compiled.run(size);
    expect(fn.captured).toHaveLength(length + 2);
    await compiled.dispose();
  });
});
