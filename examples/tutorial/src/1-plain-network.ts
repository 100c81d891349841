// Part 1: a classifier built with the functional API, before any custom operation.
import { input } from '@lamella/core';
import { dense, reLU, softmax } from '@lamella/layers';
import { adam } from '@lamella/training';
import type { Tutorial } from './tutorial.js';

export async function plainNetwork(tutorial: Tutorial): Promise<void> {
  const { model, xTrain, yTrain, xTest, yTest, epochs, check } = tutorial;

  const inputLayer = input({ shape: [784], name: 'input_layer' });
  const dense1 = dense({ units: 500, name: 'dense_layer_1' }).apply(inputLayer);
  const relu1 = reLU({ name: 'relu_layer_1' }).apply(dense1);
  const dense2 = dense({ units: 250, name: 'dense_layer_2' }).apply(relu1);
  const relu2 = reLU({ name: 'relu_layer_2' }).apply(dense2);
  const dense3 = dense({ units: 20, name: 'dense_layer_3' }).apply(relu2);
  const relu3 = reLU({ name: 'relu_layer_3' }).apply(dense3);
  const dense4 = dense({ units: 10, name: 'dense_layer_4' }).apply(relu3);
  const output = softmax({ name: 'output_layer' }).apply(dense4);

  const net = model({ inputs: inputLayer, outputs: output, name: 'model' });
  net.compile({
    optimizer: adam({ learningRate: 0.0005 }),
    loss: 'categorical_crossentropy',
    metrics: ['accuracy'],
  });
  net.summary();

  // Two epochs show that it learns; the next part trains to the end.
  const { history } = await net.fit(xTrain, yTrain, {
    epochs: Math.min(epochs, 2),
    batchSize: 256,
    validationData: [xTest, yTest],
  });
  // Guessing one of ten digits has a loss of ln 10.
  check('the plain network learns', history['val_loss']!.at(-1)! < Math.log(10));
}
