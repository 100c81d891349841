// Against models that the real TensorFlow.js saved (fixtures/tfjs, tools/oracle/tfjs.mjs), round trips, and bad files. That
// TensorFlow.js opens what is written here is seen by `npm run check:tfjs`.
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { getWeightValues, input } from '@lamella/core';
import { lambda } from '@lamella/lambda';
import { activation, dense, globalMaxPooling2D, reLU } from '@lamella/layers';
import { HostTensor, random } from '@lamella/program';
import { adamW, type Model } from '@lamella/training';
import { composed, functions, golden, hostTensor, pathOf, predictionError } from '../keras-fixtures.spec.js';
import type { FileInMemory } from '../files/source.js';

const fixtures = fileURLToPath(new URL('../../../../fixtures/tfjs/', import.meta.url));
let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'lamella-tfjs-'))));
afterEach(() => rm(folder, { recursive: true }));

interface Json {
  [key: string]: Json;
}

/** A model.json with something in it changed. */
function changed(file: FileInMemory, change: (json: Json) => void): FileInMemory {
  const json = JSON.parse(new TextDecoder().decode(file.bytes)) as Json;
  change(json);
  return { ...file, bytes: new TextEncoder().encode(JSON.stringify(json)) };
}

function small(): Model {
  const x = input({ shape: [2], name: 'x' });
  return composed().model({ inputs: x, outputs: dense({ units: 1, name: 'out' }).apply(x), name: 'small' });
}

describe('models saved by TensorFlow.js', () => {
  it.each(['sequential', 'convolution', 'quantised', 'shared', 'nested', 'embedding'])(
    '%s predicts what it did there',
    async (name) => {
      const expected = JSON.parse(readFileSync(join(fixtures, name, 'expected.json'), 'utf8')) as {
        inputs: [];
        outputs: [];
      };
      const model = await composed().loadModel(join(fixtures, name));
      expect(await predictionError(model, { ...golden('mlp'), ...expected })).toBeLessThanOrEqual(1e-6);
    },
  );

  it('keep their optimizer with its state', async () => {
    const model = await composed().loadModel(join(fixtures, 'sequential', 'model.json'));
    expect(model.optimizer!.getConfig()).toMatchObject({ beta1: 0.9, beta2: 0.999 });
    expect(model.optimizer!.iterations.current).toBe(4);
    const [, rate, m, v] = await getWeightValues(model.optimizer!.variables);
    expect(rate!.data[0]).toBeCloseTo(0.001, 9);
    expect(m!.data.some((value) => value < 0)).toBe(true);
    expect(v!.data.every((value) => value >= 0)).toBe(true);
    expect(v!.data.some((value) => value > 0)).toBe(true);
  });
});

describe('models of Keras as TensorFlow.js models', () => {
  it.each([
    'mlp',
    'sequential',
    'nested',
    'shared',
    'branches',
    'conv',
    'embedding',
    'regularized',
    'op_nodes',
    'tutorial',
    'masked',
  ])('%s predicts the same when it comes back, and goes on training the same', async (name) => {
    const { loadModel, saveModel } = composed();
    const path = join(folder, 'model.json');
    await saveModel(await loadModel(pathOf(`${name}.keras`), { functions }), path);
    const model = await composed({ withFunctions: false }).loadModel(folder);
    expect(await predictionError(model, golden(name))).toBeLessThanOrEqual(1e-6);
    for (const { x, y, logs } of golden(name).resume ?? []) {
      const { history } = await model.fit(hostTensor(x), hostTensor(y), {
        batchSize: 6,
        verbose: 0,
        shuffle: false,
      });
      for (const [key, value] of Object.entries(logs))
        expect(Math.abs(history[key]![0]! - value)).toBeLessThanOrEqual(1e-4);
    }
  });

  it('are written in the older form, with names that TensorFlow.js knows', async () => {
    const { encodeModel, loadModel } = composed();
    const { bytes } = await encodeModel(await loadModel(pathOf('nested.keras')), 'model.json');
    const json = JSON.parse(new TextDecoder().decode(bytes)) as Json;
    const { layers, output_layers: outputs } = json['modelTopology']!['model_config']!['config']!;
    const entries = layers as unknown as { class_name: string; config: Json; inbound_nodes: unknown[][][] }[];
    expect(entries[0]!.config['batch_input_shape']).toBeDefined();
    expect(Array.isArray((outputs as unknown as unknown[])[0])).toBe(true);
    for (const entry of entries)
      for (const call of entry.inbound_nodes) expect(Array.isArray(call)).toBe(true);
    const text = JSON.stringify(json['modelTopology']);
    expect(text).not.toMatch(/registered_name|DTypePolicy|"module"/);
  });
});

