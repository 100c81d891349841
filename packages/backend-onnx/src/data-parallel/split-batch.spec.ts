import { describe, expect, it, jest } from '@jest/globals';
import { compose, input, setRandomSeed } from '@lamella/core';
import { batchNormalization, conv2D, dense, dropout, flatten, layers, maxPooling2D } from '@lamella/layers';
import { capture, gradients, HostTensor, type Program, type Shape } from '@lamella/program';
import { runProgram } from '@lamella/testing';
import { adam, training } from '@lamella/training';
import * as tf from '@tensorflow/tfjs-core';
import { onnx } from '../onnx.js';
import { prepareProgram } from '../passes/prepare-program.js';
import { watchedSessions } from '../watched-sessions.spec.js';
import { splitBatch, splitForThreads } from './split-batch.js';
import { shareOf } from './split-rules.js';

type Operation = (...inputs: tf.Tensor[]) => tf.Tensor | tf.Tensor[];

const rows = 12;
const image = [rows, 6, 6, 4];
const vectors = [rows, 5];
const programOf = (operation: Operation, shapes: readonly Shape[]): Program =>
  prepareProgram(
    capture(
      (...inputs) => operation(...(inputs as tf.Tensor[])),
      shapes.map((shape, i) => ({ name: `x${i}`, shape, dtype: 'float32' as const })),
      { subject: 'operation' },
    ).program,
  );

/** Different numbers, of both signs, none twice in a window. */
function values(shape: Shape, seed: number): HostTensor {
  const tensor = HostTensor.zeros(shape);
  for (let i = 0; i < tensor.data.length; i++) tensor.data[i] = Math.sin((i + 1) * (seed + 1.37));
  return tensor;
}

function expectNear(found: number, expected: number, tolerance = 1e-5): void {
  expect(Math.abs(found - expected)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(expected)));
}

async function run(program: Program, inputs: readonly HostTensor[]): Promise<readonly HostTensor[]> {
  const executable = await onnx({ smallWork: false, threads: 1 }).compile(program);
  const results = await runProgram(executable, program, inputs);
  executable.dispose();
  return results;
}

/** What the shares of a Program compute, put together. */
async function joined(program: Program, inputs: readonly HostTensor[], shares: number): Promise<number[][]> {
  const split = splitBatch(program, shares)!;
  const results: number[][] = program.outputs.map(() => []);
  for (let share = 0; share < shares; share++) {
    const own = inputs.map((tensor, i) => {
      if (split.inputs[i] !== 'rows') return tensor;
      const size = tensor.data.length / shares;
      const part = tensor.data.slice(share * size, (share + 1) * size);
      return new HostTensor(part, shareOf(tensor.shape, shares));
    });
    (await run(split.program, own)).forEach(({ data }, i) => {
      if (split.outputs[i] === 'rows') results[i]!.push(...data);
      else if (split.outputs[i] === 'summand')
        results[i] = [...data].map((value, k) => value + (results[i]![k] ?? 0));
      else results[i] = [...data];
    });
  }
  return results;
}

const conv = (x: tf.Tensor, filter: tf.Tensor): tf.Tensor =>
  tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'valid');
const pool = (x: tf.Tensor): tf.Tensor => tf.maxPool(x as tf.Tensor4D, 2, 2, 'valid');
const withGradients =
  (operation: (...inputs: tf.Tensor[]) => tf.Tensor): Operation =>
  (...inputs) => {
    const y = operation(...inputs);
    return [y, ...gradients(y.rank === 0 ? y : tf.sum(tf.square(y)), inputs).map((gradient) => gradient!)];
  };

