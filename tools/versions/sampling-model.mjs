// The tutorial's sampling model, small, with a function of its own and data that any process can make again.
import * as tf from '@tensorflow/tfjs-core';
import { input, setRandomSeed } from '@lamella/core';
import { lambda, namedFunction } from '@lamella/lambda';
import { dense, softmax } from '@lamella/layers';
import { HostTensor, random } from '@lamella/program';
import { adam } from '@lamella/training';

/** Draws from the normal distribution of the given mean and log-variance. */
export const sampling = namedFunction('tutorial>sampling', (/** @type {tf.Tensor[]} */ [mean, logVariance]) =>
  tf.add(mean, tf.mul(tf.exp(tf.mul(logVariance, 0.5)), random.normal(mean.shape))),
);

/**
 * The compiled model.
 * @param {{ model: typeof import('@lamella/training').model }} composition
 */
export function samplingModel({ model }) {
  setRandomSeed(7);
  const x = input({ shape: [16], name: 'x' });
  const hidden = dense({ units: 24, activation: 'relu', name: 'hidden' }).apply(x);
  const mean = dense({ units: 8, name: 'mean' }).apply(hidden);
  const logVariance = dense({ units: 8, name: 'log_variance' }).apply(hidden);
  const sample = lambda(sampling, { name: 'sampling' }).apply([mean, logVariance]);
  const shifted = lambda((/** @type {tf.Tensor} */ y) => tf.add(y, 2), { name: 'no_name' }).apply(sample);
  const output = softmax({ name: 'output' }).apply(dense({ units: 4, name: 'logits' }).apply(shifted));
  const net = model({ inputs: x, outputs: output, name: 'sampling_model' });
  net.compile({ optimizer: adam({ learningRate: 0.01 }), loss: 'categorical_crossentropy' });
  return net;
}

/** Rows and one-hot labels, the same everywhere: no function of Math that may differ in the last bit. */
export function data() {
  const x = Float32Array.from({ length: 50 * 16 }, (_, i) => ((i * 37) % 101) / 50 - 1);
  const y = new Float32Array(50 * 4);
  for (let row = 0; row < 50; row++) y[row * 4 + (row % 4)] = 1;
  return { x: new HostTensor(x, [50, 16]), y: new HostTensor(y, [50, 4]) };
}

/**
 * What a loaded model computes: predictions, the losses of three epochs, and predictions after them.
 * @param {import('@lamella/training').Model<import('@tensorflow/tfjs-core').Tensor, import('@tensorflow/tfjs-core').Tensor>} net
 */
export async function compute(net) {
  const { x, y } = data();
  const before = Array.from((await net.predict(x)).data);
  const { history } = await net.fit(x, y, { epochs: 3, batchSize: 16, verbose: 0 });
  return { before, losses: history.loss ?? [], after: Array.from((await net.predict(x)).data) };
}