describe('a model.json', () => {
  it('carries Lambdas with their Programs', async () => {
    const x = input({ shape: [3] });
    const sampled = lambda((t: tf.Tensor) => tf.add(tf.mul(t, 2), random.normal(t.shape))).apply(x);
    const net = composed().model({ inputs: x, outputs: sampled, seed: 5 });
    const again = await composed().loadModel(await composed().encodeModel(net, 'model.json'));
    expect((await again.predict([[1, 2, 3]])).data).toEqual((await net.predict([[1, 2, 3]])).data);
  });

  it('keeps optimizers that TensorFlow.js does not have', async () => {
    const net = small();
    net.compile({ optimizer: adamW({ learningRate: 0.01 }), loss: 'mean_squared_error' });
    const fit = (model: Model) =>
      model.fit(
        [
          [1, 2],
          [3, 4],
        ],
        [[1], [2]],
        { epochs: 2, verbose: 0 },
      );
    await fit(net);
    const file = await composed().encodeModel(net, 'model.json');
    expect(JSON.parse(new TextDecoder().decode(file.bytes))).not.toHaveProperty('trainingConfig.loss');
    const again = await composed().loadModel(file);
    expect((await fit(again)).history).toEqual((await fit(net)).history);
  });

  it('takes infinities along', async () => {
    const model = await composed().loadModel(pathOf('non_finite.keras'));
    const again = await composed().loadModel(await composed().encodeModel(model, 'model.json'));
    expect(await predictionError(again, golden('non_finite'))).toBeLessThanOrEqual(1e-6);
  });

  it('is cut into files of 4 MiB, whose weights straddle them', async () => {
    const x = input({ shape: [1000] });
    const net = composed().model({ inputs: x, outputs: dense({ units: 1500 }).apply(x) });
    const file = await composed().encodeModel(net, 'model.json');
    expect(Object.values(file.siblings!).map(({ length }) => length)).toEqual([4194304, 1811696]);
    const again = await composed().loadModel(file);
    const bits = async (model: Model): Promise<Buffer[]> =>
      (await model.getWeights()).map(({ data }) =>
        Buffer.from(data.buffer, data.byteOffset, data.byteLength),
      );
    const wanted = await bits(net);
    (await bits(again)).forEach((kept, i) => expect(kept.equals(wanted[i]!)).toBe(true));
  });

  it('replaces an older version whole: its files go once the new one stands, and others stay', async () => {
    const { saveModel, loadModel } = composed();
    await saveModel(small(), folder);
    const before = await readdir(folder);
    await writeFile(join(folder, 'model.notes.bin'), 'mine');
    const net = small();
    net.weights[0]!.set(hostTensor({ shape: [2, 1], dtype: 'float32', data: [7, 8] }));
    await saveModel(net, join(folder, 'model.json'));
    const after = await readdir(folder);
    expect(after).toHaveLength(3);
    expect(after).toContain('model.notes.bin');
    expect(after.filter((name) => before.includes(name))).toEqual(['model.json']);
    expect(Array.from((await (await loadModel(folder)).getWeights())[0]!.data)).toEqual([7, 8]);
  });

  it('gives its weights to a model that stands already', async () => {
    const net = small();
    const file = await composed().encodeModel(net, 'model.json');
    const other = small();
    await composed().loadWeights(other, file);
    expect(await other.getWeights()).toEqual(await net.getWeights());
  });

  it.each([
    [
      'hard_sigmoid',
      () => activation({ activation: 'hard_sigmoid' }),
      /hard_sigmoid is min\(max\(0.2 x \+ 0.5/,
    ],
    ['a ReLU with a slope', () => reLU({ negativeSlope: 0.1 }), /ReLU has no option negative_slope/],
    [
      'another dtype policy',
      () => reLU({ dtype: 'mixed_float16' }),
      /TensorFlow.js computes in float32, and its dtype policy is mixed_float16/,
    ],
  ])('is not written for %s, which computes something else there', async (_, layer, message) => {
    const x = input({ shape: [2] });
    const net = composed().model({ inputs: x, outputs: layer().apply(x) });
    await expect(composed().encodeModel(net, 'model.json')).rejects.toThrow(message);
    const image = input({ shape: [2, 2, 1] });
    const pooled = composed().model({
      inputs: image,
      outputs: globalMaxPooling2D({ keepdims: true }).apply(image),
    });
    await expect(composed().encodeModel(pooled, 'model.json')).rejects.toThrow(
      /\[NOT_SERIALIZABLE\].*keepdims/,
    );
  });

  it('keeps the hard sigmoid that TensorFlow.js computes', async () => {
    const file = changed(await composed().encodeModel(small(), 'model.json'), (json) => {
      const layers = json['modelTopology']!['model_config']!['config']!['layers'] as unknown as Json[];
      layers[1]!['config']!['activation'] = 'hard_sigmoid' as never;
    });
    const model = await composed().loadModel(file);
    const kernel = new HostTensor(new Float32Array([1, 0]), [2, 1]);
    model.setWeights([kernel, new HostTensor(new Float32Array(1), [1])]);
    const x = new HostTensor(new Float32Array([1.4666, 9, -4, 9]), [2, 2]);
    const [first, second] = (await model.predict(x)).data;
    expect(first).toBeCloseTo(0.79332, 5);
    expect(second).toBe(0);
  });

  type Damage = (json: Json & { weightsManifest: { paths: string[]; weights: Json[] }[] }) => void;
  it.each<[string, Damage, RegExp]>([
    ['no layers', (json) => delete json['modelTopology'], /no LayersModel/],
    ['a GraphModel', (json) => (json['format'] = 'graph-model' as never), /GraphModel/],
    ['no manifest', (json) => delete (json as Json)['weightsManifest'], /no manifest/],
    [
      'a path out of the folder',
      (json) => (json.weightsManifest[0]!.paths = ['../x.bin']),
      /"..\/x.bin", which does not stand beside/,
    ],
    [
      'a URL for a path',
      (json) => (json.weightsManifest[0]!.paths = ['http://a/x.bin']),
      /does not stand beside/,
    ],
    ['a missing file', (json) => (json.weightsManifest[0]!.paths = ['x.bin']), /FILE_MISSING.*"x.bin"/],
    [
      'one file twice',
      (json) => json.weightsManifest[0]!.paths.push(json.weightsManifest[0]!.paths[0]!),
      /lacks its files/,
    ],
    [
      'one weight twice',
      (json) => json.weightsManifest[0]!.weights.push(json.weightsManifest[0]!.weights[0]!),
      /stands twice/,
    ],
    [
      'a huge shape',
      (json) => (json.weightsManifest[0]!.weights[0]!['shape'] = [1e9, 1e9] as never),
      /no weight|cut off/,
    ],
    ['a weight less', (json) => json.weightsManifest[0]!.weights.pop(), /take 8 bytes, and 12 are there/],
    [
      'a string weight',
      (json) => (json.weightsManifest[0]!.weights[0]!['dtype'] = 'string' as never),
      /dtype "string"/,
    ],
    [
      'an unknown quantisation',
      (json) => (json.weightsManifest[0]!.weights[0]!['quantization'] = { dtype: 'int4' } as never),
      /quantised in an unknown way/,
    ],
  ])('with %s is refused', async (_, damage, message) => {
    const file = changed(await composed().encodeModel(small(), 'model.json'), damage as never);
    await expect(composed().loadModel(file)).rejects.toThrow(message);
    await expect(composed().loadModel(file)).rejects.toMatchObject({ name: 'LamellaError' });
  });

  it('that does not fit a model changes nothing', async () => {
    const net = small();
    const file = changed(await composed().encodeModel(net, 'model.json'), (json) => {
      (json['weightsManifest'] as unknown as { weights: Json[] }[])[0]!.weights[0]!['name'] =
        'other/kernel' as never;
    });
    const before = await net.getWeights();
    await expect(composed().loadWeights(net, file)).rejects.toThrow(
      /1 missing, 0 wrong shape, 1 unused[^]*out\/kernel {3}missing[^]*other\/kernel/,
    );
    expect(await net.getWeights()).toEqual(before);
  });
});
