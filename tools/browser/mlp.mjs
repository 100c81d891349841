// A small network with a Lambda and ten epochs of its training, the same in Node and in a page.
import * as tf from '@tensorflow/tfjs-core';
import { input, setRandomSeed } from '@lamella/core';
import { lambda } from '@lamella/lambda';
import { dense, softmax } from '@lamella/layers';
import { adam, model } from '@lamella/training';
import { data } from '../versions/sampling-model.mjs';

/**
 * What training on the given backend gives: the losses of ten epochs, and predictions after them.
 * @param {import('@lamella/core').Backend} backend
 */
export async function trainMlp(backend) {
  setRandomSeed(11);
  const x = input({ shape: [16], name: 'x' });
  const hidden = dense({ units: 32, activation: 'relu', name: 'hidden' }).apply(x);
  const shifted = lambda((/** @type {tf.Tensor} */ y) => tf.add(y, 2), { name: 'add_two' }).apply(hidden);
  const output = softmax({ name: 'output' }).apply(dense({ units: 4, name: 'logits' }).apply(shifted));
  const net = model({ inputs: x, outputs: output, name: 'mlp', backend });
  net.compile({ optimizer: adam({ learningRate: 0.01 }), loss: 'categorical_crossentropy' });
  const { x: rows, y: labels } = data();
  const { history } = await net.fit(rows, labels, { epochs: 10, batchSize: 16, verbose: 0 });
  return { losses: history.loss ?? [], predictions: Array.from((await net.predict(rows)).data) };
}
