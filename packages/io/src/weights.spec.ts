import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { getWeightValues, input } from '@lamella/core';
import { conv2D, dense, flatten } from '@lamella/layers';
import { HostTensor } from '@lamella/program';
import { adam, sgd, type Model } from '@lamella/training';
import { readValues } from './weights/read-values.js';
import { readLegacyWeights, writeLegacyWeights } from './hdf5/legacy-weights.js';
import { readHdf5 } from './hdf5/read-hdf5.js';
import { writeHdf5 } from './hdf5/write-hdf5.js';
import { composed, pathOf } from './keras-fixtures.spec.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lamella-weights-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A small model whose layers are named and sized as told. */
function net(
  names: { conv: string; units: number; head?: string; extra?: boolean } = { conv: 'conv', units: 4 },
): Model {
  const x = input({ shape: [4, 4, 1], name: 'x' });
  let h = conv2D({ filters: 2, kernelSize: 3, name: names.conv }).apply(x);
  if (names.extra === true) h = conv2D({ filters: 2, kernelSize: 1, name: 'extra' }).apply(h);
  const flat = flatten({ name: 'flat' }).apply(h);
  return composed().model({
    inputs: x,
    outputs: dense({ units: names.units, name: names.head ?? 'head' }).apply(flat),
    name: 'net',
  });
}

const formats = ['w.weights.h5', 'w.h5', 'w.weights.json'] as const;
const { loadWeights, saveWeights } = composed();

describe('saveWeights and loadWeights', () => {
  it.each(formats)('%s: give weights back, bit for bit', async (file) => {
    const [from, to] = [net(), net()];
    await saveWeights(from, join(folder, file));
    await loadWeights(to, join(folder, file));
    expect(await to.getWeights()).toEqual(await from.getWeights());
  });

  it.each(formats)('%s: write the same bytes for the same weights', async (file) => {
    const model = net();
    await saveWeights(model, join(folder, file));
    const first = readFileSync(join(folder, file));
    await saveWeights(model, join(folder, file));
    expect(readFileSync(join(folder, file))).toEqual(first);
  });

  it.each(formats)('%s: load nothing when something does not fit, and list it all', async (file) => {
    await saveWeights(net({ conv: 'conv', units: 4 }), join(folder, file));
    const other = net({ conv: 'conv', units: 3 });
    const before = await other.getWeights();
    await expect(loadWeights(other, join(folder, file))).rejects.toThrow(
      new RegExp(
        `^\\[WEIGHTS_MISMATCH\\] ".*${file}": it does not fit this model: 0 missing, 2 wrong shape, 0 unused.\n` +
          ' {2}head/kernel +expected \\[8, 3\\], found \\[8, 4\\]\n {2}head/bias +expected \\[3\\], found \\[4\\]\nNothing was loaded.\nFix: load what fits with { skipMismatch: true }.$',
      ),
    );
    expect(await other.getWeights()).toEqual(before);
  });

  it('name near matches of what is missing, and what is left over', async () => {
    const path = join(folder, 'w.weights.h5');
    await saveWeights(net({ conv: 'conv', units: 4, extra: true }), path);
    await expect(loadWeights(net(), path)).rejects.toThrow(
      /0 missing, 0 wrong shape, 2 unused.\n {2}extra\/0 +not in this model\n {2}extra\/1 +not in this model/,
    );
    await saveWeights(net(), path);
    await expect(loadWeights(net({ conv: 'conv', units: 4, extra: true }), path)).rejects.toThrow(
      /2 missing, 0 wrong shape, 0 unused.\n {2}extra\/kernel +missing\n {2}extra\/bias +missing\nNothing was loaded/,
    );
  });

  it('name the layers where their number differs in a file of Keras 2', async () => {
    await saveWeights(net(), join(folder, 'w.h5'));
    await expect(
      loadWeights(net({ conv: 'conv', units: 4, extra: true }), join(folder, 'w.h5')),
    ).rejects.toThrow(
      /the model has 3 layers with weights, the file has 2.\n {2}model: conv, extra, head\n {2}file: conv, head\n/,
    );
  });

  it('say which endings there are', async () => {
    await expect(saveWeights(net(), join(folder, 'w.txt'))).rejects.toThrow(
      /^\[FORMAT_UNKNOWN\].*can write weights to.*\nFix: use one of .*\.weights\.h5/,
    );
    await expect(composed().saveModel(net(), join(folder, 'w.weights.h5'))).rejects.toThrow(
      /can write a model to.*\nFix: use one of .*\.keras/,
    );
  });
});

