// Part 3: a Lambda over two tensors.
import { input } from '@lamella/core';
import { lambda } from '@lamella/lambda';
import { dense, reLU, softmax } from '@lamella/layers';
import { adam } from '@lamella/training';
import { firstRow } from './compare.js';
import { weightedSum } from './functions.js';
import type { Tutorial } from './tutorial.js';

export async function twoTensorNetwork(tutorial: Tutorial): Promise<void> {
  const { model, xTrain, yTrain, xTest, epochs, check } = tutorial;

  const inputLayer = input({ shape: [784], name: 'input_layer' });
  const dense1 = dense({ units: 500, name: 'dense_layer_1' }).apply(inputLayer);
  const relu1 = reLU({ name: 'relu_layer_1' }).apply(dense1);
  const left = dense({ units: 20, name: 'dense_layer_2a' }).apply(relu1);
  const right = dense({ units: 20, name: 'dense_layer_2b' }).apply(relu1);
  const mixed = lambda(weightedSum, { name: 'lambda_layer' }).apply([left, right]);
  const relu2 = reLU({ name: 'relu_layer_2' }).apply(mixed);
  const dense3 = dense({ units: 10, name: 'dense_layer_3' }).apply(relu2);
  const output = softmax({ name: 'output_layer' }).apply(dense3);

  const net = model({ inputs: inputLayer, outputs: output, name: 'two_tensor_model' });
  const inside = model({ inputs: inputLayer, outputs: [left, right, mixed], name: 'inside_model' });

  net.compile({
    optimizer: adam({ learningRate: 0.0005 }),
    loss: 'categorical_crossentropy',
    metrics: ['accuracy'],
  });
  await net.fit(xTrain, yTrain, { epochs: Math.min(epochs, 2), batchSize: 256 });

  const [a, b, c] = await inside.predictAll(xTest);
  console.log(`\nThe first tensor:\n${firstRow(a!)}`);
  console.log(`The second tensor:\n${firstRow(b!)}`);
  console.log(`0.7 of the first and 0.3 of the second:\n${firstRow(c!)}\n`);
  check(
    'the Lambda mixes its two tensors',
    c!.data.every((value, i) => Math.abs(value - (0.7 * a!.data[i]! + 0.3 * b!.data[i]!)) < 1e-4),
  );
}
