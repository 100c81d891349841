// What is fuzzed: for each format a few small files, what is done to them, and how they are read. For fuzz.mjs and the tests.
import { cpu } from '@lamella/backend-cpu';
import { clearNames, compose, getWeightValues, input } from '@lamella/core';
import { io } from '@lamella/io';
import { lambda, lambdas, namedFunction } from '@lamella/lambda';
import { readIdx, readNpz } from '@lamella/datasets';
import {
  batchNormalization,
  dense,
  embedding,
  FeatureSpace,
  featureSpace,
  flatten,
  layers,
} from '@lamella/layers';
import { HostTensor, isLamellaError } from '@lamella/program';
import { adam, Model, sgd, training } from '@lamella/training';
import * as tf from '@tensorflow/tfjs-core';
import { unzipSync, zipSync } from 'fflate';
import { mutateBytes, mutateJson } from './mutations.mjs';

/** @typedef {import('./mutations.mjs').Edit} Edit */
/** @typedef {{ format: string, file: string, files: Uint8Array[], mutate: (bytes: Uint8Array, edits: readonly Edit[]) => Uint8Array, isModel: boolean, siblings?: Record<string, Uint8Array> }} Target */

/** Milliseconds of the processor that reading one small file may take; how busy the machine is does not count. */
const slowest = 10_000;

const text = new TextEncoder();
const utf8 = new TextDecoder();

export function composed() {
  clearNames();
  return compose({
    backend: cpu(),
    plugins: [
      layers,
      lambdas({ functions: [namedFunction('fuzz>twice', (x) => tf.mul(x, 2))] }),
      training,
      io,
    ],
  });
}

/** Small models of several kinds. */
export function models() {
  const { model, sequential } = composed();
  const x = input({ shape: [3], name: 'x' });
  const hidden = dense({ units: 2, activation: 'tanh', kernelRegularizer: 'l2', name: 'hidden' }).apply(x);
  const plain = model({
    inputs: x,
    outputs: batchNormalization({ name: 'norm' }).apply(hidden),
    name: 'plain',
  });
  plain.compile({ optimizer: adam(), loss: 'mse', metrics: ['mae'] });
  plain.optimizer.build(plain.trainableWeights);
  const words = input({ shape: [2], dtype: 'int32', name: 'words' });
  const vectors = embedding({ inputDim: 3, outputDim: 2, maskZero: true, name: 'vectors' }).apply(words);
  const inner = sequential({
    layers: [dense({ units: 2, name: 'inner_dense' })],
    inputShape: [4],
    name: 'inner',
  });
  const nested = model({
    inputs: words,
    outputs: inner.apply(flatten({ name: 'flat' }).apply(vectors)),
    name: 'nested',
  });
  nested.compile({ optimizer: sgd({ momentum: 0.9 }), loss: 'mse' });
  const y = input({ shape: [3], name: 'y' });
  const named = lambda(
    namedFunction('fuzz>unknown', (t) => tf.add(tf.relu(t), 1)),
    { name: 'lambda' },
  ).apply(y);
  return [plain, nested, model({ inputs: y, outputs: named, name: 'with_lambda' })];
}

/**
 * The targets; `more` are further files by format, such as fixtures.
 * @param {Record<string, Uint8Array[]>} more
 * @returns {Promise<Target[]>}
 */
