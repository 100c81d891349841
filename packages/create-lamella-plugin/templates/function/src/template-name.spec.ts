import assert from 'node:assert/strict';
import { it } from 'node:test';
import { cpu } from '@lamella/backend-cpu';
import { compose, input } from '@lamella/core';
import { io } from '@lamella/io';
import { lambda, lambdas } from '@lamella/lambda';
import { layers } from '@lamella/layers';
import { training } from '@lamella/training';
import { templateName, templateNamePlugin } from './template-name.js';

const backend = cpu();
const { model, encodeModel } = compose({
  backend,
  plugins: [layers, lambdas(), training, io, templateNamePlugin],
});
const x = input({ shape: [2] });
const outputs = lambda(templateName, { name: 'waves', arguments: { frequency: 2 } }).apply(x);
const net = model({ inputs: x, outputs });

it('computes sin(frequency · x)', async () => {
  const [[first, second]] = (await net.predict([[0, 1]])).array() as [[number, number]];
  assert.ok(Math.abs(first) < 1e-6 && Math.abs(second - Math.sin(2)) < 1e-6);
});

it('is in files as a Program, so that they open without it too', async () => {
  const file = await encodeModel(net, 'net.keras');
  const expected = (await net.predict([[0.3, -1]])).array();
  for (const plugin of [templateNamePlugin, { name: 'without' }]) {
    const { loadModel } = compose({ backend, plugins: [layers, lambdas(), training, io, plugin] });
    const again = await loadModel(file);
    assert.deepEqual((await again.predict([[0.3, -1]])).array(), expected);
  }
});
