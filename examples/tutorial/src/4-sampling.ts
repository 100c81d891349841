// Part 4: a Lambda that samples, saving and loading with it, and the way of saving weights only.
import { input } from '@lamella/core';
import { dense, reLU, softmax } from '@lamella/layers';
import { lambda } from '@lamella/lambda';
import { adam, type Model } from '@lamella/training';
import { sampling } from './functions.js';
import { check, outputPath, type Data, type Lamella, type Options } from './setup.js';

function build({ model }: Lamella): Model {
  const inputLayer = input({ shape: [784], name: 'input_layer' });
  const dense1 = dense({ units: 500, name: 'dense_layer_1' }).apply(inputLayer);
  const relu1 = reLU({ name: 'relu_layer_1' }).apply(dense1);
  const mean = dense({ units: 20, name: 'mean_layer' }).apply(relu1);
  const logVariance = dense({ units: 20, name: 'log_variance_layer' }).apply(relu1);
  const sample = lambda(sampling, { name: 'sampling_layer' }).apply([mean, logVariance]);
  const dense2 = dense({ units: 10, name: 'dense_layer_2' }).apply(sample);
  const output = softmax({ name: 'output_layer' }).apply(dense2);
  return model({ inputs: inputLayer, outputs: output, name: 'sampling_model', seed: 42 });
}

export async function samplingNetwork(lamella: Lamella, data: Data, options: Options): Promise<void> {
  const { saveModel, loadModel, saveWeights, loadWeights } = lamella;
  const net = build(lamella);
  net.compile({
    optimizer: adam({ learningRate: 0.0005 }),
    loss: 'categorical_crossentropy',
    metrics: ['accuracy'],
  });
  await net.fit(data.xTrain, data.yTrain, { epochs: Math.min(options.epochs, 2), batchSize: 256 });
  const wanted = await net.predict(data.xTest);

  // In Keras this is where it ends: the file holds Python bytecode. Here it holds the function's name and its Program.
  const modelPath = await outputPath(options, 'sampling_model.keras');
  await saveModel(net, modelPath);
  const loaded = await loadModel(modelPath);
  const same = await loaded.predict(data.xTest);
  check(
    `${modelPath} predicts the same after loading, samples included`,
    wanted.data.every((value, i) => Object.is(value, same.data[i])),
  );

  // The other way: weights only, into a model rebuilt by the same code.
  const weightsPath = await outputPath(options, 'sampling_model.weights.h5');
  await saveWeights(net, weightsPath);
  const rebuilt = build(lamella);
  await loadWeights(rebuilt, weightsPath);
  const rebuiltOutput = await rebuilt.predict(data.xTest);
  check(
    `${weightsPath} fills a rebuilt model that predicts the same`,
    wanted.data.every((value, i) => Object.is(value, rebuiltOutput.data[i])),
  );
}