export async function targets(more = {}) {
  const { encodeModel, encodeWeights } = composed();
  const all = models();
  const encoded = async (/** @type {string} */ ending) => [
    ...(await Promise.all(all.map((model) => encodeModel(model, `m${ending}`)))).map(({ bytes }) => bytes),
    ...(more[ending] ?? []),
  ];
  const space = featureSpace({
    features: { size: 'float_normalized', town: 'string_categorical', rooms: 'integer_hashed' },
    crosses: [['town', 'rooms']],
  });
  await space.adapt({ size: [1, 2], town: ['a', 'b'], rooms: [3, 4] });
  const [keras, h5] = [await encoded('.keras'), await encoded('.h5')];
  keras.push((await encodeModel(space, 'm.keras')).bytes);
  const weights = await Promise.all(all.slice(0, 2).map((model) => encodeWeights(model, 'm.weights.h5')));
  const legacy = await Promise.all(all.slice(0, 2).map((model) => encodeWeights(model, 'm.h5')));
  const sharded = await encodeWeights(all[0], 'm.weights.json');
  const tensors = await Promise.all(all.slice(0, 2).map((model) => encodeWeights(model, 'm.safetensors')));
  const tfjs = await encodeModel(all[0], 'model.json');
  return [
    { format: '.keras, its bytes', file: 'm.keras', files: keras, mutate: mutateBytes, isModel: true },
    {
      format: '.keras, its config',
      file: 'm.keras',
      files: keras,
      mutate: inArchive('config.json', (bytes, edits) => text.encode(mutateJson(utf8.decode(bytes), edits))),
      isModel: true,
    },
    {
      format: '.keras, its weights',
      file: 'm.keras',
      files: keras,
      mutate: inArchive('model.weights.h5', mutateBytes),
      isModel: true,
    },
    { format: '.h5', file: 'm.h5', files: h5, mutate: mutateBytes, isModel: true },
    {
      format: '.weights.h5',
      file: 'm.weights.h5',
      files: weights.map(({ bytes }) => bytes),
      mutate: mutateBytes,
      isModel: false,
    },
    {
      format: '.h5, weights only',
      file: 'm.h5',
      files: legacy.map(({ bytes }) => bytes),
      mutate: mutateBytes,
      isModel: false,
    },
    {
      format: '.weights.json',
      file: 'm.weights.json',
      files: [sharded.bytes],
      mutate: (bytes, edits) => text.encode(mutateJson(utf8.decode(bytes), edits)),
      isModel: false,
      siblings: sharded.siblings,
    },
    {
      format: '.safetensors',
      file: 'm.safetensors',
      files: tensors.map(({ bytes }) => bytes),
      mutate: mutateBytes,
      isModel: false,
    },
    {
      format: 'model.json of TensorFlow.js',
      file: 'model.json',
      files: [tfjs.bytes],
      mutate: (bytes, edits) => text.encode(mutateJson(utf8.decode(bytes), edits)),
      isModel: true,
      siblings: tfjs.siblings,
    },
  ];
}

/** @param {string} name @param {Target['mutate']} mutate @returns {Target['mutate']} */
function inArchive(name, mutate) {
  return (bytes, edits) => {
    const members = unzipSync(bytes);
    return zipSync({ ...members, [name]: mutate(members[name], edits) }, { level: 0 });
  };
}

/**
 * Reads one mutated file. Throws where the reader throws anything but a coded error, takes too long, or changes a model it
 * did not load.
 * @param {Target} target @param {Uint8Array} bytes @returns {Promise<boolean>} Whether the file could be read.
 */
export async function tryFile(target, bytes) {
  const { loadModel, loadWeights } = app;
  clearNames();
  const source = {
    name: target.file,
    bytes,
    ...(target.siblings !== undefined && { siblings: target.siblings }),
  };
  const quiet = { warn: () => undefined };
  const began = process.cpuUsage();
  const model = target.isModel ? undefined : victim;
  const stateOf = async () => [
    await model?.getWeights(),
    await getWeightValues(model?.optimizer?.variables ?? []),
  ];
  const before = await stateOf();
  try {
    if (model === undefined) await loadModel(source, quiet);
    else await loadWeights(model, source);
    return true;
  } catch (error) {
    if (!isLamellaError(error)) throw error;
    if (model !== undefined) {
      const after = await stateOf();
      assertSame(before[0], after[0], 'the weights');
      assertSame(before[1], after[1], "the optimizer's state");
    }
    return false;
  } finally {
    const took = process.cpuUsage(began).user / 1000;
    if (took > slowest) throw new Error(`Reading took ${Math.round(took)} ms.`);
  }
}

