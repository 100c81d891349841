import { beforeAll, describe, expect, it } from '@jest/globals';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { capture, gradients, replay, type Program, type Shape } from '@lamella/program';
import { cropConvolutions } from './crop-convolutions.js';
import { prepareProgram } from './prepare-program.js';

type Network = (x: tf.Tensor4D, filter: tf.Tensor4D, bias: tf.Tensor1D) => tf.Tensor;

const filterShape = [3, 3, 2, 4];
const conv = (x: tf.Tensor4D, filter: tf.Tensor4D): tf.Tensor4D => tf.conv2d(x, filter, 1, 'valid');
const reluPool: Network = (x, filter, bias) =>
  tf.maxPool(tf.relu(tf.add(conv(x, filter), bias)) as tf.Tensor4D, 2, 2, 'valid');

/** A network on so large images, and the gradients of the sum of its squares by each input. */
function programOf(network: Network, [height, width]: readonly [number, number]): Program {
  const shapes = [[3, height, width, 2], filterShape, [4]];
  const { program } = capture(
    (...inputs) => {
      const y = network(...(inputs as [tf.Tensor4D, tf.Tensor4D, tf.Tensor1D]));
      const found = gradients(tf.sum(tf.square(y)), inputs as tf.Tensor[]);
      return [y, ...found.filter((gradient) => gradient !== null)];
    },
    shapes.map((shape, i) => ({ name: `x${i}`, shape, dtype: 'float32' as const })),
  );
  return prepareProgram(program);
}

/** The shapes of what nodes of a kernel give. */
const shapes = (program: Program, kernel: string): Shape[] =>
  program.nodes
    .filter((node) => node.kernel === kernel)
    .map(({ outputs }) => program.type(outputs[0]!).shape);

function valuesOf(program: Program): Float32Array[] {
  return tf.tidy(() => {
    const inputs = program.inputs.map(({ id }, seed) =>
      tf.randomUniform(program.type(id).shape as number[], -1, 1, 'float32', seed + 1),
    );
    return replay(program, inputs).map((tensor) => tensor.dataSync() as Float32Array);
  });
}

function expectSame(found: Program, expected: Program): void {
  const [a, b] = [valuesOf(found), valuesOf(expected)];
  expect(a).toHaveLength(b.length);
  a.forEach((values, i) => {
    expect(values).toHaveLength(b[i]!.length);
    values.forEach((value, k) => expect(Math.abs(value - b[i]![k]!)).toBeLessThan(1e-4));
  });
}

const networks: [name: string, network: Network, size: [number, number]][] = [
  ['a bias, ReLU and maxima', reluPool, [9, 8]],
  [
    'means, whose gradient is gated behind them',
    (x, filter, bias) => tf.avgPool(tf.relu(tf.add(conv(x, filter), bias)) as tf.Tensor4D, 3, 3, 'valid'),
    [9, 10],
  ],
  [
    'the gradient of tanh',
    (x, filter, bias) => tf.maxPool(tf.tanh(tf.add(conv(x, filter), bias)) as tf.Tensor4D, 2, 2, 'valid'),
    [9, 9],
  ],
  ['windows that overlap', (x, filter) => tf.maxPool(conv(x, filter), 3, 2, 'valid'), [8, 9]],
  [
    'a convolution with strides',
    (x, filter) => tf.maxPool(tf.conv2d(x, filter, [2, 1], 'valid'), 2, 2, 'valid'),
    [12, 7],
  ],
];

describe('cropConvolutions', () => {
  beforeAll(() => tf.setBackend('cpu'));

  it.each(networks)('changes no number where a convolution is followed by %s', (_, network, size) => {
    const program = programOf(network, size);
    const cropped = cropConvolutions(program);
    expect(cropped).not.toBe(program);
    expectSame(cropped, program);
  });

  it('computes only the places that windows reach, forwards and backwards', () => {
    const cropped = cropConvolutions(programOf(reluPool, [9, 8]));
    // 7 x 6 places, of which windows reach 6 x 6, from 8 x 8 elements of the image.
    for (const kernel of ['Conv2D', 'Relu', 'MaxPoolGrad'])
      expect(shapes(cropped, kernel)).toEqual([[3, 6, 6, 4]]);
    expect(shapes(cropped, 'Slice')).toEqual([[3, 8, 8, 2]]);
    expect(shapes(cropped, 'Conv2DBackpropInput')).toEqual([[3, 8, 8, 2]]);
    expect(shapes(cropped, 'PadV2')).toEqual([[3, 9, 8, 2]]);
  });

  it('leaves alone what is read to its edges', () => {
    const untouched: [network: Network, size: [number, number]][] = [
      [reluPool, [8, 8]],
      [(x, filter) => tf.maxPool(conv(x, filter), 2, 2, 'same'), [9, 9]],
      [(x, filter) => tf.mean(conv(x, filter), [1, 2]), [9, 9]],
      [(x, filter) => conv(x, filter), [9, 9]],
      [
        (x, filter) => {
          const y = conv(x, filter);
          return tf.add(tf.mean(y), tf.maxPool(y, 2, 2, 'valid'));
        },
        [9, 9],
      ],
      [
        (x, filter) =>
          tf.maxPool(
            tf.add(conv(x, filter), tf.reshape(tf.range(0, 7), [7, 1])) as tf.Tensor4D,
            2,
            2,
            'valid',
          ),
        [9, 9],
      ],
    ];
    for (const [network, size] of untouched) {
      const program = programOf(network, size);
      expect(cropConvolutions(program)).toBe(program);
    }
  });

  it('leaves alone what is hardly worth a copy', () => {
    const program = programOf(reluPool, [85, 84]);
    expect(cropConvolutions(program)).toBe(program);
  });
});