describe('the state of an optimizer', () => {
  const x = HostTensor.zeros([2, 4, 4, 1]);
  const y = HostTensor.zeros([2, 4]);

  async function trained(optimizer: 'adam' | 'sgd'): Promise<Model> {
    const model = net();
    model.compile({ optimizer: optimizer === 'adam' ? adam() : sgd({ momentum: 0.9 }), loss: 'mse' });
    await model.fit(x, y, { verbose: 0 });
    return model;
  }

  it('goes with the weights into an optimizer that has none yet', async () => {
    const path = join(folder, 'w.weights.h5');
    const from = await trained('adam');
    await saveWeights(from, path);
    const to = net();
    to.compile({ optimizer: adam(), loss: 'mse' });
    await loadWeights(to, path);
    expect(await getWeightValues(to.optimizer!.variables)).toEqual(
      await getWeightValues(from.optimizer!.variables),
    );
  });

  it('that is another optimizer is refused whole, and left alone on request', async () => {
    const path = join(folder, 'w.weights.h5');
    await saveWeights(await trained('adam'), path);
    const to = net();
    to.compile({ optimizer: sgd({ momentum: 0.9 }), loss: 'mse' });
    const before = await to.getWeights();
    await expect(loadWeights(to, path)).rejects.toThrow(
      /WEIGHTS_MISMATCH.*it has 6 variables, the file has 10.*Fix: the state of the optimizer is left alone with/s,
    );
    expect(await to.getWeights()).toEqual(before);
    expect(to.optimizer!.isBuilt).toBe(false);
    await loadWeights(to, path, { includeOptimizer: false });
    expect(await to.getWeights()).not.toEqual(before);
  });
});

describe('weights in several files', () => {
  /** Kilobytes, in Keras' unit. */
  const oneKilobyte = 1 / 2 ** 20;
  const path = (): string => join(folder, 'big.weights.json');

  it('are split where one would grow too large, and put together again', async () => {
    const [from, to] = [net({ conv: 'conv', units: 200 }), net({ conv: 'conv', units: 200 })];
    await saveWeights(from, path(), { maxShardSize: oneKilobyte });
    const files = readdirSync(folder).sort();
    expect(files).toHaveLength(5);
    expect(files[0]).toBe('big.weights.json');
    expect(files[1]).toBe('big_00000.weights.h5');
    await loadWeights(to, path());
    expect(await to.getWeights()).toEqual(await from.getWeights());
  });

  it('that Keras wrote are read, variables of one layer in two files among them', async () => {
    const { loadModel, loadWeights: load } = composed();
    const model = await loadModel(pathOf('sharded.keras'));
    const before = await model.getWeights();
    for (const weight of model.weights) weight.set(HostTensor.zeros(weight.shape));
    await load(model, pathOf('sharded.weights.json'));
    expect(await model.getWeights()).toEqual(before);
  });

  it('replace those of an earlier time, once the new index stands', async () => {
    await saveWeights(net(), path());
    const before = readdirSync(folder);
    await saveWeights(net(), path());
    const after = readdirSync(folder);
    expect(after).toHaveLength(before.length);
    expect(after).not.toEqual(before);
  });

  it('are refused when one is missing, and when one holds what another does', async () => {
    await saveWeights(net(), path());
    const shard = readdirSync(folder).find((name) => name.includes('00001'))!;
    const index = JSON.parse(readFileSync(path(), 'utf8')) as { weight_map: Record<string, string[]> };
    const bytes = new Uint8Array(readFileSync(join(folder, shard)));
    const model = net();
    const given = (map: object, siblings: Record<string, Uint8Array>) =>
      loadWeights(model, {
        name: 'big.weights.json',
        bytes: new TextEncoder().encode(JSON.stringify({ weight_map: map })),
        siblings,
      });
    await expect(given(index.weight_map, {})).rejects.toThrow('[FILE_MISSING]');
    const twice = Object.fromEntries(Object.keys(index.weight_map).map((key) => [key, [shard, `b${shard}`]]));
    await expect(given(twice, { [shard]: bytes, [`b${shard}`]: bytes })).rejects.toThrow(
      'stands in two files',
    );
    await expect(given({ '/nowhere/vars': shard }, { [shard]: bytes })).rejects.toThrow(
      'is not where the index says',
    );
  });

  it('take a sensible size only', async () => {
    await expect(saveWeights(net(), path(), { maxShardSize: 0 })).rejects.toThrow(
      'maxShardSize: expected a number of GB, got 0',
    );
  });
});

describe('attributes of Keras 2 that are too long for one', () => {
  it('are split, and read again', async () => {
    const x = input({ shape: [1], name: 'x' });
    let h = x;
    for (let i = 0; i < 80; i++) h = dense({ units: 1, name: `${'long'.repeat(250)}_${i}` }).apply(h);
    const model = composed().model({ inputs: x, outputs: h });
    const tree = writeLegacyWeights(model, await readValues(model.weights));
    expect(tree.attributes.has('layer_names')).toBe(false);
    expect([...tree.attributes.keys()].filter((key) => key.startsWith('layer_names'))).toEqual([
      'layer_names0',
      'layer_names1',
    ]);
    const stored = readHdf5(writeHdf5(tree), 'x.h5');
    const before = await model.getWeights();
    for (const weight of model.weights) weight.set(HostTensor.zeros(weight.shape));
    readLegacyWeights(stored, model, { file: 'x.h5' });
    expect(await model.getWeights()).toEqual(before);
  });
});
