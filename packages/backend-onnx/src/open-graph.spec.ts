import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { type OpenBatch, Weight } from '@lamella/core';
import { capture, HostTensor, random, type CaptureResult, type Program, type Shape } from '@lamella/program';
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
class Fn implements OpenBatch {
  /** The sizes at which it was captured. */
  readonly captured: number[] = [];

  constructor(
    private readonly rest: Shape,
    private readonly fn: (x: tf.Tensor) => CaptureResult,
    readonly weights: readonly Weight[] = [],
  ) {}

  at(batch: number): Program {
    this.captured.push(batch);
    return capture((x) => this.fn(x!), [{ name: 'x', shape: [batch, ...this.rest], dtype: 'float32' }])
      .program;
  }

  inputsFor(program: Program, x: HostTensor): HostTensor[] {
    let next = 0;
    return program.inputs.map(({ kind, id, random: spec }, i) => {
      if (kind === 'argument') return x;
      if (kind === 'state') return this.weights[next++]!.value;
      return values(program.type(id).shape, spec!.stream.length + i);
    });
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
  readonly isFrozen?: boolean;
  readonly options?: OnnxOptions;
}

/** What a function gives for each batch size: sizes share where `isShared`, or each has a graph of its own. Executables live on to the end. */
async function resultsOf(
  fn: Fn,
  sizes: readonly number[],
  { isShared = true, isFrozen = false, options = {} }: RunOptions = {},
): Promise<number[][][]> {
  const backend = onnx({ smallWork: false, ...options });
  const executables = [];
  const results = [];
  for (const size of sizes) {
    const program = fn.at(size);
    const inputs = fn.inputsFor(program, values(program.type(program.inputs[0]!.id).shape));
    const states = inputs.flatMap((tensor, i) =>
      program.inputs[i]!.kind === 'state' ? [[i, tensor] as const] : [],
    );
    const executable = await backend.compile(program, {
      ...(isShared && { openBatch: fn }),
      ...(isFrozen && { frozen: new Map(states) }),
    });
    executables.push(executable);
    results.push((await executable.run(inputs)).map(({ data }) => [...data]));
  }
  for (const executable of executables) executable.dispose();
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
    expect(sessions()).toEqual({ made: 4, alive: 0 });
    expect(shared).toEqual(await resultsOf(fn, sizes, { isShared: false }));
    expect(sessions().made).toBe(4 + sizes.length);
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
    const given: RunOptions = { isFrozen: true, options: { threads: 1 } };
    const shared = await resultsOf(fn, sizes, given);
    expect(sessions()).toEqual({ made: 4, alive: 0 });
    expect(shared).toEqual(await resultsOf(fn, sizes, { ...given, isShared: false }));
  });

  it('has no weights built in that have changed since', async () => {
    const fn = convolution();
    const backend = onnx({ smallWork: false });
    const compiled = async (size: number) => {
      const program = fn.at(size);
      const inputs = fn.inputsFor(program, values([size, 9, 9, 2]));
      const frozen = new Map([1, 2].map((index) => [index, inputs[index]!]));
      const executable = await backend.compile(program, { openBatch: fn, frozen });
      return async () => [...(await executable.run(inputs))[0]!.data];
    };
    await compiled(1);
    await compiled(2);
    const early = await compiled(3);
    const [expected] = await resultsOf(fn, [3]);
    fn.weights[1]!.value.data.fill(1);
    const late = await compiled(4);
    expect(await early()).toEqual(expected![0]);
    expect(await late()).toEqual((await resultsOf(fn, [4]))[0]![0]);
  });

  it('holds for random inputs, whatever size they have', async () => {
    const noisy = new Fn([6], (x) => tf.add(x, tf.mul(random.normal(x.shape), 0.1)));
    const sessions = countSessions();
    const shared = await resultsOf(noisy, sizes);
    expect(sessions().made).toBe(4);
    expect(shared).toEqual(await resultsOf(noisy, sizes, { isShared: false }));
  });

  it('leaves a size for which the function computes something else a graph of its own', async () => {
    const special = new Fn([6], (x) => (x.shape[0] === 7 ? tf.sin(x) : tf.cos(x)));
    const sessions = countSessions();
    const shared = await resultsOf(special, sizes);
    expect(sessions()).toEqual({ made: 5, alive: 0 });
    expect(shared).toEqual(await resultsOf(special, sizes, { isShared: false }));
  });

  it('follows the Program rather than what the function has become', async () => {
    let factor = 2;
    const changing = new Fn([6], (x) => tf.sin(tf.mul(x, factor)));
    await resultsOf(changing, [1, 2, 3, 4]);
    factor = 3;
    expect(await resultsOf(changing, [3, 5])).toEqual(await resultsOf(changing, [3, 5], { isShared: false }));
  });

  it.each<[string, (x: tf.Tensor) => tf.Tensor]>([
    ['does not follow the batch', (x) => tf.mul(x, Math.sqrt(x.shape[0]!))],
    ['throws for other sizes', (x) => (x.shape[0]! > 64 ? tf.reshape(x, [1]) : tf.exp(x))],
  ])('is none where the function %s: every size has its own', async (_, fn) => {
    const refused = new Fn([6], fn);
    const sessions = countSessions();
    const shared = await resultsOf(refused, sizes);
    expect(sessions()).toEqual({ made: sizes.length, alive: 0 });
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
    await resultsOf(fn, [1, 2, 1, 2]);
    expect(fn.captured).toEqual([1, 2, 1, 2]);
    await resultsOf(fn, [3]);
    expect(Math.max(...fn.captured)).toBeGreaterThan(100);
    const { length } = fn.captured;
    await resultsOf(fn, [4, 5]);
    expect(fn.captured).toHaveLength(length + 2);
  });
});
