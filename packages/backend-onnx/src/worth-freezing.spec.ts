import { describe, expect, it } from '@jest/globals';
import { Weight } from '@lamella/core';
import { capture, HostTensor, type Shape } from '@lamella/program';
import * as tf from '@tensorflow/tfjs-core';
import { isWorthFreezing, lastingStates, worthFreezing } from './worth-freezing.js';

const weights = (...shapes: Shape[]): Weight[] =>
  shapes.map((shape, i) => new Weight({ name: `w${i}`, owner: 'fn', value: HostTensor.zeros(shape) }));

/** The weights that are to be built in, where all could be; x is of shape [2, 4, 4, 3]. */
function builtIn(
  shapes: readonly Shape[],
  fn: (x: tf.Tensor4D, ...read: tf.Tensor[]) => tf.Tensor,
): string[] {
  const all = weights(...shapes);
  const { program } = capture(
    (x) => fn(x as tf.Tensor4D, ...all.map((weight) => weight.read())),
    [{ name: 'x', shape: [2, 4, 4, 3], dtype: 'float32' }],
  );
  const known = new Map(
    program.inputs.flatMap(({ kind, id }, index) =>
      kind === 'state' ? [[index, HostTensor.zeros(program.type(id).shape)] as const] : [],
    ),
  );
  const found = [...worthFreezing(program, known).keys()].map((index) => program.inputs[index]!.name);
  expect(isWorthFreezing(program)).toBe(found.length > 0);
  return found;
}

describe('weights worth building in', () => {
  it('are none where they are multiplied with and added', () => {
    expect(builtIn([[3, 5], [5]], (x, w, b) => tf.add(tf.matMul(tf.reshape(x, [-1, 3]), w!), b!))).toEqual(
      [],
    );
  });

  it('are filters, and what is added to convolutions, but not matrices beside them', () => {
    const fn = (x: tf.Tensor4D, filter: tf.Tensor, bias: tf.Tensor, kernel: tf.Tensor): tf.Tensor => {
      const places = tf.add(tf.conv2d(x, filter as tf.Tensor4D, 1, 'same'), bias);
      return tf.matMul(tf.reshape(places, [2, -1]), tf.reshape(kernel, [80, 7]));
    };
    const found = builtIn([[3, 3, 3, 5], [5], [80, 7]], fn);
    expect(found).toHaveLength(2);
    expect(found.join()).not.toContain('w2');
  });

  it('are those of which something is computed that depends on nothing else', () => {
    const found = builtIn(
      [
        [5, 3],
        [9, 3],
      ],
      (x, w, table) =>
        tf.add(
          tf.matMul(tf.reshape(x, [-1, 3]), tf.transpose(w!)),
          tf.sum(tf.gather(table!, tf.argMax(tf.reshape(x, [-1, 3]), 1))),
        ),
    );
    expect(found).toHaveLength(1);
    expect(found.join()).toContain('w0');
  });

  /** What of a filter, a matrix and a single number lasts in a step; `update` says what it assigns. */
  function lasting(
    update: (filter: Weight, matrix: Weight, number: Weight, out: tf.Tensor) => void,
  ): string[] {
    const [filter, matrix, number] = weights([3, 3, 3, 5], [80, 2], []) as [Weight, Weight, Weight];
    const { program } = capture(
      (x) => {
        const places = tf.conv2d(x as tf.Tensor4D, filter.read() as tf.Tensor4D, 1, 'same');
        const out = tf.matMul(tf.reshape(places, [2, -1]), matrix.read() as tf.Tensor2D);
        update(filter, matrix, number, out);
        return tf.mul(out, number.read());
      },
      [{ name: 'x', shape: [2, 4, 4, 3], dtype: 'float32' }],
    );
    return lastingStates(program).map((index) => program.inputs[index]!.name.split('/').at(-1)!);
  }

  it('are in a step those that it does not train, but no learning rate', () => {
    expect(lasting((_, matrix) => matrix.assign(tf.mul(matrix.read(), 2)))).toEqual(['w0']);
  });

  it('are none in a step that only counts, or trains them', () => {
    expect(lasting((_, __, number, out) => number.assign(tf.add(number.read(), tf.sum(out))))).toEqual([]);
    const all = lasting((filter, matrix) => {
      for (const weight of [filter, matrix]) weight.assign(tf.mul(weight.read(), 2));
    });
    expect(all).toEqual([]);
  });
});
