// Writes fixtures/lamella/VERSION/: the models of past-models.mjs, trained a little and saved by the present code in every format,
// each with a JSON of inputs, predictions and further training. Run once a version, after `npm run build`, with a new folder:
// `node packages/io/scripts/write-past-files.mjs fixtures/lamella/0.2.0`. What a version has written is never written again.
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cpu } from '@lamella/backend-cpu';
import { clearNames, compose, setRandomSeed } from '@lamella/core';
import { io } from '@lamella/io';
import { lambdas } from '@lamella/lambda';
import { layers } from '@lamella/layers';
import { flatten, isLamellaError } from '@lamella/program';
import { training } from '@lamella/training';
import { functions, models } from './past-models.mjs';

const folder = process.argv[2];
if (folder === undefined) throw new Error('Say where to write: fixtures/lamella/VERSION.');
if (existsSync(folder)) throw new Error(`${folder} exists; files of the past are not written again.`);
await mkdir(folder, { recursive: true });

const modelEndings = ['.keras', '.h5', '/model.json'];
const weightEndings = ['.weights.h5', '.weights.json', '.legacy.h5', '.safetensors'];
// What weights alone hold differs by the kinds of layers, not by their functions.
const writtenAsWeights = ['several', 'shared', 'sequential', 'image', 'words', 'adam_w_ema'];
const writtenAsOperations = ['lambda_named'];
const fitOptions = { batchSize: 4, verbose: 0, shuffle: false };

for (const [name, make] of Object.entries(models)) {
  clearNames();
  setRandomSeed(2026);
  const composition = compose({
    backend: cpu(),
    plugins: [layers, lambdas({ functions }), training, io],
  });
  const { net, x, y } = await make(composition);
  await net.fit(x, y, { ...fitOptions, epochs: 2 });
  const files = [];
  for (const ending of modelEndings) {
    if (ending.startsWith('/')) await mkdir(join(folder, name));
    try {
      await composition.saveModel(net, join(folder, name + ending));
      files.push(name + ending);
    } catch (error) {
      // TensorFlow.js lacks some layers and options.
      if (!isLamellaError(error, 'NOT_SERIALIZABLE') || !ending.endsWith('model.json')) throw error;
      await rm(join(folder, name), { recursive: true });
    }
  }
  if (writtenAsOperations.includes(name)) {
    files.push(`${name}.operations.keras`);
    await composition.saveModel(net, join(folder, files.at(-1)), { lambda: 'keras_ops' });
  }
  const weightFiles = [];
  for (const ending of writtenAsWeights.includes(name) ? weightEndings : []) {
    await composition.saveWeights(net, join(folder, name + ending));
    weightFiles.push(name + ending);
  }
  const predictions = flatten(await net.predict(x));
  const evaluation = await net.evaluate(x, y);
  const { history } = await net.fit(x, y, { ...fitOptions, epochs: 2 });
  const record = {
    models: files,
    weights: weightFiles,
    inputs: [x].flat().map(plain),
    targets: [y].flat().map(plain),
    predictions: predictions.map(plain),
    evaluation,
    resumed: history,
  };
  await writeFile(join(folder, `${name}.json`), `${JSON.stringify(record)}\n`);
}

function plain({ shape, dtype, data }) {
  return { shape, dtype, data: Array.from(data) };
}
