// Writes NAME.onnx and NAME.json for each model: what goes in at several batch sizes, and what Lamella computes on
// backend-cpu. For training steps: what goes in, and losses, metrics and weights after each of several steps.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exportOnnx, exportTrainingStep } from '@lamella/backend-onnx';
import { fillRandom, flatten, HostTensor } from '@lamella/program';
import { kerasFiles, layerCases, ownModels, trainedModels } from './onnx-models.mjs';
import { imageCases, preprocessingCases, recordCases } from './onnx-preparation.mjs';

/** @typedef {import('./onnx-models.mjs').ExportCase} ExportCase */
/** @typedef {import('./onnx-models.mjs').TrainingCase} TrainingCase */

const batches = [1, 2, 5, 17];
const steps = 5;

/**
 * Exports everything into a folder and returns how many models there are.
 * @param {string} folder
 */
export async function writeExports(folder) {
  let count = 0;
  const next = (/** @type {string} */ name) =>
    join(folder, `${String(++count).padStart(3, '0')} ${name.replaceAll(/[^\w.,]+/g, '-')}`);
  for (const item of [...layerCases(), ...imageCases(), ...recordCases(), ...ownModels()])
    await writeForward(next(item.name), item);
  for await (const item of preprocessingCases()) await writeForward(next(item.name), item);
  for await (const item of kerasFiles()) await writeForward(next(item.name), item);
  for (const item of trainedModels()) await writeTraining(next(`training, ${item.name}`), item);
  return count;
}

/**
 * @param {string} path
 * @param {ExportCase} item
 */
async function writeForward(path, { name, model, inputs, draws = [] }) {
  await exportOnnx(model, `${path}.onnx`);
  const runs = [];
  for (const batch of batches) {
    const given = inputs(batch);
    const outputs = flatten(await model.predict(given, { batchSize: batch }));
    const feeds = given.map((tensor, i) => [model.inputs[i]?.name, plain(tensor)]);
    runs.push({
      inputs: { ...Object.fromEntries(feeds), ...drawn(draws, batch, model.seed, 0) },
      outputs: outputs.map(plain),
    });
  }
  writeFileSync(`${path}.json`, JSON.stringify({ name, runs }));
}

/**
 * @param {string} path
 * @param {TrainingCase} item
 */
async function writeTraining(path, { name, model, x, y, draws = [] }) {
  const batchSize = x.shape[0] ?? 0;
  await exportTrainingStep(model, `${path}.onnx`, { batchSize, defaults: true });
  const given = { [model.inputs[0]?.name ?? '']: plain(x), y_0: plain(y) };
  const runs = [];
  for (let step = 0; step < steps; step++) {
    const { history } = await model.fit(x, y, { batchSize, shuffle: false, verbose: 0 });
    const logs = Object.entries(history).map(([log, values]) => [log, Number(values[0])]);
    runs.push({
      inputs: { ...given, ...drawn(draws, batchSize, model.seed, step) },
      logs: Object.fromEntries(logs),
    });
  }
  const values = await model.getWeights();
  const weights = Object.fromEntries(model.weights.map(({ name }, i) => [name, plain(values[i])]));
  writeFileSync(`${path}.json`, JSON.stringify({ name, training: { runs, weights } }));
}

/**
 * The random numbers that Lamella draws at a step, by the names of the inputs that take them.
 * @param {readonly import('./onnx-models.mjs').Draw[]} draws
 * @param {number} batch
 * @param {number} seed
 * @param {number} step
 */
function drawn(draws, batch, seed, step) {
  const entries = draws.map(({ shape, ...spec }) => {
    const numbers = HostTensor.zeros([batch, ...shape]);
    fillRandom(spec, { seed, step }, numbers.data);
    return [spec.stream, plain(numbers)];
  });
  return Object.fromEntries(entries);
}

/** @param {HostTensor} tensor */
function plain({ shape, dtype, data }) {
  return { shape, dtype, data: Array.from(data) };
}
