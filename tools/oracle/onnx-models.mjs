// The models that are exported to ONNX to be checked: every layer as real Keras was asked about it, the model files that
// Keras wrote, and models of what only Lamella has. Used by onnx-export.mjs and by the tests of @lamella/backend-onnx.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  add,
  concatenate,
  conv2D,
  dense,
  dropout,
  embedding,
  flatten,
  layers,
  reLU,
  softmax,
} from '@lamella/layers';
import { cpu } from '@lamella/backend-cpu';
import { camelCase, clearNames, compose, fromConfig, input } from '@lamella/core';
import { io } from '@lamella/io';
import { lambdas } from '@lamella/lambda';
import { allocateArray, HostTensor, random, sizeOf } from '@lamella/program';
import { training } from '@lamella/training';
import * as tf from '@tensorflow/tfjs-core';

/** @typedef {import('@lamella/training').Model} Model */
/** @typedef {{ name: string, model: Model, inputs: (batch: number) => HostTensor[] }} ExportCase */

const fixtures = fileURLToPath(new URL('../../fixtures/keras', import.meta.url));
export const composition = compose({ backend: cpu(), plugins: [layers, lambdas(), training, io] });
const { lambda, model, loadModel } = composition;

/** Numbers between -2 and 2 that look random and are the same everywhere. */
function wave(/** @type {number} */ length, /** @type {number} */ phase) {
  return Float32Array.from({ length }, (_, i) => 2 * Math.sin(12.9898 * (i + 1) + 78.233 * (phase + 1)));
}

/**
 * A batch for an input: waves, or a repetition of numbers that are known to be valid.
 * @param {readonly number[]} shape
 * @param {string} dtype
 * @param {number} index
 * @param {readonly number[]} [valid]
 */
function batchOf(shape, dtype, index, valid) {
  const size = sizeOf(shape);
  if (valid === undefined) return new HostTensor(wave(size, index), shape);
  const data = allocateArray(/** @type {'int32'} */ (dtype), size);
  for (let i = 0; i < size; i++) data[i] = Number(valid[(i * 7 + (i >> 3)) % valid.length]);
  return new HostTensor(data, shape, /** @type {'int32'} */ (dtype));
}

/**
 * A batch as an input declares it; integers are 0 to 3.
 * @param {import('@lamella/core').SymbolicTensor} tensor
 * @param {number} batch
 * @param {number} index
 */
function feedOf({ shape, node }, batch, index) {
  const { dtype } = /** @type {import('@lamella/core').InputLayer} */ (node.layer);
  const sized = [batch, .../** @type {number[]} */ (shape.slice(1))];
  return batchOf(sized, dtype, index, dtype === 'float32' ? undefined : [0, 2, 1, 3]);
}

/** A value of a Keras config as an option: objects in it are made. */
function optionOf(/** @type {any} */ value) {
  if (Array.isArray(value)) return value.map(optionOf);
  if (typeof value !== 'object' || value === null) return value;
  if (typeof value.class_name !== 'string') return value;
  const family = value.module.split('.')[1];
  return fromConfig(composition.catalog.get(family, value.class_name), optionsOf(value.config));
}

function optionsOf(/** @type {Record<string, any>} */ config) {
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [camelCase(key), optionOf(value)]));
}

/**
 * One model for each case of each layer in fixtures/keras/layers.
 * @returns {Iterable<ExportCase>}
 */
export function* layerCases() {
  for (const file of readdirSync(`${fixtures}/layers`).sort()) {
    const golden = JSON.parse(readFileSync(`${fixtures}/layers/${file}`, 'utf8'));
    const seen = new Set();
    for (const item of golden.cases) {
      const key = JSON.stringify([
        item.config,
        item.inputs.map((/** @type {any} */ { shape }) => shape.slice(1)),
      ]);
      if (seen.has(key)) continue;
      seen.add(key);
      clearNames();
      const options = optionsOf(item.config);
      const layer = /** @type {any} */ (fromConfig(composition.catalog.get('layers', golden.layer), options));
      const symbols = item.inputs.map((/** @type {any} */ { shape, dtype }, /** @type {number} */ i) =>
        input({ shape: shape.slice(1), dtype, name: `input_${i}` }),
      );
      const outputs = layer.apply(symbols.length === 1 ? symbols[0] : symbols);
      layer.setWeights(
        item.weights.map(
          (/** @type {any} */ { shape, data }) => new HostTensor(Float32Array.from(data, Number), shape),
        ),
      );
      yield {
        name: `${golden.layer}, ${item.name}`,
        model: model({ inputs: symbols, outputs, name: golden.layer }),
        inputs: (batch) =>
          item.inputs.map((/** @type {any} */ { shape, dtype, data }, /** @type {number} */ i) =>
            batchOf(
              [batch, ...shape.slice(1)],
              dtype,
              i,
              golden.layer === 'Embedding' || dtype !== 'float32' ? data : undefined,
            ),
          ),
      };
    }
  }
}

/**
 * The models of fixtures/keras/files. Lambdas by name get their functions; the bytecode that Lamella refuses is left out.
 * @returns {AsyncIterable<ExportCase>}
 */
