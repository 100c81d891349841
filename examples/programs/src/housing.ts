// Housing: the price of a house, from a CSV file that is read as a stream, so that it may be larger than memory.
// Each column is an input of the model, by name; their means and variances are found by one pass over the file.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  adam,
  concatenate,
  csvDataset,
  datasets,
  dense,
  input,
  model,
  normalization,
  setRandomSeed,
} from 'lamella';
import { randomNumbers } from './random-numbers.js';

const columns = {
  area: 'float32',
  rooms: 'int32',
  age: 'float32',
  distance: 'float32',
  price: 'float32',
} as const;
const features = ['area', 'rooms', 'age', 'distance'] as const;

/** Houses and their prices, as a file. Units: square metres, years, kilometres, thousands. */
function houses(count: number, seed: number): string {
  const { uniform, below, normal } = randomNumbers(seed);
  const rows = Array.from({ length: count }, () => {
    const [rooms, age, distance] = [1 + below(6), 80 * uniform(), 20 * uniform()];
    const area = 25 * rooms + 10 * normal();
    const price = 3 * area + 15 * rooms - age + 200 * Math.exp(-distance / 5) + 5 * normal();
    return [area, rooms, age, distance, price].map((value) => value.toFixed(1).replace('.0', '')).join(',');
  });
  return [Object.keys(columns).join(','), ...rows, ''].join('\n');
}

/** Trains on some houses; gives the mean absolute error of the prices of others, in thousands. */
export async function housing({ epochs = 40, count = 800 } = {}): Promise<number> {
  setRandomSeed(1);
  const folder = await mkdtemp(join(tmpdir(), 'housing-'));
  const [known, others] = [join(folder, 'known.csv'), join(folder, 'others.csv')];
  await writeFile(known, houses(count, 1));
  await writeFile(others, houses(200, 2));
  const rows = (path: string) => csvDataset(path, { columns, label: 'price' });

  const columnOf = async function* (name: string) {
    for await (const { x } of rows(known)) yield x[name]!;
  };

  const inputs = features.map((name) => input({ shape: [1], name }));
  const scales = features.map((name) => normalization({ name: `${name}_scale` }));
  for (const [i, scale] of scales.entries()) await scale.adapt(columnOf(features[i]!));
  const all = concatenate().apply(inputs.map((column, i) => scales[i]!.apply(column)));
  const hidden = dense({ units: 32, activation: 'relu' }).apply(all);
  const outputs = dense({ units: 1 }).apply(hidden);
  const net = model({ inputs, outputs, name: 'housing' });
  net.compile({ optimizer: adam({ learningRate: 0.02 }), loss: 'mse', metrics: ['mae'] });
  await net.fit(datasets.prefetch(rows(known)), { epochs, verbose: 0 });
  const { mae } = await net.evaluate(rows(others));
  await rm(folder, { recursive: true });
  return mae!;
}
