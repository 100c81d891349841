// One model of the exchange: opening Keras' files of it and comparing, and writing it for Keras in every format.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { cpu } from '@lamella/backend-cpu';
import { onnx } from '@lamella/backend-onnx';
import { clearNames, compose, getWeightValues, Layer } from '@lamella/core';
import { io } from '@lamella/io';
import { lambdas, namedFunction } from '@lamella/lambda';
import { initializers, layers } from '@lamella/layers';
import { HostTensor, allocateArray, flatten, isFloatDType, numbersOf, unflatten } from '@lamella/program';
import { training } from '@lamella/training';

/** @typedef {import('./exchange-table.mjs').Finding} Finding */
/** @typedef {{ shape: number[], dtype: string, data: (number | string | boolean)[], path?: string }} Golden */
/** @typedef {{ files: string[], inputs: Golden[], outputs: Golden[], weights: Golden[], optimizer_variables?: Golden[], resume?: { x: Golden, y: Golden, logs: Record<string, number> }[], refused_in_safe_mode?: boolean, tolerance?: number }} Companion */
/** @typedef {import('@lamella/training').Model} Model */

/** Of predictions, relative where values exceed 1; and of losses after further training. */
const tolerance = 1e-6;
const resumeTolerance = 1e-4;

const addTwo = namedFunction('tutorial>add_two', (/** @type {tf.Tensor} */ x) => tf.add(x, 2));
const scaled = namedFunction(
  'tutorial>scaled',
  (/** @type {tf.Tensor} */ x, /** @type {{ factor: number }} */ { factor }) => tf.mul(x, factor),
);
/** What the Python lambda of one model means; its bytecode is never decoded. */
const functions = { double_plus_two: (/** @type {tf.Tensor} */ x) => tf.add(tf.mul(x, 2), 2) };

/** The layer of the same name in models.py. */
class Blend extends Layer {
  static className = 'tutorial>Blend';
  static callArguments = ['initialState', 'limits', 'isReversed'];
  /** @override @param {number[]} shape */
  build(shape) {
    const [size] = shape.slice(-1);
    this.factor = this.addWeight({ name: 'factor', shape: [size], initializer: initializers.ones() });
  }
  /** @override @param {tf.Tensor} x @param {import('@lamella/core').CallContext} context */
  call(x, { args }) {
    const { initialState, limits, isReversed } = /** @type {Record<string, any>} */ (args);
    let y = tf.mul(x, /** @type {import('@lamella/core').Weight} */ (this.factor).read());
    if (initialState !== undefined) y = tf.sub(tf.add(y, initialState[0]), initialState[1]);
    if (limits !== undefined) y = tf.minimum(tf.maximum(y, limits.low), limits.high);
    return isReversed === true ? tf.neg(y) : y;
  }
}

const tutorial = { name: 'tutorial', classes: { layers: [Blend] } };

const backends = { cpu, onnx };
let backend = onnx();

/** Chooses where models run here. @param {string} name */
export function useBackend(name) {
  if (!Object.hasOwn(backends, name)) throw new Error(`--backend ${name}: expected cpu or onnx`);
  backend = backends[/** @type {'cpu'} */ (name)]();
}

function composed() {
  clearNames();
  return compose({
    backend,
    plugins: [layers, lambdas({ functions: [addTwo, scaled] }), training, io, tutorial],
  });
}

/** Of weights in several files: 120 bytes. */
const shardSize = { maxShardSize: 120 / 1024 ** 3 };

/** @param {string} folder @param {string} name @returns {Companion} */
function companion(folder, name) {
  return JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
}

/** @param {Golden} golden */
function host({ shape, dtype, data }) {
  const isFloat = isFloatDType(/** @type {'float32'} */ (dtype));
  const values = allocateArray(/** @type {'float32'} */ (isFloat ? 'float32' : dtype), data.length);
  data.forEach((value, i) => (values[i] = Number(value)));
  const tensor = new HostTensor(values, shape, /** @type {'float32'} */ (isFloat ? 'float32' : dtype));
  return tensor.cast(/** @type {'float32'} */ (dtype));
}

/** @param {HostTensor} tensor @returns {Golden} */
function golden(tensor) {
  const { shape, dtype } = tensor;
  const values = Array.from(numbersOf(tensor.data, dtype), (v) => (Number.isFinite(v) ? v : String(v)));
  return { shape: [...shape], dtype, data: dtype === 'bool' ? values.map(Boolean) : values };
}

/** @param {HostTensor} found @param {Golden} expected */
function difference(found, expected) {
  const wanted = host(expected);
  if (found.shape.join() !== wanted.shape.join())
    throw new Error(`shape [${found.shape}] instead of [${wanted.shape}]`);
  let worst = 0;
  const others = numbersOf(wanted.data, wanted.dtype);
  Array.from(numbersOf(found.data, found.dtype)).forEach((value, i) => {
    const gap = Object.is(value, others[i])
      ? 0
      : Math.abs(value - others[i]) / Math.max(1, Math.abs(others[i]));
    worst = Number.isNaN(gap) ? Infinity : Math.max(worst, gap);
  });
  return worst;
}

/** @param {Model} model @param {Golden[]} inputs */
async function predict(model, inputs) {
  return flatten(await model.predict(unflatten(model.inputStructure, inputs.map(host))));
}

/**
 * The logs of each step of further training, all in one run: at its end, averages may take the place of weights.
 * @param {Model} model @param {{ x: Golden, y: Golden }[]} steps
 */
