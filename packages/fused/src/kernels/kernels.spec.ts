import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { HostTensor } from '@lamella/program';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { expectLikeCpu, float, int, numbers, program, releaseTensors, run } from '../testing/like-cpu.js';

beforeAll(() => tf.setBackend('cpu'));
afterEach(releaseTensors);

describe('kernels that fold and move', () => {
  it('reductions give what backend-cpu gives along any axes', async () => {
    for (const shape of [[1], [5], [4, 9], [9, 1], [3, 4, 5], [2, 3, 1, 4]]) {
      for (let mask = 1; mask < 2 ** shape.length; mask++) {
        const axes = shape.flatMap((_, axis) => ((mask >> axis) & 1 ? [axis] : []));
        const of = program(
          (x) => [
            tf.sum(x, axes),
            tf.mean(tf.square(x), axes, true),
            tf.max(x, axes),
            tf.min(tf.neg(x), axes, true),
            tf.prod(x, axes),
            tf.sum(tf.cast(x, 'int32'), axes),
            tf.any(tf.greater(x, 1), axes),
            tf.all(tf.less(x, 1.5), axes),
          ],
          float('x', ...shape),
        );
        await expectLikeCpu(of);
      }
    }
  });

  it('positions of extremes are the first ones, and NaN is passed over as backend-cpu does', async () => {
    const of = program(
      (x) => [
        tf.argMax(x, 1),
        tf.argMin(x, 1),
        tf.argMax(x, 0),
        tf.argMax(tf.cast(tf.mul(x, 3), 'int32'), 1),
      ],
      float('x', 4, 6),
    );
    await expectLikeCpu(of);
    const x = new HostTensor(
      Float32Array.from([
        1,
        NaN,
        3,
        3,
        0,
        0,
        NaN,
        9,
        1,
        1,
        1,
        1,
        -Infinity,
        -Infinity,
        NaN,
        0,
        0,
        0,
        5,
        5,
        5,
        5,
        5,
        5,
      ]),
      [4, 6],
    );
    await expectLikeCpu(
      program((a) => [tf.argMax(a, 1), tf.argMin(a, 1)], float('a', 4, 6)),
      [x],
    );
  });

  it('softmax and its logarithm stay finite for large logits', async () => {
    await expectLikeCpu(program((x) => [tf.softmax(x), tf.logSoftmax(x)], float('x', 6, 10)));
    const of = program((x) => tf.softmax(tf.mul(x, 1000)), float('x', 3, 5));
    await expectLikeCpu(of);
  });

  it('matrix products give what backend-cpu gives, transposed, in batches, and with few columns', async () => {
    for (const [rows, inner, columns] of [
      [1, 4, 16],
      [5, 16, 1],
      [7, 3, 2],
      [8, 8, 8],
      [33, 17, 13],
    ] as const) {
      for (const [ta, tb] of [
        [false, false],
        [true, false],
        [false, true],
        [true, true],
      ] as const) {
        const a = ta ? [inner, rows] : [rows, inner];
        const b = tb ? [columns, inner] : [inner, columns];
        const of = program((x, y) => tf.matMul(x, y, ta, tb), float('x', ...a), float('y', ...b));
        await expectLikeCpu(of);
      }
    }
    await expectLikeCpu(program((x, y) => tf.matMul(x, y), float('x', 3, 4, 5), float('y', 1, 5, 6)));
    await expectLikeCpu(program((x, y) => tf.matMul(x, y), int('x', 3, 4), int('y', 4, 5)));
    await expectLikeCpu(
      program(
        (x, y, b) => tf.relu(tf.add(tf.matMul(x, y), b)),
        float('x', 6, 5),
        float('y', 5, 7),
        float('b', 7),
      ),
    );
  });

  it('movement of elements gives what backend-cpu gives', async () => {
    await expectLikeCpu(
      program(
        (x) => [
          tf.transpose(tf.exp(x), [2, 0, 1]),
          tf.reshape(tf.transpose(x, [1, 0, 2]), [6, 4]),
          tf.add(tf.transpose(x, [0, 2, 1]), 1),
          tf.slice(x, [0, 1, 1], [2, 2, 3]),
          tf.reverse(x, [0, 2]),
          tf.tile(x, [2, 1, 3]),
          tf.pad(
            x,
            [
              [0, 1],
              [2, 0],
              [1, 1],
            ],
            3,
          ),
          tf.concat([x, tf.neg(x), x], 1),
          tf.stack([x, tf.abs(x)], 2),
          ...tf.unstack(x, 1),
          ...tf.split(x, 2, 2),
          tf.broadcastTo(tf.sum(x, 1, true), [2, 3, 4]),
          tf.expandDims(x, 1),
          x,
          x,
        ],
        float('x', 2, 3, 4),
      ),
    );
  });

  it('lookups give what backend-cpu gives, and NaN out of bounds; one below 0 counts from the end', async () => {
    const indices = new HostTensor(Int32Array.from([2, 0, 1, 2, 3, 3]), [2, 3], 'int32');
    const table = program(
      (x, i) => [tf.gather(x, i), tf.gather(tf.transpose(x), i, 1)],
      float('x', 4, 5),
      int('i', 2, 3),
    );
    await expectLikeCpu(table, [numbers(table)[0]!, indices]);
    const hot = program((i) => [tf.oneHot(i, 4), tf.oneHot(i, 5, 2, -1)], int('i', 2, 3));
    await expectLikeCpu(hot, [indices]);
    const segments = program(
      (x, i) => tf.unsortedSegmentSum(x, i as tf.Tensor1D, 4),
      float('x', 6, 3),
      int('i', 6),
    );
    await expectLikeCpu(segments, [numbers(segments)[0]!, new HostTensor(indices.data, [6], 'int32')]);
    const of = program((x, i) => tf.gather(x, i), float('x', 2), int('i', 4));
    const wild = new HostTensor(Int32Array.from([-1, 1, 2, -3]), [4], 'int32');
    const [found] = await run(of, [new HostTensor(Float32Array.from([5, 6]), [2]), wild], 'simd');
    expect([...found!.data]).toEqual([6, 6, NaN, NaN]);
  });

  it('nothing is computed where there are no elements', async () => {
    const of = program((x, y) => [tf.add(x, 1), tf.matMul(y, x)], float('x', 3, 0), float('y', 2, 3));
    const outputs = await run(of, [HostTensor.zeros([3, 0]), HostTensor.zeros([2, 3])], 'simd');
    expect(outputs.map(({ size }) => size)).toEqual([0, 0]);
  });
});
