// Part 4: a Lambda that samples around one tensor as widely as another says.
import type * as tf from '@tensorflow/tfjs-core';
import { input } from '@lamella/core';
import { lambda } from '@lamella/lambda';
import { dense, reLU, softmax } from '@lamella/layers';
import { adam, type Model } from '@lamella/training';
import { firstRow, isIdentical } from './compare.js';
import { sampling } from './functions.js';
import type { Tutorial } from './tutorial.js';

/** The architecture alone: part 5 makes it a second time. */
export function samplingModel({ model }: Tutorial): Model<tf.Tensor, tf.Tensor> {
  const inputLayer = input({ shape: [784], name: 'input_layer' });
  const dense1 = dense({ units: 500, name: 'dense_layer_1' }).apply(inputLayer);
  const relu1 = reLU({ name: 'relu_layer_1' }).apply(dense1);
  const dense2 = dense({ units: 250, name: 'dense_layer_2' }).apply(relu1);
  const relu2 = reLU({ name: 'relu_layer_2' }).apply(dense2);
  const dense3 = dense({ units: 20, name: 'dense_layer_3' }).apply(relu2);
  const relu3 = reLU({ name: 'relu_layer_3' }).apply(dense3);
  const sample = lambda(sampling, { name: 'lambda_layer' }).apply([dense3, relu3]);
  const dense4 = dense({ units: 10, name: 'dense_layer_4' }).apply(sample);
  const output = softmax({ name: 'output_layer' }).apply(dense4);
  // The samples follow the seed: one seed, one prediction.
  const net = model({ inputs: inputLayer, outputs: output, name: 'model', seed: 42 });
  net.compile({
    optimizer: adam({ learningRate: 0.0005 }),
    loss: 'categorical_crossentropy',
    metrics: ['accuracy'],
  });
  return net;
}

/** Trains it, and returns it for part 5. */
export async function samplingNetwork(tutorial: Tutorial): Promise<Model<tf.Tensor, tf.Tensor>> {
  const { xTrain, yTrain, xTest, yTest, epochs, check } = tutorial;
  const net = samplingModel(tutorial);
  net.summary();
  await net.fit(xTrain, yTrain, {
    epochs: Math.min(epochs, 2),
    batchSize: 256,
    validationData: [xTest, yTest],
  });

  const scores = await net.predict(xTest);
  console.log(`\nThe scores of the first test image:\n${firstRow(scores)}\n`);
  check('two predictions draw the same samples', isIdentical(await net.predict(xTest), scores));
  return net;
}