/**
 * Loads a file, looks into it, and lets a model that it holds predict. Throws where that gives anything but a result or a coded error, or costs more than `most`:
 * milliseconds of the processor, and KiB of memory beyond what the process has had.
 * @param {import('./costly-files.d.mts').CostlyFile} source @param {{ time: number, memory: number }} [most]
 * @returns {Promise<'loaded' | 'inspected' | 'refused'>} The most that could be done with it.
 */
export async function trySource(source, most = { time: Infinity, memory: Infinity }) {
  clearNames();
  const { loadModel, loadWeights, inspectFile } = app;
  const isModel = /\.keras$|^m(odel)?\.json$/.test(source.name);
  const readArrays = /\.npz$/.test(source.name) ? readNpz : /\.idx$/.test(source.name) ? readIdx : undefined;
  const attempts =
    readArrays !== undefined
      ? [async () => readArrays(source.bytes)]
      : [
          async () => {
            if (isModel) loaded = await loadModel(source, { warn: () => undefined });
            else await loadWeights(victim, source);
          },
          () => inspectFile(source),
        ];
  /** @type {Awaited<ReturnType<typeof app.loadModel>> | undefined} */
  let loaded;
  /** @type {'loaded' | 'inspected' | 'refused'} */
  let outcome = 'refused';
  for (const [i, attempt] of attempts.entries()) {
    const before = process.cpuUsage();
    const peak = process.resourceUsage().maxRSS;
    try {
      await attempt();
      if (i === 0) outcome = 'loaded';
      else if (outcome === 'refused') outcome = 'inspected';
    } catch (error) {
      if (!isLamellaError(error)) throw error;
    }
    const { user, system } = process.cpuUsage(before);
    const grown = process.resourceUsage().maxRSS - peak;
    if ((user + system) / 1000 > most.time) throw new Error(`Reading took ${(user + system) / 1000} ms.`);
    if (grown > most.memory) throw new Error(`Reading took ${grown} KiB.`);
  }
  if (loaded !== undefined) await predictOneRow(loaded);
  return outcome;
}

/** The most places of a row that the columns of a FeatureSpace are encoded to. */
const widestRow = 2 ** 20;
/** The most elements of a row that a loaded model is tried with. */
const largestRow = 10_000;

/** What was loaded predicts a row, or says with a code why not. @param {import('@lamella/core').Layer} layer */
async function predictOneRow(layer) {
  const model = modelOf(layer);
  if (model === undefined) return;
  const shapes = model.inputs.map(({ shape }) => shape.map((size) => size ?? 1));
  if (shapes.some((shape) => shape.reduce((a, b) => a * b, 1) > largestRow)) return;
  const rows = model.inputs.map(({ dtype }, i) =>
    dtype === 'string'
      ? new HostTensor(Array(shapes[i].reduce((a, b) => a * b, 1)).fill('a b'), shapes[i], 'string')
      : HostTensor.zeros(shapes[i], dtype),
  );
  try {
    await model.predict(rows.length === 1 ? rows[0] : rows);
  } catch (error) {
    if (!isLamellaError(error)) throw error;
  }
}

/** The model that was loaded, or that of a FeatureSpace, where that makes one. @param {import('@lamella/core').Layer} layer */
function modelOf(layer) {
  if (!(layer instanceof FeatureSpace)) return layer instanceof Model ? layer : undefined;
  try {
    const model = app.model({ inputs: layer.getInputs(), outputs: layer.getEncodedFeatures() });
    // A row with millions of places takes seconds, and is what was asked for.
    return model.outputs.every(({ shape }) => (shape.at(-1) ?? 1) <= widestRow) ? model : undefined;
  } catch (error) {
    if (!isLamellaError(error)) throw error;
    return undefined;
  }
}

const app = composed();
/** The model that weights are loaded into. */
const [victim] = models();

/** @param {readonly { data: ArrayLike<number> }[] | undefined} before @param {readonly { data: ArrayLike<number> }[] | undefined} after @param {string} what */
function assertSame(before, after, what) {
  const same =
    before?.length === after?.length &&
    (before ?? []).every((tensor, i) =>
      Array.from(tensor.data).every((value, k) => Object.is(value, after[i].data[k])),
    );
  if (!same) throw new Error(`A file that was refused has changed ${what}.`);
}