async function trainOn(model, steps) {
  const joined = (/** @type {Golden[]} */ parts) =>
    host({
      ...parts[0],
      shape: [parts.length * parts[0].shape[0], ...parts[0].shape.slice(1)],
      data: parts.flatMap(({ data }) => data),
    });
  /** @type {Record<string, number>[]} */
  const means = [];
  const callback = {
    onTrainBatchEnd: (/** @type {number} */ _, /** @type {Record<string, number>} */ logs) =>
      void means.push({ ...logs }),
  };
  const options = {
    batchSize: steps[0].x.shape[0],
    verbose: /** @type {const} */ (0),
    shuffle: false,
    callbacks: [callback],
  };
  await model.fit(joined(steps.map(({ x }) => x)), joined(steps.map(({ y }) => y)), options);
  // Logs are means so far; what the last step added is its own.
  return means.map((mean, k) =>
    Object.fromEntries(
      Object.entries(mean).map(([key, value]) => [
        key,
        (k + 1) * value - (k === 0 ? 0 : k * means[k - 1][key]),
      ]),
    ),
  );
}

/**
 * What Lamella makes of each of Keras' files of one model.
 * @param {string} folder @param {string} name @returns {Promise<Finding[]>}
 */
export async function checkFromKeras(folder, name) {
  const expected = companion(folder, name);
  const findings = [];
  for (const file of expected.files) {
    try {
      const { worst, remark } = await checkFile(folder, name, file, expected);
      findings.push({
        file,
        direction: 'from Keras',
        ok: worst <= (expected.tolerance ?? tolerance),
        difference: worst,
        remark,
      });
    } catch (error) {
      const remark = String(/** @type {Error} */ (error).message)
        .split('\n')
        .slice(0, 3)
        .join(' ');
      findings.push({ file, direction: 'from Keras', ok: false, difference: Infinity, remark });
    }
  }
  return /** @type {Finding[]} */ (findings);
}

/** @param {string} folder @param {string} name @param {string} file @param {Companion} expected */
async function checkFile(folder, name, file, expected) {
  const { loadModel, loadWeights } = composed();
  const isWeights = /weights\.(?:h5|json)$/.test(file);
  const path = join(folder, isWeights ? `${name}.keras` : file);
  const model = await loadModel(path, { functions, compile: !isWeights });
  if (isWeights) {
    for (const weight of model.weights) weight.set(HostTensor.zeros(weight.shape, weight.dtype));
    await loadWeights(model, join(folder, file));
  }
  if (model.weights.length !== expected.weights.length)
    throw new Error(`${model.weights.length} weights instead of ${expected.weights.length}`);
  for (const [i, weight] of model.weights.entries())
    if (difference(await weight.values(), expected.weights[i]) > 0)
      throw new Error(`weight ${weight.name} differs`);
  const remarks = ['weights equal'];
  const outputs = await predict(model, expected.inputs);
  const worst = Math.max(...outputs.map((output, i) => difference(output, expected.outputs[i])));
  if (!isWeights && expected.optimizer_variables !== undefined) {
    const found = model.optimizer?.variables ?? [];
    if (found.length !== expected.optimizer_variables.length)
      throw new Error("the optimizer's variables are others");
    for (const [i, variable] of found.entries())
      if (difference(await variable.values(), expected.optimizer_variables[i]) > 0)
        throw new Error(`${variable.name} differs`);
    remarks.push('optimizer equal');
  }
  if (!isWeights && expected.resume !== undefined) {
    let drift = 0;
    const logs = await trainOn(model, expected.resume);
    expected.resume.forEach((step, k) => {
      for (const [key, value] of Object.entries(step.logs))
        drift = Math.max(drift, Math.abs(logs[k][key] - value) / Math.max(1, Math.abs(value)));
    });
    if (!(drift <= resumeTolerance))
      throw new Error(`training resumes with losses that differ by ${drift.toExponential(1)}`);
    remarks.push(`resumes within ${drift.toExponential(1)}`);
  }
  return { worst, remark: remarks.join(', ') };
}

/**
 * Writes one model of Keras' for Keras, with what it predicts here. What cannot be written is a finding.
 * @param {string} from @param {string} to @param {string} name @returns {Promise<Finding[]>}
 */
export async function writeForKeras(from, to, name) {
  const { files, inputs, resume, refused_in_safe_mode: isBytecode, tolerance: own } = companion(from, name);
  // A Lambda without a name is data that only Lamella runs.
  if (isBytecode === true) return [];
  const { loadModel, saveModel, saveWeights } = composed();
  try {
    const model = await loadModel(join(from, files[0]));
    for (const file of new Set([...files, `${name}.keras`])) {
      if (/weights\.(?:h5|json)$/.test(file)) await saveWeights(model, join(to, file), shardSize);
      else await saveModel(model, join(to, file));
    }
    const outputs = await predict(model, inputs);
    const written = {
      inputs,
      outputs: outputs.map(golden),
      weights: (await model.getWeights()).map(golden),
      ...(model.optimizer !== undefined && {
        optimizer_variables: (await getWeightValues(model.optimizer.variables)).map(golden),
      }),
      ...(resume !== undefined && { resume: await resumed(model, resume) }),
      ...(own !== undefined && { tolerance: own }),
    };
    writeFileSync(join(to, `${name}.json`), JSON.stringify(written));
    return [];
  } catch (error) {
    const remark = `not written: ${String(/** @type {Error} */ (error).message).split('\n')[0]}`;
    return [{ file: `${name}.keras`, direction: 'to Keras', ok: false, difference: Infinity, remark }];
  }
}

/** @param {Model} model @param {{ x: Golden, y: Golden }[]} steps */
async function resumed(model, steps) {
  const logs = await trainOn(model, steps);
  return steps.map(({ x, y }, k) => ({ x, y, logs: logs[k] }));
}
