// Part 3: a Lambda over two tensors.
import { input } from '@lamella/core';
import { dense, reLU, softmax } from '@lamella/layers';
import { lambda } from '@lamella/lambda';
import { adam } from '@lamella/training';
import { weightedSum } from './functions.js';
import { check, type Data, type Lamella, type Options } from './setup.js';

export async function twoTensorNetwork({ model }: Lamella, data: Data, options: Options): Promise<void> {
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
  await net.fit(data.xTrain, data.yTrain, { epochs: Math.min(options.epochs, 2), batchSize: 256 });

  const [a, b, c] = await inside.predictAll(data.xTest);
  check(
    'the Lambda mixes its two tensors',
    c!.data.every((value, i) => Math.abs(value - (0.7 * a!.data[i]! + 0.3 * b!.data[i]!)) < 1e-4),
  );
}
