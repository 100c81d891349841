import { beforeAll, describe, expect, it } from '@jest/globals';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { capture } from '../capture.js';
import { replay } from '../replay.js';

beforeAll(() => tf.setBackend('cpu'));

/** The result of a function without arguments that is captured and then run. */
function values(fn: (...constants: tf.Tensor[]) => tf.Tensor, ...constants: tf.Tensor[]): unknown {
  const args = constants.map(({ shape, dtype }, i) => ({ name: `x${i}`, shape, dtype }));
  const { program } = capture(fn, args as never);
  return tf.tidy(() => replay(program, constants)[0]!.arraySync());
}

const matrix = tf.tensor3d([1, 2, 3, 4, 5, 6, 7, 8], [2, 2, 2]);

describe('calls that tfjs-backend-cpu computes wrongly', () => {
  it('run along an axis counted from the end', () => {
    expect(values((x) => tf.cumsum(x, -1), matrix)).toEqual([
      [
        [1, 3],
        [3, 7],
      ],
      [
        [5, 11],
        [7, 15],
      ],
    ]);
    expect(values((x) => tf.cumprod(x, -2, false, true), matrix)).toEqual([
      [
        [3, 8],
        [3, 4],
      ],
      [
        [35, 48],
        [7, 8],
      ],
    ]);
  });

  it('multiply matrices whose batches repeat each other', () => {
    const columns = tf.tensor4d([1, 10], [2, 1, 1, 1]);
    const rows = tf.tensor3d([1, 2, 3], [3, 1, 1]);
    expect(values((a, b) => tf.matMul(a, b), columns, rows)).toEqual([
      [[[1]], [[2]], [[3]]],
      [[[10]], [[20]], [[30]]],
    ]);
  });

  it('stride and dilate a depthwise convolution', () => {
    const line = tf.tensor4d([1, 2, 3, 4, 5, 6, 7], [1, 1, 7, 1]);
    const pair = tf.tensor4d([1, 10], [1, 2, 1, 1]);
    const both = (pad: 'valid' | 'same') => (x: tf.Tensor, filter: tf.Tensor) =>
      tf.depthwiseConv2d(x as tf.Tensor4D, filter as tf.Tensor4D, [1, 2], pad, 'NHWC', [1, 2]);
    // 1 + 10 * 3, 3 + 10 * 5, 5 + 10 * 7.
    expect(values(both('valid'), line, pair)).toEqual([[[[31], [53], [75]]]]);
    // One zero on either side: 0 + 10 * 2, 2 + 10 * 4, 4 + 10 * 6, 6 + 0.
    expect(values(both('same'), line, pair)).toEqual([[[[20], [42], [64], [6]]]]);
  });

  it('leave a tensor alive that an equation does not change', () => {
    expect(values((x) => tf.add(tf.einsum('ij->ij', x), x), tf.tensor2d([[1, 2]]))).toEqual([[2, 4]]);
  });

  it('transform every image of a batch', () => {
    const images = tf.tensor4d([1, 2, 3, 4], [2, 1, 2, 1]);
    const shift = tf.tensor2d([[1, 0, 1, 0, 1, 0, 0, 0]]);
    const moved = (x: tf.Tensor, t: tf.Tensor) => tf.image.transform(x as tf.Tensor4D, t as tf.Tensor2D);
    expect(values(moved, images, shift)).toEqual([[[[2], [0]]], [[[4], [0]]]]);
    const each = tf.tensor2d([
      [1, 0, 1, 0, 1, 0, 0, 0],
      [1, 0, 0, 0, 1, 0, 0, 0],
    ]);
    expect(values(moved, images, each)).toEqual([[[[2], [0]]], [[[3], [4]]]]);
  });

  it.each([
    [
      'add',
      tf.add,
      [
        [5, 1],
        [6, 2],
        [7, 3],
      ],
    ],
    [
      'sub',
      tf.sub,
      [
        [-3, 1],
        [-2, 2],
        [-1, 3],
      ],
    ],
    [
      'mul',
      tf.mul,
      [
        [4, 4],
        [8, 8],
        [12, 12],
      ],
    ],
  ] as const)('broadcast complex numbers: %s', (_name, fn, expected) => {
    const parts = tf.tensor1d([1, 2, 3]);
    const both = (x: tf.Tensor) => {
      const y = fn(tf.complex(x, x), tf.complex(tf.tensor1d([4]), tf.zeros([1])));
      return tf.stack([tf.real(y), tf.imag(y)], 1);
    };
    expect(values(both, parts)).toEqual(expected);
  });

  it('broadcast real numbers with complex ones', () => {
    const sum = (x: tf.Tensor) => {
      const y = tf
        .engine()
        .runKernel('Add', { a: x, b: tf.complex(tf.scalar(1), tf.scalar(2)) }) as tf.Tensor;
      return tf.stack([tf.real(y), tf.imag(y)]);
    };
    expect(values(sum, tf.tensor1d([1, 2]))).toEqual([
      [2, 3],
      [2, 2],
    ]);
  });
});