const operations: [name: string, operation: Operation, shapes: Shape[]][] = [
  ['a convolution and its gradients', withGradients(conv), [image, [3, 3, 4, 3]]],
  [
    'a depthwise convolution and its gradients',
    withGradients((x, filter) => tf.depthwiseConv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same')),
    [image, [3, 3, 4, 2]],
  ],
  ['pooling by maxima and its gradient', withGradients(pool), [image]],
  [
    'pooling by means and its gradient',
    withGradients((x) => tf.avgPool(x as tf.Tensor4D, 3, 2, 'same')),
    [image],
  ],
  [
    'a small network, its loss and all gradients',
    withGradients((x, filter, bias, weights) => {
      const hidden = pool(tf.relu(tf.add(conv(x, filter), bias)));
      return tf.mean(tf.logSoftmax(tf.matMul(tf.reshape(hidden, [rows, -1]), weights as tf.Tensor2D)));
    }),
    [image, [3, 3, 4, 5], [5], [20, 7]],
  ],
  [
    'products of matrices in a batch',
    (x, y) => [tf.matMul(x!, y!), tf.matMul(x!, tf.ones([3, 2]))],
    [
      [rows, 2, 3],
      [rows, 3, 2],
    ],
  ],
  [
    'sums and means over the batch, and functions of sums',
    (x) => [
      tf.sum(x!),
      tf.mean(x!, 0, true),
      tf.neg(tf.sum(x!, 0)),
      tf.sub(tf.mean(x!), tf.div(tf.sum(x!), 7)),
      tf.mul(tf.reshape(tf.sum(x!, 0), [5, 1]), 3),
    ],
    [vectors],
  ],
  [
    'reductions of each row',
    (x) => [tf.max(x!, 1), tf.min(x!, -1, true), tf.prod(x!, 1), tf.cast(tf.argMax(x!, 1), 'float32')],
    [vectors],
  ],
  [
    'what broadcasts along the batch, and numbers as long as it',
    (x, y, z) => [
      tf.add(x!, y!),
      tf.mul(x!, z!),
      tf.where(tf.greater(x!, 0), x!, tf.fill([rows, 5], 3)),
      tf.clipByValue(x!, -0.5, 0.5),
    ],
    [vectors, [5], [1, 5]],
  ],
  [
    'other arrangements of a row, and what no row is needed for',
    (x, y) => [
      tf.transpose(x!, [0, 2, 1, 3]),
      tf.pad(x as tf.Tensor4D, [
        [0, 0],
        [1, 2],
        [0, 0],
        [0, 1],
      ]),
      tf.reshape(x!, [rows * 6, 24]),
      tf.softmax(tf.reshape(x!, [rows, 144])),
      tf.exp(y!),
    ],
    [image, [5]],
  ],
];

describe('splitBatch', () => {
  it.each(operations)('%s', async (_, operation, shapes) => {
    const program = programOf(operation, shapes);
    const inputs = shapes.map(values);
    const whole = await run(program, inputs);
    for (const shares of [2, 3])
      (await joined(program, inputs, shares)).forEach((data, i) => {
        expect(data).toHaveLength(whole[i]!.data.length);
        data.forEach((value, k) => expectNear(value, whole[i]!.data[k]!));
      });
  });

  const needingAll: [name: string, operation: Operation, shapes?: Shape[]][] = [
    ['a difference from the mean', (x) => tf.sub(x!, tf.mean(x!, 0))],
    ['the square of a sum', (x) => tf.square(tf.sum(x!))],
    ['a sum and a constant', (x) => tf.add(tf.sum(x!), 1)],
    ['a quotient by a sum', (x) => tf.div(1, tf.sum(x!))],
    ['the maximum over the batch', (x) => tf.max(x!, 0)],
    ['products of rows with rows', (x) => tf.matMul(x!, x!, false, true)],
    ['one row', (x) => tf.slice(x!, [3, 0], [1, 5])],
    ['the rows in another place', (x) => tf.transpose(x!)],
    ['rows beside others of a constant', (x) => tf.add(x!, tf.reshape(tf.range(0, rows), [rows, 1]))],
    ['a row more', (x) => tf.pad(x as tf.Tensor2D, [[0, 1], [0, 0]])], // prettier-ignore
    ['a batch that other sizes follow', (x) => tf.cumsum(x!, 0)],
  ];

  it.each(needingAll)('leaves whole: %s', (_, operation) => {
    expect(splitBatch(programOf(operation, [vectors]), 2)).toBeUndefined();
  });

  it('leaves whole what does not divide', () => {
    const program = programOf(conv, [
      [13, 6, 6, 4],
      [3, 3, 4, 3],
    ]);
    expect(splitBatch(program, 2)).toBeUndefined();
    expect(splitForThreads(program, 2)).toBeUndefined();
  });

  it('splits convolutions by threads, and leaves other graphs to operators that use all threads', () => {
    const sharesOf = (program: Program, threads: number): number | undefined =>
      splitForThreads(program, threads)?.shares;
    const filter = [3, 3, 4, 3];
    const convolution = programOf(conv, [[24, 6, 6, 4], filter]);
    expect([1, 2, 3, 16].map((threads) => sharesOf(convolution, threads))).toEqual([undefined, 2, 3, 3]);
    expect(sharesOf(programOf(conv, [[8, 6, 6, 4], filter]), 2)).toBeUndefined();
    expect(sharesOf(programOf((x, y) => tf.matMul(x!, y!), [[64, 5], [5, 5]]), 2)).toBeUndefined(); // prettier-ignore
  });
});

describe('a network whose graph is split', () => {
  async function trained(threads: number, isNormalized: boolean): Promise<number[][]> {
    setRandomSeed(7);
    const { model } = compose({ backend: onnx({ threads }), plugins: [layers, training] });
    const pixels = input({ shape: [24, 24, 3] });
    const convolved = conv2D({ name: 'conv', filters: 16, kernelSize: 3, activation: 'relu' }).apply(pixels);
    const normalized = isNormalized ? batchNormalization({ name: 'norm' }).apply(convolved) : convolved;
    const hidden = dropout({ name: 'drop', rate: 0.25 }).apply(
      flatten().apply(maxPooling2D().apply(normalized)),
    );
    const outputs = dense({ name: 'out', units: 4, activation: 'softmax' }).apply(hidden);
    const net = model({ inputs: pixels, outputs, seed: 7 });
    const metrics = ['accuracy'];
    net.compile({ optimizer: adam(), loss: 'categorical_crossentropy', metrics });
    const x = values([88, 24, 24, 3], 1);
    const y = HostTensor.zeros([88, 4]);
    for (let i = 0; i < 88; i++) y.data[i * 4 + (i % 4)] = 1;
    const { history } = await net.fit(x, y, { batchSize: 32, epochs: 2, shuffle: false, verbose: 0 });
    const predicted = await net.predict(x, { batchSize: 32 });
    return [history['loss']!, history['accuracy']!, [...predicted.data]];
  }

  it.each([
    ['and learns the same', false],
    ['or cannot be, for its statistics of the batch', true],
  ] as const)('%s', async (_, isNormalized) => {
    const [whole, split] = [await trained(1, isNormalized), await trained(2, isNormalized)];
    whole.forEach((series, i) => series.forEach((value, k) => expectNear(split[i]![k]!, value, 1e-3)));
  });

  it('has ended all its runs when it fails, names the layer, and runs again', async () => {
    const shapes = [
      [32, 24, 24, 4],
      [3, 3, 4, 16],
    ];
    const program = programOf((x, filter) => tf.sum(conv(x!, filter!), [1, 2]), shapes);
    expect(splitForThreads(program, 2)).toBeDefined();
    const { sessions, restore } = await watchedSessions();
    const executable = await onnx({ smallWork: false, threads: 2 }).compile(program);
    restore();
    const given = shapes.map(values);
    let isOver = false;
    const { runAside } = sessions[0]!;
    const failing = jest.spyOn(sessions[0]!, 'run').mockImplementation(() => {
      throw new Error('bad allocation');
    });
    sessions[0]!.runAside = async (...places) => {
      await runAside!.call(sessions[0], ...places);
      isOver = true;
    };
    await expect(runProgram(executable, program, given)).rejects.toThrow(/^\[RUN_FAILED\] .*bad allocation/);
    expect(isOver).toBe(true);
    failing.mockRestore();
    const [sums] = await runProgram(executable, program, given);
    const [expected] = await run(program, given);
    sums!.data.forEach((value, i) => expectNear(value, expected!.data[i]!));
    executable.dispose();
  });
});
