// Runs the conformance suite of backends on tfjs-node, and a model through fit, both compared with backend-cpu.
// Runs where these packages and a working tfjs-node are installed: check.mjs makes such a place.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { cpu } from '@lamella/backend-cpu';
import { loadNode, node } from '@lamella/backend-node';
import { clearNames, compose, input, setRandomSeed } from '@lamella/core';
import { lambda, lambdas } from '@lamella/lambda';
import * as layer from '@lamella/layers';
import { HostTensor, kernelNames, roundKernel } from '@lamella/program';
import { testBackend } from '@lamella/testing';
import { adam, training } from '@lamella/training';

/** Kernels of Programs for which tfjs-node has nothing; docs/backends.md says so too. */
const missing = /** @type {string[]} */ (
  JSON.parse(readFileSync(new URL('missing-kernels.json', import.meta.url), 'utf8'))
);
const noKernel = 'tfjs-node 4.22 registers no such kernel';
const noPadding = 'tfjs-node takes "same" and "valid" alone; so do the layers of Keras';

await loadNode();
testBackend('node', () => node(), {
  runner: { describe, it: (name, body, timeout = 60_000) => it(name, { timeout }, body) },
  unsupported: {
    ...Object.fromEntries(missing.map((kernel) => [kernel, noKernel])),
    'conv2d of a 6 by 6 image with a window of 3, strides 1, padding 1': noPadding,
    'depthwiseConv2d of a 6 by 6 image with a window of 3, strides 1, padding 1': noPadding,
  },
});

it('has every kernel but those that are listed as missing', () => {
  const lacking = kernelNames().filter(
    (kernel) => kernel !== roundKernel && tf.getKernel(kernel, 'tensorflow') === undefined,
  );
  assert.deepEqual(lacking.sort(), missing);
});

describe('a model on backend node', () => {
  it('trains through fit as on backend-cpu, with convolutions, moving averages, dropout and a Lambda', async () => {
    const [expected, actual] = [await trained(cpu()), await trained(node())];
    assert.equal(actual.losses.length, 5);
    assert.ok(actual.losses[4] < actual.losses[0], `the loss did not fall: ${actual.losses.join(', ')}`);
    assertClose(actual.losses, expected.losses, 1e-4);
    assertClose(actual.prediction, expected.prediction, 1e-3);
  });
});

/**
 * The losses of five epochs from one seed, and the prediction afterwards.
 * @param {import('@lamella/core').Backend} backend
 */
async function trained(backend) {
  clearNames();
  setRandomSeed(3);
  const { model } = compose({ backend, plugins: [layer.layers, lambdas(), training] });
  const image = input({ shape: [8, 8, 1] });
  // A bias would have no gradient but rounding errors, for the normalization takes it off again; Adam makes steps of those.
  const convolution = layer.conv2D({ filters: 4, kernelSize: 3, padding: 'same', useBias: false });
  const convolved = convolution.apply(image);
  const normal = layer.reLU().apply(layer.batchNormalization().apply(convolved));
  const pooled = layer.flatten().apply(layer.maxPooling2D().apply(normal));
  const doubled = lambda((/** @type {tf.Tensor} */ x) => tf.mul(x, 2), { name: 'doubled' }).apply(pooled);
  const dropped = layer.dropout({ rate: 0.25 }).apply(doubled);
  const net = model({ inputs: image, outputs: layer.dense({ units: 3 }).apply(dropped) });
  net.compile({ optimizer: adam({ learningRate: 0.01 }), loss: 'mean_squared_error' });
  const x = new HostTensor(
    Float32Array.from({ length: 40 * 64 }, (_, i) => ((i * 37) % 101) / 50 - 1),
    [40, 8, 8, 1],
  );
  const y = new HostTensor(
    Float32Array.from({ length: 40 * 3 }, (_, i) => ((i * 7) % 5) - 2),
    [40, 3],
  );
  const { history } = await net.fit(x, y, { epochs: 5, batchSize: 16, verbose: 0 });
  return { losses: history.loss ?? [], prediction: Array.from((await net.predict(x)).data) };
}

/**
 * Fails where two lists differ by more than `most`, relative to 1 and the expected magnitude.
 * @param {readonly number[]} actual
 * @param {readonly number[]} expected
 * @param {number} most
 */
function assertClose(actual, expected, most) {
  expected.forEach((value, i) => {
    const gap = Math.abs((actual[i] ?? NaN) - value);
    assert.ok(gap <= most * (1 + Math.abs(value)), `element ${i}: expected ${value}, got ${actual[i]}`);
  });
}
