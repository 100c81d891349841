import assert from 'node:assert/strict';
import { it } from 'node:test';
import { cpu } from '@lamella/backend-cpu';
import { compose, input } from '@lamella/core';
import { io } from '@lamella/io';
import { dense, layers } from '@lamella/layers';
import { training } from '@lamella/training';
import { templateNamePlugin } from './template-name.js';

const { model, encodeWeights, loadWeights } = compose({
  backend: cpu(),
  plugins: [layers, training, io, templateNamePlugin],
});
const net = () => {
  const inputs = input({ shape: [2] });
  return model({ inputs, outputs: dense({ units: 3, name: 'units' }).apply(inputs) });
};
const valuesOf = async (one: ReturnType<typeof net>) =>
  (await one.getWeights()).map((values) => values.array());

it('gives back what it was given', async () => {
  const [first, second] = [net(), net()];
  await loadWeights(second, await encodeWeights(first, 'net.weights.template-name'));
  assert.deepEqual(await valuesOf(second), await valuesOf(first));
});

it('refuses what does not fit, and changes nothing', async () => {
  const one = net();
  const before = await valuesOf(one);
  const file = {
    name: 'net.weights.template-name',
    bytes: new TextEncoder().encode('units/kernel 1 2 nonsense'),
  };
  await assert.rejects(loadWeights(one, file), /FILE_INVALID.*units\/kernel/s);
  assert.deepEqual(await valuesOf(one), before);
});
