// Part 3: a Lambda over two tensors, and three models that show both and what it makes of them.
import { input } from '@lamella/core';
import { lambda } from '@lamella/lambda';
import { dense, reLU, softmax } from '@lamella/layers';
import { adam } from '@lamella/training';
import { firstRow } from './compare.js';
import { addBoth } from './functions.js';
import type { Tutorial } from './tutorial.js';

export async function twoTensorNetwork(tutorial: Tutorial): Promise<void> {
  const { model, xTrain, yTrain, xTest, yTest, epochs, check } = tutorial;

  const inputLayer = input({ shape: [784], name: 'input_layer' });
  const dense1 = dense({ units: 500, name: 'dense_layer_1' }).apply(inputLayer);
  const relu1 = reLU({ name: 'relu_layer_1' }).apply(dense1);
  const dense2 = dense({ units: 250, name: 'dense_layer_2' }).apply(relu1);
  const relu2 = reLU({ name: 'relu_layer_2' }).apply(dense2);
  const dense3 = dense({ units: 20, name: 'dense_layer_3' }).apply(relu2);
  const relu3 = reLU({ name: 'relu_layer_3' }).apply(dense3);
  const sum = lambda(addBoth, { name: 'lambda_layer' }).apply([dense3, relu3]);
  const dense4 = dense({ units: 10, name: 'dense_layer_4' }).apply(sum);
  const output = softmax({ name: 'output_layer' }).apply(dense4);

  const net = model({ inputs: inputLayer, outputs: output, name: 'model' });
  const beforeLambda1 = model({ inputs: inputLayer, outputs: dense3, name: 'before_lambda_model1' });
  const beforeLambda2 = model({ inputs: inputLayer, outputs: relu3, name: 'before_lambda_model2' });
  const afterLambda = model({ inputs: inputLayer, outputs: sum, name: 'after_lambda_model' });

  net.compile({
    optimizer: adam({ learningRate: 0.0005 }),
    loss: 'categorical_crossentropy',
    metrics: ['accuracy'],
  });
  await net.fit(xTrain, yTrain, {
    epochs: Math.min(epochs, 2),
    batchSize: 256,
    validationData: [xTest, yTest],
  });

  const m1 = await beforeLambda1.predict(xTrain);
  const m2 = await beforeLambda2.predict(xTrain);
  const m3 = await afterLambda.predict(xTrain);
  console.log(`\nThe first row of dense_layer_3:\n${firstRow(m1)}`);
  console.log(`The first row of relu_layer_3:\n${firstRow(m2)}`);
  console.log(`The first row after the Lambda:\n${firstRow(m3)}\n`);
  check(
    'relu_layer_3 is dense_layer_3 where that is positive',
    m2.data.every((value, i) => Math.abs(value - Math.max(0, m1.data[i]!)) < 1e-4),
  );
  check(
    'the Lambda adds its two tensors',
    m3.data.every((value, i) => Math.abs(value - (m1.data[i]! + m2.data[i]!)) < 1e-4),
  );
}
