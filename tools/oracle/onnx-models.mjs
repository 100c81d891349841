// The models that are exported to ONNX to be checked: every layer as real Keras was asked about it, the model files that
// Keras wrote, and models of what only Lamella has. Used by onnx-export.mjs and by the tests of @lamella/backend-onnx.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { cpu } from '@lamella/backend-cpu';
import { camelCase, clearNames, compose, fromConfig, input } from '@lamella/core';
import { io } from '@lamella/io';
import { lambdas } from '@lamella/lambda';
import {
  add,
  batchNormalization,
  concatenate,
  conv2D,
  dense,
  dropout,
  embedding,
  flatten,
  layers,
  maxPooling2D,
  zeroPadding2D,
  reLU,
  softmax,
} from '@lamella/layers';
import { HostTensor, allocateArray, cond, random, scan, sizeOf, whileLoop } from '@lamella/program';
import { training } from '@lamella/training';
import * as tf from '@tensorflow/tfjs-core';

/** @typedef {import('@lamella/training').Model} Model */
/** @typedef {import('@lamella/program').RandomSpec & { shape: readonly number[] }} Draw random numbers of a batch */
/** @typedef {{ name: string, model: Model, inputs: (batch: number) => HostTensor[], draws?: Draw[] }} ExportCase */
/** @typedef {{ name: string, model: Model, x: HostTensor, y: HostTensor, draws?: Draw[] }} TrainingCase */

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
export function batchOf(shape, dtype, index, valid) {
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
  // ONNX Runtime takes a bool for the byte that it is.
  const whole = dtype === 'bool' ? [0, 1, 1, 0] : [0, 2, 1, 3];
  return batchOf(sized, dtype, index, dtype === 'float32' ? undefined : whole);
}

/** A value of a Keras config as an option: objects in it are made. */
function optionOf(/** @type {any} */ value) {
  if (Array.isArray(value)) return value.map(optionOf);
  if (typeof value !== 'object' || value === null) return value;
  if (typeof value.class_name !== 'string') return value;
  const family = value.module.split('.')[1];
  return fromConfig(composition.catalog.get(family, value.class_name), optionsOf(value.config));
}

export function optionsOf(/** @type {Record<string, any>} */ config) {
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [camelCase(key), optionOf(value)]));
}

/**
 * A tree of stored tensors, such as the states of a cell, with something made of each; plain values stay.
 * @param {any} stored
 * @param {(tensor: any) => unknown} make
 * @returns {unknown}
 */
