// Small models, each around a Lambda of one family of kernels, written as operations of Keras for real Keras to open:
// `npm run check:keras-ops` runs this and then keras_ops_check.py. Each is also loaded here again and compared.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { cpu } from '@lamella/backend-cpu';
import { clearNames, compose, input } from '@lamella/core';
import { io } from '@lamella/io';
import { lambda, lambdas } from '@lamella/lambda';
import { dense, embedding, layers, reLU, softmax } from '@lamella/layers';
import { flatten, HostTensor } from '@lamella/program';
import { training } from '@lamella/training';

import { markdownTable, rowsByName, writePart } from './compatibility.mjs';
import { cases, gradients, row, straightThrough } from './keras-ops-cases.mjs';
import { oraclePython } from './python.mjs';

/** @typedef {import('./keras-ops-cases.mjs').Spec} Spec */
/** @typedef {import('./keras-ops-cases.mjs').Fn} Fn */

const batch = 5;

const { model, saveModel, loadModel } = compose({
  backend: cpu(),
  plugins: [layers, lambdas(), training, io],
});

/**
 * Values of no pattern, the same at each run.
 * @param {readonly number[]} shape @param {'float32' | 'int32'} dtype @param {number} low @param {number} high @param {number} seed
 */
function filled(shape, dtype, low, high, seed) {
  const tensor = HostTensor.zeros(shape, dtype);
  let state = seed;
  tensor.data.forEach((_, i) => {
    state = (state * 1103515245 + 12345) % 2147483648;
    const value = low + ((high - low) * state) / 2147483648;
    tensor.data[i] = dtype === 'int32' ? Math.floor(value) : value;
  });
  return tensor;
}

/** @param {Spec} spec @param {number} seed */
function values({ shape, dtype = 'float32', low = -2, high = 2 }, seed) {
  return filled([batch, ...shape.map((size) => size ?? 6)], dtype, low, high, seed);
}

/** @param {Fn} fn */
function layerOf(fn) {
  return lambda((/** @type {any} */ x) => (Array.isArray(x) ? fn(...x) : fn(x)), { name: 'middle' });
}

/** The models: one a case, then some in which Lambdas are among other layers. */
function* models() {
  for (const [name, [specs, fn]] of Object.entries(cases)) {
    const inputs = specs.map(({ shape, dtype }, i) => input({ shape, dtype, name: `x${i}` }));
    const outputs = flatten(layerOf(fn).apply(inputs.length === 1 ? inputs[0] : inputs));
    yield {
      name,
      specs,
      net: model({
        inputs: inputs.length === 1 ? inputs[0] : inputs,
        outputs: outputs.length === 1 ? outputs[0] : [...outputs],
        name: 'net',
      }),
    };
  }
  yield { name: 'tutorial', specs: row(784, 0, 1), net: tutorial() };
  yield { name: 'quantised-autoencoder', specs: row(8), net: autoencoder() };
  yield {
    name: 'mask-ended',
    specs: [{ shape: [6], dtype: /** @type {'int32'} */ ('int32'), low: 0, high: 3 }],
    net: maskEnded(),
  };
  yield { name: 'shared-and-nested', specs: row(4), net: sharedAndNested() };
}

function tutorial() {
  const inputLayer = input({ shape: [784], name: 'input_layer' });
  const relu1 = reLU({ name: 'relu_layer_1' }).apply(
    dense({ units: 500, name: 'dense_layer_1' }).apply(inputLayer),
  );
  const relu2 = reLU({ name: 'relu_layer_2' }).apply(
    dense({ units: 250, name: 'dense_layer_2' }).apply(relu1),
  );
  const dense3 = dense({ units: 20, name: 'dense_layer_3' }).apply(relu2);
  const added = lambda((/** @type {tf.Tensor} */ x) => tf.add(x, 2), { name: 'lambda_layer' }).apply(dense3);
  const relu3 = reLU({ name: 'relu_layer_3' }).apply(added);
  const output = softmax({ name: 'output_layer' }).apply(
    dense({ units: 10, name: 'dense_layer_4' }).apply(relu3),
  );
  return model({ inputs: inputLayer, outputs: output, name: 'model' });
}

/** An encoder, codes through a straight-through estimator, a decoder, and the loss of the code beside it. */
function autoencoder() {
  const x = input({ shape: [8], name: 'x' });
  const code = dense({ units: 4, activation: 'tanh', name: 'code' }).apply(x);
  const quantised = lambda((/** @type {tf.Tensor} */ c) => tf.div(straightThrough(tf.mul(c, 4)), 4), {
    name: 'quantise',
  }).apply(code);
  const decoded = dense({ units: 8, name: 'decoded' }).apply(quantised);
  const distance = lambda((/** @type {tf.Tensor[]} */ [a, b]) => tf.mean(tf.square(tf.sub(a, b)), -1, true), {
    name: 'distance',
  }).apply([code, quantised]);
  return model({ inputs: x, outputs: [decoded, distance], name: 'autoencoder' });
}

