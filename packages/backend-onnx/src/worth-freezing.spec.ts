import { describe, expect, it } from '@jest/globals';
import { Weight } from '@lamella/core';
import { capture, HostTensor, type Shape } from '@lamella/program';
import * as tf from '@tensorflow/tfjs-core';
import { isWorthFreezing, worthFreezing } from './worth-freezing.js';

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

  it('are none in a step that updates', () => {
    const [filter] = weights([3, 3, 3, 5]);
    const { program } = capture(
      (x) => {
        const places = tf.conv2d(x as tf.Tensor4D, filter!.read() as tf.Tensor4D, 1, 'same');
        filter!.assign(tf.mul(filter!.read(), 2));
        return places;
      },
      [{ name: 'x', shape: [2, 4, 4, 3], dtype: 'float32' }],
    );
    expect(isWorthFreezing(program)).toBe(false);
  });
});
