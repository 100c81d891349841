// Part 2: the same classifier with a Lambda that adds 2, looked at from both sides, saved and loaded.
import { input } from '@lamella/core';
import { lambda } from '@lamella/lambda';
import { dense, reLU, softmax } from '@lamella/layers';
import { adam } from '@lamella/training';
import { addTwo } from './functions.js';
import { differences, firstRow, isIdentical } from './compare.js';
import type { Tutorial } from './tutorial.js';

export async function lambdaNetwork(tutorial: Tutorial): Promise<void> {
  const { model, saveModel, loadModel, withoutFunctions } = tutorial;
  const { xTrain, yTrain, xTest, yTest, epochs, check, file } = tutorial;

  const inputLayer = input({ shape: [784], name: 'input_layer' });
  const dense1 = dense({ units: 500, name: 'dense_layer_1' }).apply(inputLayer);
  const relu1 = reLU({ name: 'relu_layer_1' }).apply(dense1);
  const dense2 = dense({ units: 250, name: 'dense_layer_2' }).apply(relu1);
  const relu2 = reLU({ name: 'relu_layer_2' }).apply(dense2);
  const dense3 = dense({ units: 20, name: 'dense_layer_3' }).apply(relu2);
  const added = lambda(addTwo, { name: 'lambda_layer' }).apply(dense3);
  const relu3 = reLU({ name: 'relu_layer_3' }).apply(added);
  const dense4 = dense({ units: 10, name: 'dense_layer_4' }).apply(relu3);
  const output = softmax({ name: 'output_layer' }).apply(dense4);

  // Three models over the same layers: they share their weights.
  const net = model({ inputs: inputLayer, outputs: output, name: 'model' });
  const beforeLambda = model({ inputs: inputLayer, outputs: dense3, name: 'before_lambda_model' });
  const afterLambda = model({ inputs: inputLayer, outputs: added, name: 'after_lambda_model' });

  net.compile({
    optimizer: adam({ learningRate: 0.0005 }),
    loss: 'categorical_crossentropy',
    metrics: ['accuracy'],
  });
  net.summary();
  await net.fit(xTrain, yTrain, { epochs, batchSize: 256, validationData: [xTest, yTest] });

  const m1 = await beforeLambda.predict(xTrain);
  const m2 = await afterLambda.predict(xTrain);
  const difference = differences(m2, m1);
  console.log(`\nThe first row before the Lambda:\n${firstRow(m1)}`);
  console.log(`The first row after the Lambda:\n${firstRow(m2)}`);
  console.log(`The difference:\n${firstRow(difference)}\n`);
  check(
    'the difference is 2 everywhere',
    difference.data.every((value) => Math.abs(value - 2) < 1e-4),
  );

  const { accuracy } = await net.evaluate(xTest, yTest, { batchSize: 256 });
  const isWhole = epochs >= 20 && xTrain.shape[0] === 60_000;
  check(
    `the test accuracy is ${accuracy!.toFixed(4)}${isWhole ? ', at least 0.975' : ''}`,
    !isWhole || accuracy! >= 0.975,
  );

  // In Keras this is where it ends: its file holds Python bytecode. Here it holds the function's name and its Program.
  const wanted = await net.predict(xTest);
  await saveModel(net, file('lambda_model.keras'));
  const again = await loadModel(file('lambda_model.keras'));
  check(
    'lambda_model.keras predicts the same after loading',
    isIdentical(await again.predict(xTest), wanted),
  );

  // A program that never heard of add_two runs the Program that the file holds.
  const stranger = await withoutFunctions.loadModel(file('lambda_model.keras'));
  check(
    'lambda_model.keras predicts the same where add_two is unknown',
    isIdentical(await stranger.predict(xTest), wanted),
  );
}