/** The mask of an embedding ends at the Lambda: the softmax behind it counts every word. */
function maskEnded() {
  const x = input({ shape: [6], dtype: 'int32', name: 'x' });
  const embedded = embedding({ inputDim: 5, outputDim: 3, maskZero: true, name: 'embedded' }).apply(x);
  const means = lambda((/** @type {tf.Tensor} */ t) => tf.mean(t, 2), { name: 'means' }).apply(embedded);
  return model({
    inputs: x,
    outputs: softmax({ name: 'shares' }).apply(means),
    name: 'mask_ended',
  });
}

/** One Lambda called twice, once more in a model inside, and beside another model inside. */
function sharedAndNested() {
  const doubled = lambda((/** @type {tf.Tensor} */ x) => tf.mul(x, 2), { name: 'doubled' });
  const inner = input({ shape: [4], name: 'inner' });
  const nested = model({
    inputs: inner,
    outputs: dense({ units: 4, name: 'nested_dense' }).apply(
      lambda((/** @type {tf.Tensor} */ x) => tf.sin(x), { name: 'wave' }).apply(inner),
    ),
    name: 'nested',
  });
  const x = input({ shape: [4], name: 'x' });
  const once = doubled.apply(x);
  const deep = nested.apply(once);
  const twice = doubled.apply(dense({ units: 4, name: 'outer_dense' }).apply(deep));
  return model({ inputs: x, outputs: twice, name: 'outer' });
}

/** @param {HostTensor} tensor */
function stored({ shape, dtype, data }) {
  const plain = Array.from(data, (value) => (Number.isFinite(value) ? value : String(value)));
  return { shape: [...shape], dtype, data: plain };
}

/** @param {readonly HostTensor[]} found @param {readonly HostTensor[]} expected */
function difference(found, expected) {
  let worst = found.length === expected.length ? 0 : Infinity;
  expected.forEach(({ data }, k) =>
    data.forEach((value, i) => {
      const other = found[k]?.data[i] ?? NaN;
      if (!Object.is(value, other))
        worst = Math.max(worst, Math.abs(value - other) / Math.max(1, Math.abs(value)));
    }),
  );
  return Number.isNaN(worst) ? Infinity : worst;
}

/** @param {string} name @param {HostTensor} x */
function gradientOf(name, x) {
  const gradient = HostTensor.zeros(x.shape, 'float32');
  gradient.data.set(Array.from(x.data, gradients[name]));
  return gradient;
}

/** Writes every model and what it predicts. @param {string} folder */
async function write(folder) {
  let failed = 0;
  for (const { name, specs, net } of models()) {
    const path = join(folder, `${name}.keras`);
    try {
      net.weights.forEach((weight, i) => weight.set(filled(weight.shape, 'float32', -0.3, 0.3, i + 1)));
      const inputs = specs.map((spec, i) => values(spec, 17 + i));
      const outputs = flatten(await net.predict(inputs.length === 1 ? inputs[0] : inputs));
      await saveModel(net, path, { lambda: 'keras_ops' });
      const again = flatten(await (await loadModel(path)).predict(inputs.length === 1 ? inputs[0] : inputs));
      const worst = difference(again, outputs);
      if (!(worst <= 1e-6)) throw new Error(`loaded here again, it predicts otherwise by ${worst}`);
      writeFileSync(
        join(folder, `${name}.json`),
        JSON.stringify({
          inputs: inputs.map(stored),
          outputs: outputs.map(stored),
          ...(name in gradients && { gradient: stored(gradientOf(name, inputs[0])) }),
        }),
      );
    } catch (error) {
      failed++;
      rmSync(path, { force: true });
      console.log(`${name}: FAILED ${/** @type {Error} */ (error).message}`);
    }
    clearNames();
  }
  return failed;
}

/**
 * A row for each operation of Keras, over the models that it is in.
 * @param {{ keras: string, models: { name: string, ok: boolean, difference: number, operations: string }[] }} report
 */
function partOf({ keras, models }) {
  const uses = models.flatMap(({ ok, difference, operations }) =>
    operations.split(', ').map((operation) => ({ name: `\`${operation}\``, ok, difference })),
  );
  return `## Lambdas as operations of Keras

${models.filter(({ ok }) => ok).length} of ${models.length} models whose Lambdas were saved with \`{ lambda: 'keras_ops' }\` open in plain Keras ${keras}, in safe mode and without code of ours, hold
no Lambda any more and predict the same to 1e-6, and so they do loaded here again; straight-through and reversed gradients are the same too.

\`keras.ops.scan\`, \`while_loop\` and \`cond\` take functions, and a functional model's file holds none that safe mode would run: a scan of known length is
written out step by step; longer ones, \`whileLoop\` and \`cond\` are refused (KERNEL_UNSUPPORTED) and need the Lambda's own format.

${markdownTable(['Operation', 'models', 'largest difference'], rowsByName(uses))}`;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'lamella-keras-ops-'));
try {
  const python = oraclePython();
  const failed = await write(folder);
  execFileSync(python, [join(root, 'tools/oracle/keras_ops_check.py'), folder], { stdio: 'inherit' });
  await writePart('check:keras-ops', partOf(JSON.parse(readFileSync(join(folder, 'report'), 'utf8'))));
  process.exitCode = failed === 0 ? 0 : 1;
} catch (error) {
  console.log(/** @type {Error} */ (error).message);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
