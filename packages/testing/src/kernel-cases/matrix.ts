// Cases of matrix products and normalization.
import * as tf from '@tensorflow/tfjs-core';
import { floats, integers, type KernelCase } from '../kernel-case.js';

const sides = [false, true].flatMap((transposeA) =>
  [false, true].map((transposeB) => ({ transposeA, transposeB })),
);

function matMul(batchA: readonly number[], batchB: readonly number[], name: string): KernelCase[] {
  return sides.map(({ transposeA, transposeB }) => ({
    name: `matMul of ${name}${transposeA ? ', the left one transposed' : ''}${transposeB ? ', the right one transposed' : ''}`,
    fn: (a, b) => tf.matMul(a!, b!, transposeA, transposeB),
    inputs: [
      floats([...batchA, ...(transposeA ? [4, 3] : [3, 4])]),
      floats([...batchB, ...(transposeB ? [5, 4] : [4, 5])], -1, 1),
    ],
    withGradient: true,
  }));
}

export const matrixCases: readonly KernelCase[] = [
  ...matMul([], [], 'two matrices'),
  ...matMul([2], [2], 'batches'),
  ...matMul([2], [1], 'a batch and one matrix'),
  {
    name: 'matMul of integers',
    fn: (a, b) => tf.matMul(a!, b!),
    inputs: [integers([2, 3], 9), integers([3, 2], 7)],
  },
  {
    name: 'matMul over no elements',
    fn: (a) => tf.add(tf.matMul(a!, tf.zeros([0, 3])), 1),
    inputs: [floats([2, 0])],
  },
  {
    name: 'dot',
    fn: (a, b) => [tf.dot(a!, b!), tf.outerProduct(a as tf.Tensor1D, b as tf.Tensor1D)],
    inputs: [floats([4]), floats([4], 0, 1)],
  },
  {
    name: 'einsum',
    fn: (a, b) => [tf.einsum('ij,jk->ik', a!, b!), tf.einsum('ij,ij->i', a!, tf.transpose(b!))],
    inputs: [floats([2, 3]), floats([3, 2])],
  },
  {
    name: 'a dense layer',
    fn: (x, kernel, bias) => tf.relu(tf.add(tf.matMul(x!, kernel!), bias!)),
    inputs: [floats([4, 6]), floats([6, 3], -1, 1), floats([3], -0.5, 0.5)],
    withGradient: true,
  },
  {
    name: 'dense layers with ReLU between them, the first result read twice',
    fn: (x, kernel, bias) => {
      const hidden = tf.add(tf.matMul(x!, kernel!), bias!);
      return tf.mul(tf.matMul(tf.relu(hidden), tf.transpose(kernel!)), tf.sum(hidden));
    },
    inputs: [floats([4, 6]), floats([6, 3], -1, 1), floats([3], -0.5, 0.5)],
    withGradient: true,
  },
  {
    name: 'softmax and the cross-entropy of its clipped probabilities',
    fn: (logits, targets) => {
      const p = tf.softmax(logits!);
      const clipped = tf.clipByValue(tf.div(p, tf.sum(p, -1, true)), 1e-3, 0.9);
      return tf.neg(tf.sum(tf.mul(targets!, tf.log(clipped)), -1));
    },
    inputs: [floats([4, 5], -4, 4), floats([4, 5], 0, 1)],
    withGradient: true,
  },
  {
    name: 'a dense layer over a sequence',
    fn: (x, kernel, bias) => tf.tanh(tf.add(tf.matMul(x!, tf.expandDims(kernel!, 0)), bias!)),
    inputs: [floats([2, 3, 4]), floats([4, 5], -1, 1), floats([5])],
    withGradient: true,
  },
  {
    name: 'fused matMul with bias and activation',
    fn: (a, b, bias) =>
      tf.fused.matMul({ a: a as tf.Tensor2D, b: b as tf.Tensor2D, bias: bias!, activation: 'relu' }),
    inputs: [floats([3, 4]), floats([4, 2]), floats([2])],
  },
  {
    name: 'batchNorm',
    fn: (x, mean, variance, offset, scale) =>
      tf.batchNorm(
        x!,
        mean as tf.Tensor1D,
        variance as tf.Tensor1D,
        offset as tf.Tensor1D,
        scale as tf.Tensor1D,
        1e-3,
      ),
    inputs: [
      floats([2, 3, 3, 4]),
      floats([4]),
      floats([4], 0.2, 2),
      floats([4], 0, 1),
      floats([4], 0.5, 1.5),
    ],
    withGradient: true,
  },
  {
    name: 'batchNorm without scale and offset',
    fn: (x, mean, variance) => tf.batchNorm(x!, mean as tf.Tensor1D, variance as tf.Tensor1D),
    inputs: [floats([5, 4]), floats([4]), floats([4], 0.2, 2)],
  },
  {
    name: 'layer normalization',
    fn: (x) => {
      const { mean, variance } = tf.moments(x!, -1, true);
      return tf.div(tf.sub(x!, mean), tf.sqrt(tf.add(variance, 1e-3)));
    },
    inputs: [floats([3, 6])],
    withGradient: true,
  },
  {
    name: 'localResponseNormalization',
    fn: (x) => tf.localResponseNormalization(x as tf.Tensor4D, 2, 1, 0.5, 0.75),
    inputs: [floats([1, 2, 2, 6])],
    withGradient: true,
  },
  {
    name: 'fft, ifft and the sizes of complex numbers',
    fn: (x, y) => {
      const spectrum = tf.fft(tf.complex(x!, y!));
      const signal = tf.ifft(spectrum);
      return [tf.abs(spectrum), tf.real(signal), tf.imag(signal)];
    },
    inputs: [floats([2, 5]), floats([2, 5], 0, 1)],
  },
];
