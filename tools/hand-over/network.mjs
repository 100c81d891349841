// What is handed over: a classifier with two Lambdas, ways to train it, and rows that any run makes again.
import * as tf from '@tensorflow/tfjs-core';
import { input, setRandomSeed } from '@lamella/core';
import { lambda, namedFunction } from '@lamella/lambda';
import { dense, softmax } from '@lamella/layers';
import { HostTensor } from '@lamella/program';
import { adam, exponentialDecay, sgd } from '@lamella/training';

const [rows, features, classes] = [160, 16, 4];

/** A function of the application's own, which neither Keras nor the Lamella that takes the model back has. */
export const swish = namedFunction('hand_over>swish', (/** @type {tf.Tensor} */ x) =>
  tf.mul(x, tf.sigmoid(x)),
);

/** Optimizers whose every step depends on the steps before: by slots, by the number of the step, by a schedule. */
export const optimizers = {
  Adam: () => adam({ learningRate: 0.005, weightDecay: 0.01 }),
  SGD: () =>
    sgd({
      learningRate: exponentialDecay({ initialLearningRate: 0.05, decaySteps: 10, decayRate: 0.8 }),
      momentum: 0.9,
      nesterov: true,
      clipnorm: 1,
    }),
};

/**
 * The compiled model.
 * @param {{ model: typeof import('@lamella/training').model }} composition
 * @param {keyof typeof optimizers} optimizer
 */
export function network({ model }, optimizer) {
  setRandomSeed(11);
  const x = input({ shape: [features], name: 'x' });
  const hidden = dense({ units: 24, name: 'hidden' }).apply(x);
  const swished = lambda(swish, { name: 'swish' }).apply(hidden);
  const centred = lambda((/** @type {tf.Tensor} */ h) => tf.sub(h, tf.mean(h, -1, true)), {
    name: 'centred',
  }).apply(swished);
  const output = softmax({ name: 'output' }).apply(dense({ units: classes, name: 'logits' }).apply(centred));
  const net = model({ inputs: x, outputs: output, name: 'classifier' });
  net.compile({
    optimizer: optimizers[optimizer](),
    loss: 'categorical_crossentropy',
    metrics: ['accuracy'],
  });
  return net;
}

/** Rows and one-hot labels that depend on them: there is something to learn. */
export function data() {
  const x = Float32Array.from(
    { length: rows * features },
    (_, i) => ((i * 37 + (i >> 4) * 11) % 101) / 50 - 1,
  );
  const y = new Float32Array(rows * classes);
  for (let row = 0; row < rows; row++) {
    const scores = Array.from(
      { length: classes },
      (_, k) => x[row * features + k] + x[row * features + k + 5],
    );
    y[row * classes + scores.indexOf(Math.max(...scores))] = 1;
  }
  return { x: new HostTensor(x, [rows, features]), y: new HostTensor(y, [rows, classes]) };
}
