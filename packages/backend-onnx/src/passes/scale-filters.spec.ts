import { beforeAll, describe, expect, it } from '@jest/globals';
import '@tensorflow/tfjs-backend-cpu';
import { Weight } from '@lamella/core';
import { capture, HostTensor, replay, type Program, type Shape } from '@lamella/program';
import * as tf from '@tensorflow/tfjs-core';
import { scaleFilters } from './scale-filters.js';

beforeAll(() => tf.setBackend('cpu'));

const waves = (shape: Shape, phase = 0): HostTensor => {
  const zeros = HostTensor.zeros(shape);
  zeros.data.forEach((_, i) => (zeros.data[i] = Math.sin(i + phase)));
  return zeros;
};
const weight = (shape: Shape, phase: number): Weight =>
  new Weight({ name: `w${phase}`, owner: 'fn', value: waves(shape, phase) });

type Fn = (x: tf.Tensor4D, filter: tf.Tensor4D, factor: tf.Tensor) => tf.Tensor | tf.Tensor[];

/** Four-dimensional products after the pass, once it is known to compute the same. */
function productsLeft(fn: Fn, filter: Shape, factor: Shape): number {
  const [w, s] = [weight(filter, 1), weight(factor, 2)];
  const { program } = capture(
    (x) => fn(x as tf.Tensor4D, w.read() as tf.Tensor4D, s.read()),
    [{ name: 'x', shape: [2, 5, 5, 3], dtype: 'float32' }],
  );
  const after = scaleFilters(program);
  const given = { x: waves([2, 5, 5, 3]), w1: waves(filter, 1), w2: waves(factor, 2) };
  const [found, expected] = [after, program].map((form) =>
    tf.tidy(() => {
      const inputs = form.inputs.map(({ name }) => given[name.split('/').at(-1) as 'x'].tensor());
      return replay(form, inputs).map((tensor) => [...tensor.dataSync()]);
    }),
  ) as [number[][], number[][]];
  expected.forEach((values, i) => values.forEach((value, k) => expect(found[i]![k]).toBeCloseTo(value, 4)));
  const isImage = (form: Program, id: number): boolean =>
    form.type(id).shape.length === 4 && form.type(id).shape[0] === 2;
  return after.nodes.filter(({ kernel, outputs }) => kernel === 'Multiply' && isImage(after, outputs[0]!))
    .length;
}

describe('filters are scaled in place of what they give', () => {
  it('of a convolution, and of one for each channel', () => {
    expect(productsLeft((x, w, s) => tf.mul(tf.conv2d(x, w, 1, 'same'), s), [3, 3, 3, 4], [4])).toBe(0);
    const depthwise: Fn = (x, w, s) =>
      tf.add(1, tf.mul(tf.sqrt(tf.abs(s)), tf.depthwiseConv2d(x, w, 2, 'valid')));
    expect(productsLeft(depthwise, [3, 3, 3, 2], [6])).toBe(0);
  });

  it('but not where others read that, or the factors come from the input or are no channels', () => {
    const both: Fn = (x, w, s) => {
      const maps = tf.conv2d(x, w, 1, 'same');
      return [tf.mul(maps, s), maps];
    };
    expect(productsLeft(both, [3, 3, 3, 4], [4])).toBe(1);
    const attentive: Fn = (x, w, s) => {
      const maps = tf.conv2d(x, w, 1, 'same');
      return tf.mul(maps, tf.add(s, tf.mean(x)));
    };
    expect(productsLeft(attentive, [3, 3, 3, 4], [4])).toBe(1);
    expect(productsLeft((x, w, s) => tf.mul(tf.conv2d(x, w, 1, 'same'), s), [3, 3, 3, 4], [1])).toBe(1);
    expect(productsLeft((x, w, s) => tf.mul(tf.conv2d(x, w, 1, 'same'), s), [3, 3, 3, 4], [5, 4])).toBe(1);
  });
});
