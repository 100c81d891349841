import { beforeAll, describe, expect, it } from '@jest/globals';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { capture } from '../capture.js';
import { kernels } from '../kernels.js';
import { gradients } from '../gradients.js';
import type { Program } from '../program.js';
import { replay } from '../replay.js';
import { argumentsFor, floats, tensorOf, type Sample } from '../testing/sample.js';

beforeAll(() => tf.setBackend('cpu'));

const activations = ['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu', 'prelu'] as const;
type Activation = (typeof activations)[number];

const expected: Readonly<Record<Activation, string[]>> = {
  linear: [],
  relu: ['Relu'],
  relu6: ['Relu6'],
  elu: ['Elu'],
  sigmoid: ['Sigmoid'],
  leakyrelu: ['LeakyRelu'],
  prelu: ['Prelu'],
};

const image = floats([1, 5, 4, 2], -2, 2);
const bias = floats([3], -1, 1);
const alpha = floats([3], 0.1, 0.5);

const fused = {
  matMul: {
    kernel: 'BatchMatMul',
    inputs: [floats([4, 2], -2, 2), floats([4, 3], -2, 2), bias, alpha],
    run: (activation: Activation) => (a: tf.Tensor, b: tf.Tensor, biases: tf.Tensor, slopes: tf.Tensor) =>
      tf.fused.matMul({
        ...{ a, b, bias: biases, activation, transposeA: true, leakyreluAlpha: 0.3 },
        ...(activation === 'prelu' && { preluActivationWeights: slopes }),
      }),
  },
  conv2d: {
    kernel: 'Conv2D',
    inputs: [image, floats([2, 3, 2, 3], -1, 1), bias, alpha],
    run:
      (activation: Activation) => (x: tf.Tensor, filter: tf.Tensor, biases: tf.Tensor, slopes: tf.Tensor) =>
        tf.fused.conv2d({
          ...{ x: x as tf.Tensor4D, filter: filter as tf.Tensor4D, bias: biases, activation },
          ...{ strides: [2, 1] as [number, number], pad: 'same' as const, leakyreluAlpha: 0.3 },
          ...(activation === 'prelu' && { preluActivationWeights: slopes }),
        }),
  },
  depthwiseConv2d: {
    kernel: 'DepthwiseConv2dNative',
    inputs: [image, floats([2, 3, 2, 2], -1, 1), floats([4], -1, 1), floats([4], 0.1, 0.5)],
    run:
      (activation: Activation) => (x: tf.Tensor, filter: tf.Tensor, biases: tf.Tensor, slopes: tf.Tensor) =>
        tf.fused.depthwiseConv2d({
          ...{ x: x as tf.Tensor4D, filter: filter as tf.Tensor4D, bias: biases, activation },
          ...{
            strides: 1,
            pad: 'valid' as const,
            dilations: [2, 1] as [number, number],
            leakyreluAlpha: 0.3,
          },
          ...(activation === 'prelu' && { preluActivationWeights: slopes }),
        }),
  },
};

function close(got: Iterable<number>, wanted: Iterable<number>): void {
  const [a, b] = [[...got], [...wanted]];
  expect(a).toHaveLength(b.length);
  b.forEach((value, i) => expect(Math.abs(a[i]! - value)).toBeLessThanOrEqual(1e-5 + 1e-5 * Math.abs(value)));
}

/** Reshapes left out: tfjs makes every fused matrix product one of batches. */
function kernelsOf({ nodes }: Program): string[] {
  return nodes.map(({ kernel }) => kernel).filter((kernel) => kernel !== 'Reshape');
}

const each = Object.entries(fused).flatMap(([name, one]) =>
  activations.map((activation) => ({ name, activation, ...one })),
);

describe('fused kernels', () => {
  it.each(each)('tf.fused.$name with $activation is written out', ({ kernel, inputs, run, activation }) => {
    const fn = run(activation) as (...xs: tf.Tensor[]) => tf.Tensor;
    const { program } = capture(fn, argumentsFor(inputs as Sample[]));
    expect(kernelsOf(program)).toEqual([kernel, 'Add', ...expected[activation]]);
    tf.tidy(() => {
      const tensors = (inputs as Sample[]).map(tensorOf);
      close(
        replay(program, tensors)[0]!.dataSync() as Float32Array,
        fn(...tensors).dataSync() as Float32Array,
      );
    });
  });

  it('have no bias where none is given', () => {
    const { program } = capture(
      (a, b) => tf.fused.matMul({ a, b }),
      [
        { name: 'a', shape: [2, 3], dtype: 'float32' },
        { name: 'b', shape: [3, 4], dtype: 'float32' },
      ],
    );
    expect(kernelsOf(program)).toEqual(['BatchMatMul']);
  });

  it('are differentiated whatever the activation, and leave custom gradients around them alone', () => {
    const reversed = tf.customGrad(((x: tf.Tensor) => ({
      value: tf.fused.matMul({ a: x, b: tf.tensor2d([[1], [-2]]), activation: 'sigmoid' }),
      gradFunc: (dy: tf.Tensor) => tf.mul(tf.ones([1, 2]), tf.mul(dy, -7)),
    })) as never);
    const { program } = capture(
      (x) => {
        const y = tf.fused.matMul({ a: x, b: tf.tensor2d([[1], [-2]]), activation: 'elu' });
        return [gradients(y, [x])[0]!, gradients(reversed(x), [x])[0]!];
      },
      [{ name: 'x', shape: [1, 2], dtype: 'float32' }],
    );
    const [slope, custom] = tf.tidy(() =>
      replay(program, [tf.tensor2d([[3, 1]])]).map((t) => [...t.dataSync()]),
    );
    expect(slope).toEqual([1, -2]);
    expect(custom).toEqual([-7, -7]);
  });

  it('are all here', () => {
    const fused = Object.entries(kernels).flatMap(([name, kernel]) => ('decompose' in kernel ? [name] : []));
    expect(fused.sort()).toEqual(['FusedConv2D', 'FusedDepthwiseConv2D', '_FusedMatMul']);
  });
});
