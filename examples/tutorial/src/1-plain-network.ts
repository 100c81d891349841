// Part 1: a classifier built with the functional API, before any custom operation.
import { input } from '@lamella/core';
import { dense, reLU, softmax } from '@lamella/layers';
import { adam } from '@lamella/training';
import { check, type Data, type Lamella, type Options } from './setup.js';

export async function plainNetwork({ model }: Lamella, data: Data, options: Options): Promise<void> {
  const inputLayer = input({ shape: [784], name: 'input_layer' });
  const dense1 = dense({ units: 500, name: 'dense_layer_1' }).apply(inputLayer);
  const relu1 = reLU({ name: 'relu_layer_1' }).apply(dense1);
  const dense2 = dense({ units: 250, name: 'dense_layer_2' }).apply(relu1);
  const relu2 = reLU({ name: 'relu_layer_2' }).apply(dense2);
  const dense3 = dense({ units: 20, name: 'dense_layer_3' }).apply(relu2);
  const relu3 = reLU({ name: 'relu_layer_3' }).apply(dense3);
  const dense4 = dense({ units: 10, name: 'dense_layer_4' }).apply(relu3);
  const output = softmax({ name: 'output_layer' }).apply(dense4);
  const net = model({ inputs: inputLayer, outputs: output, name: 'plain_model' });

  net.compile({
    optimizer: adam({ learningRate: 0.0005 }),
    loss: 'categorical_crossentropy',
    metrics: ['accuracy'],
  });
  net.summary();
  const { history } = await net.fit(data.xTrain, data.yTrain, {
    epochs: Math.min(options.epochs, 2),
    batchSize: 256,
    validationData: [data.xTest, data.yTest],
  });
  const losses = history['loss']!;
  check('the plain network learns', losses.length < 2 || losses[losses.length - 1]! < losses[0]!);
}
