// Part 4: a Lambda that samples, saving and loading with it, and the way of saving weights only.
import { input } from '@lamella/core';
import { lambda } from '@lamella/lambda';
import { dense, reLU, softmax } from '@lamella/layers';
import { adam, type Model } from '@lamella/training';
import { isIdentical } from './compare.js';
import { sampling } from './functions.js';
import type { Tutorial } from './tutorial.js';

function build({ model }: Tutorial): Model {
  const inputLayer = input({ shape: [784], name: 'input_layer' });
  const dense1 = dense({ units: 500, name: 'dense_layer_1' }).apply(inputLayer);
  const relu1 = reLU({ name: 'relu_layer_1' }).apply(dense1);
  const mean = dense({ units: 20, name: 'mean_layer' }).apply(relu1);
  const logVariance = dense({ units: 20, name: 'log_variance_layer' }).apply(relu1);
  const sample = lambda(sampling, { name: 'sampling_layer' }).apply([mean, logVariance]);
  const dense2 = dense({ units: 10, name: 'dense_layer_2' }).apply(sample);
  const output = softmax({ name: 'output_layer' }).apply(dense2);
  // The samples follow the seed: one seed, one prediction.
  return model({ inputs: inputLayer, outputs: output, name: 'sampling_model', seed: 42 });
}

export async function samplingNetwork(tutorial: Tutorial): Promise<void> {
  const { saveModel, loadModel, saveWeights, loadWeights } = tutorial;
  const { xTrain, yTrain, xTest, epochs, check, file } = tutorial;

  const net = build(tutorial);
  net.compile({
    optimizer: adam({ learningRate: 0.0005 }),
    loss: 'categorical_crossentropy',
    metrics: ['accuracy'],
  });
  net.summary();
  await net.fit(xTrain, yTrain, { epochs: Math.min(epochs, 2), batchSize: 256 });
  const wanted = await net.predict(xTest);

  await saveModel(net, file('sampling_model.keras'));
  const loaded = await loadModel(file('sampling_model.keras'));
  check(
    'sampling_model.keras predicts the same after loading, samples included',
    isIdentical(await loaded.predict(xTest), wanted),
  );

  // The other way: weights only, into a model rebuilt by the same code.
  await saveWeights(net, file('sampling_model.weights.h5'));
  const rebuilt = build(tutorial);
  await loadWeights(rebuilt, file('sampling_model.weights.h5'));
  check(
    'sampling_model.weights.h5 fills a rebuilt model that predicts the same',
    isIdentical(await rebuilt.predict(xTest), wanted),
  );
}