function eachTensor(stored, make) {
  if (Array.isArray(stored)) return stored.map((item) => eachTensor(item, make));
  return typeof stored === 'object' ? make(stored) : stored;
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
        Object.keys(item.args ?? {}),
      ]);
      if (seen.has(key)) continue;
      seen.add(key);
      clearNames();
      const options = optionsOf(item.config);
      const layer = /** @type {any} */ (fromConfig(composition.catalog.get('layers', golden.layer), options));
      /** @type {any[]} */
      const tensors = [];
      /** @type {any[]} */
      const symbols = [];
      const symbol = (/** @type {any} */ stored) => {
        tensors.push(stored);
        symbols.push(
          input({ shape: stored.shape.slice(1), dtype: stored.dtype, name: `input_${symbols.length}` }),
        );
        return symbols.at(-1);
      };
      const first = item.inputs.map(symbol);
      const args = Object.fromEntries(
        Object.entries(item.args ?? {}).map(([name, value]) => [camelCase(name), eachTensor(value, symbol)]),
      );
      const outputs = layer.apply(first.length === 1 ? first[0] : first, args);
      layer.setWeights(
        item.weights.map(
          (/** @type {any} */ { shape, data }) => new HostTensor(Float32Array.from(data, Number), shape),
        ),
      );
      yield {
        name: `${golden.layer}, ${item.name}`,
        model: model({ inputs: symbols, outputs, name: golden.layer }),
        inputs: (batch) =>
          tensors.map((/** @type {any} */ { shape, dtype, data }, /** @type {number} */ i) =>
            batchOf(
              [batch, ...shape.slice(1)],
              dtype,
              i,
              golden.layer.endsWith('Embedding') || dtype !== 'float32' ? data : undefined,
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
    // One holds Python's bytecode, one a class of its own.
    if (!file.endsWith('.keras') || /^(lambda_bytecode|keyword_tensors)\./.test(file)) continue;
    clearNames();
    const net = await loadModel(`${fixtures}/files/${file}`, { functions, warn: () => undefined });
    yield {
      name: file,
      model: net,
      inputs: (batch) => net.inputs.map((tensor, i) => feedOf(tensor, batch, i)),
    };
  }
}

/** @typedef {import('@lamella/core').SymbolicTensor} SymbolicTensor */
/** @typedef {SymbolicTensor | SymbolicTensor[]} Symbols */

/**
 * @param {string} name
 * @param {Symbols} inputs
 * @param {Symbols} outputs
 * @param {Partial<ExportCase>} [more]
 * @returns {ExportCase}
 */
function own(name, inputs, outputs, more) {
  const net = model({ inputs, outputs, name: name.replaceAll(/\W+/g, '_'), seed: 7 });
  return {
    name,
    model: net,
    inputs: (batch) => net.inputs.map((tensor, i) => feedOf(tensor, batch, i)),
    ...more,
  };
}

/**
 * @param {string} name
 * @param {(x: tf.Tensor) => tf.Tensor} fn
 * @param {SymbolicTensor} x
 */
function through(name, fn, x) {
  return /** @type {SymbolicTensor} */ (lambda(fn, { name }).apply(x));
}

/** The batch of a tensor, which the Lambdas here use as a number. */
const batch = (/** @type {tf.Tensor} */ x) => /** @type {number} */ (x.shape[0]);

/** Models with Lambdas, several inputs and outputs, sharing, nesting, unknown sizes and images of bytes. */
export function ownModels() {
  clearNames();
  return [
    ...tutorialModels(),
    samplingModel(),
    imageModel(),
    framedModel(),
    sharedModel(),
    wordsModel(),
    loopModel(),
    ...batchModels(),
  ];
}

function tutorialModels() {
  const pixels = input({ shape: [12], name: 'pixels' });
  const before = dense({ units: 5, name: 'before' }).apply(pixels);
  const after = through('add_two', (x) => tf.add(x, 2), before);
  return [
    own('the tutorial', pixels, softmax({ name: 'probabilities' }).apply(reLU().apply(after))),
    own('two outputs, one of them within', pixels, [before, after]),
  ];
}

function samplingModel() {
  const inputs = [input({ shape: [3], name: 'mean' }), input({ shape: [3], name: 'log_variance' })];
  const sampled = lambda(
    ([mean, logVariance]) =>
      tf.add(mean, tf.mul(tf.exp(tf.mul(logVariance, 0.5)), random.normal(mean.shape))),
    { name: 'sampling' },
  ).apply(inputs);
  return own('a sampling Lambda over two inputs', inputs, sampled, {
    draws: [{ stream: 'sampling:0', distribution: 'normal', shape: [3] }],
  });
}

function imageModel() {
  const image = input({ shape: [8, 8, 3], dtype: 'uint8', name: 'image' });
  const scaled = through('scaled', (x) => tf.div(x, 255), image);
  const maps = conv2D({ filters: 4, kernelSize: 3, strides: 2, padding: 'same' }).apply(scaled);
  return own('a convolution over bytes', image, dense({ units: 2 }).apply(flatten().apply(maps)));
}

/** Maxima of negative values with zeros around them, which runtimes like to take for the padding of the windows. */
function framedModel() {
  const image = input({ shape: [5, 6, 2], name: 'image' });
  const negative = through('negative', (x) => tf.sub(x, 9), image);
  const maps = conv2D({ filters: 4, kernelSize: 7, padding: 'same', kernelInitializer: 'ones' }).apply(
    negative,
  );
  const framed = zeroPadding2D({ padding: 1 }).apply(maps);
  return own('maxima over a frame of zeros', image, maxPooling2D({ poolSize: 3, strides: 2 }).apply(framed));
}

function sharedModel() {
  const [left, right] = [input({ shape: [4], name: 'left' }), input({ shape: [4], name: 'right' })];
  const x = input({ shape: [4], name: 'encoder_input' });
  const code = dense({ units: 3, activation: 'tanh', name: 'code' }).apply(x);
  const encoder = model({ inputs: x, outputs: dropout({ rate: 0.5 }).apply(code), name: 'encoder' });
  const codes = [encoder.apply(left), encoder.apply(right)];
  return own('a shared, nested model', [left, right], [add().apply(codes), concatenate().apply(codes)]);
}

/** A scan over time, a loop of as many steps as it takes, and a choice. */
function loopModel() {
  const sequence = input({ shape: [6, 4], name: 'sequence' });
  const looped = (/** @type {tf.Tensor} */ x) => {
    const [last, all] = scan(
      (/** @type {tf.Tensor} */ state, /** @type {tf.Tensor} */ row) => {
        const next = tf.tanh(tf.add(tf.mul(state, 0.5), row));
        return [next, tf.mul(next, 2)];
      },
      tf.zeros([x.shape[0] ?? 0, 4]),
      tf.transpose(x, [1, 0, 2]),
    );
    const small = whileLoop(
      (/** @type {tf.Tensor} */ value) => tf.greater(tf.max(value), 0.5),
      (/** @type {tf.Tensor} */ value) => tf.mul(value, 0.7),
      last,
      { maximumIterations: 5 },
    );
    const total = tf.sum(all, 0);
    return cond(
      tf.greater(tf.sum(small), 0),
      () => tf.add(small, total),
      () => total,
    );
  };
  return own('loops and a choice', sequence, dense({ units: 2 }).apply(through('looped', looped, sequence)));
}

function wordsModel() {
  const words = input({ shape: [null], dtype: 'int32', name: 'words' });
  const vectors = embedding({ inputDim: 5, outputDim: 3 }).apply(words);
  return own(
    'words of any number',
    words,
    through('mean_word', (x) => tf.mean(x, 1), vectors),
    {
      inputs: (size) => [batchOf([size, 4 + size], 'int32', 0, [0, 1, 2, 3, 4])],
    },
  );
}

function batchModels() {
  const x = input({ shape: [3, 4], name: 'x' });
  const outputs = Object.entries({
    flat: (t) => tf.reshape(t, [batch(t), 12]),
    with_ones: (t) => tf.add(tf.reshape(t, [batch(t), 2, 6]), tf.ones([batch(t), 1, 6])),
    cut: (t) => tf.slice(t, [0, 1, 0], [batch(t), 2, 4]),
    spread_mean: (t) => tf.broadcastTo(tf.mean(t, [0, 1], true), t.shape),
    shared_out: (t) => tf.div(t, batch(t)),
    numbered: (t) => tf.add(t, tf.reshape(tf.range(0, batch(t)), [-1, 1, 1])),
    first_row: (t) => tf.tile(tf.slice(t, [0, 0, 0], [1, 3, 4]), [batch(t), 1, 1]),
    reversed: (t) => tf.reverse(t, 0),
    picked: (t) => tf.gather(t, tf.tensor1d([1, 0, 1], 'int32'), 1),
  }).map(([name, fn]) => through(name, /** @type {(t: tf.Tensor) => tf.Tensor} */ (fn), x));
  const rows = input({ shape: [4], name: 'rows' });
  const similarity = (/** @type {tf.Tensor2D} */ t) => tf.sub(tf.matMul(t, t, false, true), tf.eye(batch(t)));
  return [
    own('Lambdas that use the batch', x, outputs),
    own('each sample against each', rows, through('similarity', /** @type {any} */ (similarity), rows)),
  ];
}

/**
 * Compiled models with data for training steps.
 * @returns {TrainingCase[]}
 */
export function trainedModels() {
  return [classifier('adam'), classifier('rmsprop'), classifier('sgd'), convolutional()];
}

/**
 * @param {string} optimizer
 * @returns {TrainingCase}
 */
function classifier(optimizer) {
  clearNames();
  const x = input({ shape: [4], name: 'x' });
  const hidden = batchNormalization().apply(dense({ units: 5, activation: 'tanh' }).apply(x));
  const outputs = dense({ units: 3, activation: 'softmax' }).apply(dropout({ rate: 0.25 }).apply(hidden));
  const net = model({ inputs: x, outputs, name: 'classifier', seed: 3 });
  net.compile({ optimizer, loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'] });
  return {
    name: `a classifier, ${optimizer}`,
    model: net,
    x: batchOf([6, 4], 'float32', 0),
    y: batchOf([6], 'int32', 0, [0, 1, 2]),
    draws: [{ stream: 'dropout:0', distribution: 'uniform', shape: [5] }],
  };
}

/** @returns {TrainingCase} */
function convolutional() {
  clearNames();
  const image = input({ shape: [6, 6, 2], name: 'image' });
  const maps = maxPooling2D().apply(conv2D({ filters: 3, kernelSize: 3, activation: 'relu' }).apply(image));
  const clipped = through('clipped', (t) => tf.clipByValue(t, 0, 1), maps);
  const net = model({ inputs: image, outputs: dense({ units: 1 }).apply(flatten().apply(clipped)), seed: 3 });
  net.compile({ optimizer: 'adamw', loss: 'mse', metrics: ['mae'] });
  return {
    name: 'a convolution with a Lambda, adamw',
    model: net,
    x: batchOf([5, 6, 6, 2], 'float32', 0),
    y: batchOf([5, 1], 'float32', 1),
  };
}
