// What runs under Lamella: opening what TensorFlow.js wrote, and writing the models that it is to open.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cpu } from '@lamella/backend-cpu';
import { clearNames, compose } from '@lamella/core';
import { io } from '@lamella/io';
import { lambdas } from '@lamella/lambda';
import { layers } from '@lamella/layers';
import { HostTensor, allocateArray, flatten } from '@lamella/program';
import { training } from '@lamella/training';

/** @typedef {{ shape: number[], dtype: string, data: number[] }} Golden */
/** @typedef {{ inputs: Golden[], outputs: Golden[] }} Expected */

function composed() {
  clearNames();
  return compose({ backend: cpu(), plugins: [layers, lambdas(), training, io] });
}

/** @param {Golden} golden */
function host({ shape, dtype, data }) {
  const values = allocateArray(/** @type {'float32'} */ (dtype), data.length);
  data.forEach((value, i) => (values[i] = Number(value)));
  return new HostTensor(values, shape, /** @type {'float32'} */ (dtype));
}

/** @param {HostTensor} tensor @returns {Golden} */
const golden = ({ shape, dtype, data }) => ({ shape: [...shape], dtype, data: [...data] });

/** The largest difference of what a model in `folder` predicts. @param {string} folder @param {Expected} expected */
export async function differenceHere(folder, { inputs, outputs }) {
  const model = await composed().loadModel(folder);
  const fed = inputs.map(host);
  const got = flatten(await model.predict(fed.length === 1 ? /** @type {HostTensor} */ (fed[0]) : fed));
  const gaps = outputs.flatMap(({ data }, i) =>
    data.map((v, k) => Math.abs(v - Number(got[i]?.data[k])) / Math.max(1, Math.abs(v))),
  );
  return Math.max(0, ...gaps.map((gap) => (Number.isNaN(gap) ? Infinity : gap)));
}

/**
 * Models of Keras' fixtures that hold nothing TensorFlow.js lacks: `shared` has a Subtract, and `regularized` penalises
 * activities.
 */
const models = ['mlp', 'sequential', 'nested', 'branches', 'conv', 'embedding', 'frozen'];
const files = fileURLToPath(new URL('../../../fixtures/keras/files/', import.meta.url));

/** Writes each model as TensorFlow.js' with what it predicts, and its weights as safetensors. @param {string} folder */
export async function writeModels(folder) {
  for (const name of models) {
    const { loadModel, saveModel, saveWeights } = composed();
    const model = await loadModel(join(files, `${name}.keras`));
    const { inputs, resume } = JSON.parse(readFileSync(join(files, `${name}.json`), 'utf8'));
    const place = join(folder, name);
    mkdirSync(place);
    await saveModel(model, place);
    await saveWeights(model, join(place, 'weights.safetensors'));
    const fed = inputs.map(host);
    const outputs = flatten(await model.predict(fed.length === 1 ? fed[0] : fed));
    const more = name === 'mlp' && resume !== undefined ? await resumed(model, resume[0]) : {};
    writeFileSync(
      join(place, 'expected.json'),
      JSON.stringify({ inputs, outputs: outputs.map(golden), ...more }),
    );
  }
}

/** @param {import('@lamella/training').Model} model @param {{ x: Golden, y: Golden }} data */
async function resumed(model, { x, y }) {
  const { history } = await model.fit(host(x), host(y), { epochs: 3, batchSize: x.shape[0], verbose: 0 });
  return { x, y, losses: history['loss'] };
}
