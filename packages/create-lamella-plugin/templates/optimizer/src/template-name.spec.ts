import assert from 'node:assert/strict';
import { it } from 'node:test';
import { cpu } from '@lamella/backend-cpu';
import { compose, input } from '@lamella/core';
import { io } from '@lamella/io';
import { dense, layers } from '@lamella/layers';
import { training, type Optimizer } from '@lamella/training';
import { TemplateName, templateName, templateNamePlugin } from './template-name.js';

const { model, encodeModel, loadModel } = compose({
  backend: cpu(),
  plugins: [layers, training, io, templateNamePlugin],
});
const [x, y] = [
  [[0], [1], [2], [3]],
  [[1], [3], [5], [7]],
];

/** A line through points that lie on one: 2x + 1. */
function line(optimizer: Optimizer | string) {
  const inputs = input({ shape: [1] });
  const net = model({
    inputs,
    outputs: dense({ units: 1, kernelInitializer: 'zeros' }).apply(inputs),
    seed: 1,
  });
  net.compile({ optimizer, loss: 'mean_squared_error' });
  return net;
}

it('learns', async () => {
  const { history } = await line(templateName({ learningRate: 0.05 })).fit(x, y, { epochs: 100, verbose: 0 });
  const [first, last] = [history['loss']!.at(0)!, history['loss']!.at(-1)!];
  assert.ok(last < first / 20, `the loss was ${first}, and is ${last}`);
});

it('is found by its name', () => {
  assert.ok(line('template-prefix>TemplateName').optimizer instanceof TemplateName);
});

it('goes on from a file as if it had not stopped', async () => {
  const [through, stopped] = [line(templateName()), line(templateName())];
  await through.fit(x, y, { epochs: 4, verbose: 0, shuffle: false });
  await stopped.fit(x, y, { epochs: 2, verbose: 0, shuffle: false });
  const again = await loadModel(await encodeModel(stopped, 'net.keras'));
  await again.fit(x, y, { epochs: 2, verbose: 0, shuffle: false });
  const weights = async (net: { getWeights(): Promise<readonly { array(): unknown }[]> }) =>
    (await net.getWeights()).map((values) => values.array());
  assert.deepEqual(await weights(again), await weights(through));
});

it('refuses a momentum of more than 1', () => {
  assert.throws(() => templateName({ momentum: 2 }), /OPTION_INVALID.*momentum/s);
});