export async function* kerasFiles() {
  const functions = {
    'tutorial>add_two': (/** @type {tf.Tensor} */ x) => tf.add(x, 2),
    'tutorial>scaled': (/** @type {tf.Tensor} */ x, /** @type {{ factor: number }} */ { factor }) =>
      tf.mul(x, factor),
  };
  for (const file of readdirSync(`${fixtures}/files`).sort()) {
    if (!file.endsWith('.keras') || file.startsWith('lambda_bytecode')) continue;
    clearNames();
    const net = await loadModel(`${fixtures}/files/${file}`, { functions, warn: () => undefined });
    yield {
      name: file,
      model: net,
      inputs: (batch) => net.inputs.map((tensor, i) => feedOf(tensor, batch, i)),
    };
  }
}

/** Models with Lambdas, several inputs and outputs, sharing, nesting, unknown sizes and uint8 images. */
export function ownModels() {
  clearNames();
  /** @type {ExportCase[]} */
  const cases = [];
  const add_ = (
    /** @type {string} */ name,
    /** @type {any} */ inputs,
    /** @type {any} */ outputs,
    /** @type {any} */ feed,
  ) => {
    const net = model({ inputs, outputs, name: name.replaceAll(/\W+/g, '_'), seed: 7 });
    const given = (/** @type {number} */ batch) => net.inputs.map((tensor, i) => feedOf(tensor, batch, i));
    cases.push({ name, model: net, inputs: feed ?? given });
    return net;
  };
  const tensor = (/** @type {readonly (number | null)[]} */ shape, /** @type {string} */ name) =>
    input({ shape: [...shape], name });
  const over = (/** @type {(x: tf.Tensor) => tf.Tensor} */ fn, /** @type {string} */ name) =>
    lambda(fn, { name });

  const pixels = tensor([12], 'pixels');
  const before = dense({ units: 5, name: 'before' }).apply(pixels);
  const shifted = over((x) => tf.add(x, 2), 'add_two').apply(before);
  add_('the tutorial', pixels, softmax({ name: 'probabilities' }).apply(reLU().apply(shifted)), undefined);
  add_('two outputs, one of them within', pixels, [before, shifted], undefined);

  const [mean, logVariance] = [tensor([3], 'mean'), tensor([3], 'log_variance')];
  const sampling = lambda(([m, v]) => tf.add(m, tf.mul(tf.exp(tf.mul(v, 0.5)), random.normal(m.shape))), {
    name: 'sampling',
  });
  add_(
    'a sampling Lambda over two inputs',
    [mean, logVariance],
    sampling.apply([mean, logVariance]),
    undefined,
  );

  const image = input({ shape: [8, 8, 3], dtype: 'uint8', name: 'image' });
  const tower = conv2D({ filters: 4, kernelSize: 3, strides: 2, padding: 'same' }).apply(
    over((x) => tf.div(x, 255), 'scaled').apply(image),
  );
  add_('a convolution over bytes', image, dense({ units: 2 }).apply(flatten().apply(tower)), undefined);

  const [left, right] = [tensor([4], 'left'), tensor([4], 'right')];
  const encoderInput = tensor([4], 'encoder_input');
  const encoder = model({
    inputs: encoderInput,
    outputs: dropout({ rate: 0.5 }).apply(
      dense({ units: 3, activation: 'tanh', name: 'code' }).apply(encoderInput),
    ),
    name: 'encoder',
  });
  const codes = [encoder.apply(left), encoder.apply(right)];
  add_('a shared, nested model', [left, right], [add().apply(codes), concatenate().apply(codes)], undefined);

  const tokens = input({ shape: [null], dtype: 'int32', name: 'tokens' });
  const vectors = embedding({ inputDim: 5, outputDim: 3 }).apply(tokens);
  add_(
    'words of any number',
    tokens,
    over((x) => tf.mean(x, 1), 'mean_word').apply(vectors),
    (/** @type {number} */ batch) => [batchOf([batch, 4 + batch], 'int32', 0, [0, 1, 2, 3, 4])],
  );

  const pair = tensor([3, 4], 'pair');
  add_(
    'Lambdas that use the batch',
    pair,
    [
      over((x) => tf.reshape(x, [x.shape[0], 12]), 'flat').apply(pair),
      over((x) => tf.add(tf.reshape(x, [x.shape[0], 2, 6]), tf.ones([x.shape[0], 1, 6])), 'with_ones').apply(
        pair,
      ),
      over((x) => tf.slice(x, [0, 1, 0], [x.shape[0], 2, 4]), 'cut').apply(pair),
      over((x) => tf.broadcastTo(tf.mean(x, [0, 1], true), x.shape), 'spread_mean').apply(pair),
      over((x) => tf.div(x, x.shape[0]), 'shared_out').apply(pair),
      over((x) => tf.add(x, tf.reshape(tf.range(0, x.shape[0]), [-1, 1, 1])), 'numbered').apply(pair),
      over((x) => tf.tile(tf.slice(x, [0, 0, 0], [1, 3, 4]), [x.shape[0], 1, 1]), 'first_row').apply(pair),
      over((x) => tf.reverse(x, 0), 'reversed').apply(pair),
      over((x) => tf.gather(x, tf.tensor1d([1, 0, 1], 'int32'), 1), 'picked').apply(pair),
    ],
    undefined,
  );
  const rows = tensor([4], 'rows');
  add_(
    'each sample against each',
    rows,
    over((x) => tf.sub(tf.matMul(x, x, false, true), tf.eye(x.shape[0])), 'similarity').apply(rows),
    undefined,
  );
  return cases;
}
