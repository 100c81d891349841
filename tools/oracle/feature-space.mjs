// Writes files of a FeatureSpace, and models behind one, for Keras on TensorFlow to open: `npm run check:feature-space` runs this and then
// feature_space.py --check, which compares what they give. `--folder PATH` keeps the files.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { cpu } from '@lamella/backend-cpu';
import { compose, input } from '@lamella/core';
import { io } from '@lamella/io';
import { dense, FeatureSpace, featureSpace, layers, reLU, textVectorization } from '@lamella/layers';
import { HostTensor, isHostTensor } from '@lamella/program';
import { training } from '@lamella/training';
import { tensorflowPython } from './python.mjs';

/** @typedef {Record<string, HostTensor>} Rows */

const here = fileURLToPath(new URL('.', import.meta.url));
const fixtures = join(here, '../../fixtures/keras/feature_space');
const { values } = parseArgs({ options: { folder: { type: 'string' } } });
if (values.folder !== undefined) mkdirSync(values.folder, { recursive: true });
const folder = values.folder ?? mkdtempSync(join(tmpdir(), 'lamella-feature-space-'));
const { loadModel, model, saveModel, sequential } = compose({
  backend: cpu(),
  plugins: [layers, training, io],
});

/** @param {any} tensor */
const stored = ({ shape, dtype, data }) => ({ shape, dtype, data: [...data] });

/** @param {Rows} tensors */
const storedAll = (tensors) =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, stored(tensor)]));

/**
 * Writes a file, and beside it rows and what the model makes of them.
 * @param {string} name @param {any} saved @param {any} net @param {Rows} rows
 */
async function write(name, saved, net, rows) {
  const found = await net.predict(rows);
  const encoded = isHostTensor(found) ? { all: found } : found;
  await saveModel(saved, join(folder, `${name}.keras`));
  writeFileSync(
    join(folder, `${name}.json`),
    JSON.stringify({ rows: storedAll(rows), encoded: storedAll(encoded) }),
  );
}

/** @param {any} space */
const encoding = (space) => model({ inputs: space.getInputs(), outputs: space.getEncodedFeatures() });

/** Keras' own files, saved again. */
async function ofKeras() {
  for (const name of ['all', 'record']) {
    const golden = JSON.parse(readFileSync(join(fixtures, `${name}.json`), 'utf8'));
    const rows = Object.fromEntries(
      Object.entries(golden.others.rows).map(([column, { shape, dtype, data }]) => [
        column,
        new HostTensor(dtype === 'string' ? data : HostTensor.fromArray(data, dtype).data, shape, dtype),
      ]),
    );
    const space = await loadModel(join(fixtures, `${name}.keras`));
    await write(`${name}-again`, space, encoding(space), rows);
    await write(`${name}-model`, encoding(space), encoding(space), rows);
  }
}

const table = {
  age: HostTensor.fromArray([31, 45.5, 18, 67]),
  size: HostTensor.fromArray([1.5, 1.7, 1.6, 2]),
  rooms: HostTensor.fromArray([2, 3, 2, 5], 'int32'),
  town: HostTensor.fromArray(['Rome', 'Oslo', 'Rome', 'Lima']),
  text: HostTensor.fromArray(['a good end', 'good', 'bad', 'a bad, bad end']),
};

async function own() {
  const row = featureSpace({
    features: {
      age: 'float_normalized',
      size: FeatureSpace.floatDiscretized({ numBins: 3 }),
      rooms: FeatureSpace.integerCategorical({ maxTokens: 3 }),
      town: 'string_hashed',
    },
    crosses: [['town', 'rooms'], { featureNames: ['rooms', 'size'], crossingDim: 4 }],
    name: 'row',
  });
  await row.adapt(table);
  const { text: _text, ...rows } = table;
  await write('row', row, encoding(row), rows);

  const names = {
    10: 'string_categorical',
    9: 'string_categorical',
    'a "b" 名': 'float',
    ﬀ: 'float',
    '😀': 'float',
  };
  const odd = featureSpace({ features: /** @type {any} */ (names) });
  const oddRows = {
    10: HostTensor.fromArray(['x', 'y']),
    9: HostTensor.fromArray(['z', 'z']),
    'a "b" 名': HostTensor.fromArray([1, 2]),
    ﬀ: HostTensor.fromArray([3, 4]),
    '😀': HostTensor.fromArray([5, 6]),
  };
  await odd.adapt(oddRows);
  await write('odd-names', odd, encoding(odd), oddRows);

  const texts = featureSpace({
    features: {
      text: FeatureSpace.feature({
        dtype: 'string',
        preprocessor: textVectorization({ outputMode: 'tf_idf' }),
        outputMode: 'float',
      }),
      town: FeatureSpace.stringCategorical({ outputMode: 'int', numOovIndices: 2 }),
      age: 'float_rescaled',
      // Keras says no number of them, and could make no row of places.
      size: FeatureSpace.floatDiscretized({ binBoundaries: [1.55, 1.65], outputMode: 'int' }),
    },
    outputMode: 'dict',
  });
  const { text, town, age, size } = table;
  await texts.adapt({ text, town, age, size });
  await write('texts', texts, encoding(texts), { text, town, age, size });

  const preprocessor = sequential([dense({ units: 2 }), reLU()], { inputShape: [1] });
  const modelled = featureSpace({
    features: {
      age: 'float',
      size: FeatureSpace.feature({ dtype: 'float32', preprocessor, outputMode: 'float' }),
    },
  });
  await write('a-model', modelled, encoding(modelled), { age, size });

  // What is trained takes rows that are encoded; what predicts takes the table.
  const encoded = row.getEncodedFeatures();
  const given = input({ shape: [Number(encoded.shape[1])], name: 'encoded' });
  const hidden = dense({ units: 3, activation: 'relu' }).apply(given);
  const trained = model({ inputs: given, outputs: dense({ units: 1 }).apply(hidden), name: 'trained' });
  trained.compile({ optimizer: 'adam', loss: 'mse' });
  await trained.fit(await encoding(row).predict(rows), [[1], [0], [1], [0]], { epochs: 2, verbose: 0 });
  const whole = model({ inputs: row.getInputs(), outputs: trained.apply(encoded), name: 'whole' });
  await write('whole', whole, whole, rows);
}

await ofKeras();
await own();
try {
  execFileSync(tensorflowPython(), [join(here, 'feature_space.py'), '--check', folder], {
    stdio: 'inherit',
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
  });
} finally {
  if (values.folder === undefined) rmSync(folder, { recursive: true });
}
