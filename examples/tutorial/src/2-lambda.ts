// Part 2: the same classifier with a Lambda that adds 2, looked at from both sides, saved and loaded.
import { input } from '@lamella/core';
import { dense, reLU, softmax } from '@lamella/layers';
import { lambda } from '@lamella/lambda';
import { adam } from '@lamella/training';
import { addTwo } from './functions.js';
import { check, firstRow, outputPath, type Data, type Lamella, type Options } from './setup.js';

export async function lambdaNetwork(
  { model, saveModel, loadModel }: Lamella,
  data: Data,
  options: Options,
): Promise<void> {
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

  const net = model({ inputs: inputLayer, outputs: output, name: 'model' });
  const beforeLambda = model({ inputs: inputLayer, outputs: dense3, name: 'before_lambda_model' });
  const afterLambda = model({ inputs: inputLayer, outputs: added, name: 'after_lambda_model' });

  net.compile({
    optimizer: adam({ learningRate: 0.0005 }),
    loss: 'categorical_crossentropy',
    metrics: ['accuracy'],
  });
  net.summary();
  await net.fit(data.xTrain, data.yTrain, {
    epochs: options.epochs,
    batchSize: 256,
    validationData: [data.xTest, data.yTest],
  });

  const before = await beforeLambda.predict(data.xTrain);
  const after = await afterLambda.predict(data.xTrain);
  console.log(`before the Lambda: ${firstRow(before)}`);
  console.log(`after the Lambda:  ${firstRow(after)}`);
  check(
    'the difference is 2 everywhere',
    before.data.every((value, i) => Math.abs(after.data[i]! - value - 2) < 1e-5),
  );

  const { accuracy } = await net.evaluate(data.xTest, data.yTest, { batchSize: 256 });
  const isWholeRun = options.epochs >= 20 && data.xTrain.shape[0] === 60_000;
  check(
    `the test accuracy is ${accuracy!.toFixed(4)}${isWholeRun ? ' (at least 0.975)' : ''}`,
    !isWholeRun || accuracy! >= 0.975,
  );

  const path = await outputPath(options, 'lambda_model.keras');
  await saveModel(net, path);
  const again = await loadModel(path);
  const [wanted, got] = [await net.predict(data.xTest), await again.predict(data.xTest)];
  check(
    `${path} predicts the same after loading`,
    wanted.data.every((value, i) => Object.is(value, got.data[i])),
  );
}
