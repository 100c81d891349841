// A FeatureSpace as a file of its own, and other layers that are no models: Keras' files, their own, and what is refused.
// Fixtures: tools/oracle/feature_space.py.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { cpu } from '@lamella/backend-cpu';
import { isLayer, type Config, type Layer, type TensorLike } from '@lamella/core';
import { unzip } from '@lamella/files';
import {
  dense,
  embedding,
  FeatureSpace,
  featureSpace,
  multiHeadAttention,
  stringLookup,
  type FeatureSpaceMode,
  type StringLookup,
} from '@lamella/layers';
import { flatten, HostTensor, isHostTensor, type AnyHostTensor } from '@lamella/program';
import { Model, type ModelOptions } from '@lamella/training';
import type * as tf from '@tensorflow/tfjs-core';
import type { FileInMemory } from './files/source.js';
import { composed, difference, hostTensor, type GoldenTensor } from './keras-fixtures.spec.js';
import type { Json } from './refusals.spec.js';

type Space = FeatureSpace<FeatureSpaceMode>;
type Tensors = Readonly<Record<string, GoldenTensor>>;
type Golden = Readonly<Record<'known' | 'others', { readonly rows: Tensors; readonly encoded: Tensors }>>;

const folder = new URL('../../../fixtures/keras/feature_space/', import.meta.url);
const bytesOf = (name: string): Uint8Array => readFileSync(new URL(`${name}.keras`, folder));
const goldenOf = (name: string): Golden =>
  JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')) as Golden;
const fileOf = (name: string): FileInMemory => ({ name: `${name}.keras`, bytes: bytesOf(name) });

function valuesOf(tensor: GoldenTensor): AnyHostTensor {
  if (tensor.dtype !== 'string') return hostTensor(tensor);
  return new HostTensor(tensor.data as readonly string[], tensor.shape, 'string');
}

const valuesIn = (tensors: Tensors): Record<string, AnyHostTensor> =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, valuesOf(tensor)]));

async function encoded(
  space: Space,
  rows: Readonly<Record<string, TensorLike>>,
): Promise<Record<string, HostTensor>> {
  const net = composed().model({ inputs: space.getInputs(), outputs: space.getEncodedFeatures() });
  const found: unknown = await net.predict(rows);
  return (isHostTensor(found) ? { all: found } : found) as Record<string, HostTensor>;
}

const arrays = (tensors: Readonly<Record<string, HostTensor>>): object =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, tensor.array()]));

/** What an archive holds: its config, and the names of its members. */
function contents({ bytes }: { readonly bytes: Uint8Array }): { config: Json; members: string[] } {
  const members = unzip(bytes, 'archive');
  const config = JSON.parse(new TextDecoder().decode(members.get('config.json'))) as Json;
  return { config, members: [...members.keys()].sort() };
}

async function saved(layer: Layer, name = 'own.keras'): Promise<{ name: string; bytes: Uint8Array }> {
  return (await composed().encodeModel(layer, name)) as { name: string; bytes: Uint8Array };
}

describe("Keras' files of a FeatureSpace", () => {
  it.each(['all', 'record'])('give the same rows: %s', async (name) => {
    const space = await composed().loadModel<Space>(fileOf(name));
    const { known, others } = goldenOf(name);
    for (const { rows, encoded: wanted } of [known, others]) {
      const found = await encoded(space, valuesIn(rows));
      expect(Object.keys(found).sort()).toEqual(Object.keys(wanted).sort());
      for (const [column, tensor] of Object.entries(wanted))
        expect([column, difference(found[column]!, tensor)]).toEqual([column, expect.closeTo(0, 5)]);
    }
  });

  it.each(['all', 'record'])('give the same bits when they are saved again and loaded: %s', async (name) => {
    const rows = valuesIn(goldenOf(name).others.rows);
    const space = await composed().loadModel<Space>(fileOf(name));
    const unused = await saved(space);
    const before = arrays(await encoded(space, rows));
    for (const file of [unused, await saved(space)]) {
      const again = await composed().loadModel<Space>(file);
      expect(again.name).toBe(space.name);
      expect(arrays(await encoded(again, rows))).toEqual(before);
    }
  });

  it.each(['all', 'record'])('are written as Keras writes them: %s', async (name) => {
    const space = await composed().loadModel<Space>(fileOf(name));
    const [own, theirs] = [contents(await saved(space)), contents(fileOf(name))];
    expect(own.members).toEqual(theirs.members);
    const { config, lamella, build_config: built, ...envelope } = own.config as Record<string, Json>;
    const {
      config: theirConfig,
      build_config: theirBuilt,
      ...theirEnvelope
    } = theirs.config as typeof own.config;
    expect(envelope).toEqual(theirEnvelope);
    expect(lamella).toEqual({ version: 1 });
    expect(Object.keys(built!)).toEqual(Object.keys(theirBuilt as Json));
    const { features, name: ownName, ...options } = config!;
    const { features: theirFeatures, ...theirOptions } = theirConfig as Json;
    expect(ownName).toBe('feature_space');
    expect(options).toMatchObject(withoutNames(theirOptions as Json));
    for (const [column, { config: feature }] of Object.entries(theirFeatures as Record<string, Json>)) {
      const { preprocessor, ...others } = feature as Json;
      const written = (features as Record<string, Json>)[column]!;
      expect(written).toMatchObject({ class_name: 'Feature', config: others });
      const found = (written['config'] as Json)['preprocessor'] as Json;
      if ((preprocessor as Json)['class_name'] === 'TFDIdentity') continue;
      expect(found).toMatchObject(withoutNames(preprocessor as Json));
    }
  });

  it('are looked into without being made', async () => {
    const inspection = await composed().inspectFile(fileOf('all'));
    expect(inspection.model).toMatchObject({ className: 'FeatureSpace' });
    expect(inspection.problems).toEqual([]);
    expect(inspection.missing).toEqual({ classes: [], functions: [] });
    expect(inspection.weights.map(({ name }) => name)).toEqual(
      [0, 1, 2].map((i) => `preprocessors/normalization/vars/${i}`),
    );
  });

  it('adapt to other data, and stand in front of a model that is saved as before', async () => {
    const { encodeModel, loadModel, model } = composed();
    const space = await loadModel<FeatureSpace>(fileOf('all'));
    const { rows } = goldenOf('all').known;
    await space.adapt({ ...valuesIn(rows), town: ['Nice', 'Nice', 'Oslo', 'Oslo', 'Oslo', 'Bern', 'Bern'] });
    expect((space.preprocessors['town'] as StringLookup).getVocabulary()).toEqual([
      ...['[UNK]', 'Oslo', 'Nice', 'Bern'],
    ]);
    const outputs = dense({ units: 1, name: 'score' }).apply(space.getEncodedFeatures());
    const net = model({ inputs: space.getInputs(), outputs, seed: 2 });
    net.compile({ optimizer: 'adam', loss: 'mse' });
    await net.fit(valuesIn(rows), [[1], [0], [1], [0], [1], [0], [1]], { epochs: 2, verbose: 0 });
    const again = (await loadModel(await encodeModel(net, 'net.keras'))) as Model;
    const given = valuesIn(goldenOf('all').others.rows);
    expect(flatten(await again.predict(given))[0]!.array()).toEqual((await net.predict(given)).array());
  });
});

it("Keras' model that takes a table and encodes it predicts as there, and when it is saved again", async () => {
  const { rows, output } = JSON.parse(readFileSync(new URL('inference.json', folder), 'utf8')) as {
    readonly rows: Tensors;
    readonly output: GoldenTensor;
  };
  const { encodeModel, loadModel } = composed();
  const net = (await loadModel(fileOf('inference'))) as Model;
  for (const each of [net, (await loadModel(await encodeModel(net, 'again.keras'))) as Model])
    expect(difference(flatten(await each.predict(valuesIn(rows)))[0] as HostTensor, output)).toBeCloseTo(
      0,
      5,
    );
});

/** Without what Keras numbers by itself, and classes that Keras registers by their names alone. */
function withoutNames(value: Json): Json {
  const cleaned = (each: unknown): unknown => {
    if (Array.isArray(each)) return each.map(cleaned);
    if (typeof each !== 'object' || each === null) return each;
    const {
      shared_object_id: _shared,
      registered_name: _registered,
      build_config: _built,
      ...rest
    } = each as Json;
    // A policy by its name alone, as one of Keras' layers writes it.
    if (typeof rest['dtype'] === 'string' && 'name' in rest) delete rest['dtype'];
    return Object.fromEntries(Object.entries(rest).map(([key, item]) => [key, cleaned(item)]));
  };
  return cleaned(value) as Json;
}

/** Takes what a space gives; knows the space by its options. */
class Scorer extends Model<Readonly<Record<'age' | 'size', tf.Tensor>>> {
  static readonly className = 'acme>Scorer';
  private readonly head = this.addLayer('head', dense({ units: 1 }));
  private readonly space: FeatureSpace;

  constructor({ space, ...options }: ModelOptions & { readonly space: FeatureSpace }) {
    super(options);
    this.space = this.addLayer('space', space);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), space: this.space };
  }

  override call(columns: Readonly<Record<'age' | 'size', tf.Tensor>>): tf.Tensor {
    return this.head.apply(this.space.apply(columns) as tf.Tensor);
  }
}

const acme = { name: 'acme', classes: { layers: [Scorer] } };

const table = { age: [20, 40, 60], town: ['Rome', 'Oslo', 'Rome'] };
const features = { age: 'float_normalized', town: 'string_categorical' } as const;

describe('A FeatureSpace', () => {
  it('comes back from a file with its name, bins between boundaries and columns of odd names', async () => {
    const columns = {
      toString: FeatureSpace.floatDiscretized({ binBoundaries: [1, 2] }),
      '10': FeatureSpace.stringCategorical({ outputMode: 'int' }),
      '9': FeatureSpace.stringCategorical({ outputMode: 'int' }),
      '😀 "quoted" \\': 'string_hashed',
      ﬀ: 'float',
    } as const;
    const space = featureSpace({ features: columns, outputMode: 'dict', name: 'mine' });
    const rows = {
      toString: [0, 3],
      '10': ['a', 'b'],
      '9': ['c', 'c'],
      '😀 "quoted" \\': ['x', 'y'],
      ﬀ: [1, 2],
    };
    await space.adapt(rows);
    // Python orders by code points, JavaScript by their halves.
    expect(Object.keys(space.getEncodedFeatures()).at(-1)).toBe('😀 "quoted" \\');
    const again = await composed().loadModel<Space>(await saved(space));
    expect(again.name).toBe('mine');
    expect(arrays(await encoded(again, rows))).toEqual(arrays(await encoded(space, rows)));
  });

  it('that has not been adapted comes back so', async () => {
    const again = await composed().loadModel<FeatureSpace>(
      await saved(featureSpace({ features, name: 's' })),
    );
    expect(() => again.getEncodedFeatures()).toThrow('[LAYER_NOT_ADAPTED] FeatureSpace "s"');
    await again.adapt(table);
    expect(arrays(await encoded(again, { age: [40], town: ['Rome'] }))).toEqual({ all: [[0, 0, 1, 0]] });
  });

  it('may be an option of another class, and a part of a model with a call of its own', async () => {
    const { encodeModel, loadModel } = composed({ plugins: [acme] });
    const space = featureSpace({
      features: { age: 'float_normalized', size: FeatureSpace.floatDiscretized({ numBins: 2 }) },
    });
    await space.adapt({ age: [20, 40, 60], size: [1, 2, 3] });
    const net = new Scorer({ space, name: 'scorer', backend: cpu() });
    const rows = { age: HostTensor.fromArray([[20], [60]]), size: HostTensor.fromArray([[1], [3]]) };
    net.compile({ optimizer: 'sgd', loss: 'mse' });
    const before = await net.predict(rows);
    const again = (await loadModel(await encodeModel(net, 'scorer.keras'))) as Model;
    expect(flatten(await again.predict(rows))[0]!.array()).toEqual(before.array());
  });

  it.each<{ name: string; run: () => unknown; says: string }>([
    {
      name: 'being applied in a graph',
      run: () => {
        const space = featureSpace({ features: { age: 'float' }, name: 's' });
        return space.apply(space.getInputs());
      },
      says: '[INPUT_INVALID] FeatureSpace "s": it stands in no graph itself, but the layers that it makes do',
    },
    {
      name: 'files that hold models alone',
      run: () => saved(featureSpace({ features: { age: 'float' } }), 'space.h5'),
      says: '[FORMAT_UNKNOWN] "space.h5": no format can write a layer that is no model to a file with this ending.\nFix: use one of .keras',
    },
    {
      name: 'what is no layer',
      run: () => saved({} as never),
      says: '[NOT_SERIALIZABLE] saveModel(): expected a model, or another layer',
    },
    {
      name: "a dtype policy, which Keras' class does not have",
      run: () => featureSpace({ features: { age: 'float' }, dtype: 'float16' } as never),
      says: 'unknown option "dtype"',
    },
    {
      name: 'two crosses of one name',
      run: () =>
        featureSpace({ features: { a: 'float', b: 'float', a_X_b: 'float' }, crosses: [['a', 'b']] }),
      says: 'crosses: expected "a_X_b" to be the name of one feature or cross',
    },
  ])('refuses $name', async ({ run, says }) => {
    await expect((async () => run())()).rejects.toThrow(says);
  });
});

describe('Other layers that are no models', () => {
  it('come back from files of their own, built or not', async () => {
    const { loadModel } = composed();
    const words = stringLookup({ name: 'words' });
    await words.adapt(['a', 'b', 'b']);
    const again = await loadModel<StringLookup>(await saved(words));
    expect([again.name, again.getVocabulary()]).toEqual(['words', ['[UNK]', 'b', 'a']]);
    const attention = multiHeadAttention({ numHeads: 2, keyDim: 2 });
    attention.ensureBuilt([null, 3, 4], { value: [null, 5, 6] });
    const built = dense({ units: 2 });
    built.ensureBuilt([null, 3]);
    for (const layer of [built, attention, dense({ units: 2 }), embedding({ inputDim: 3, outputDim: 2 })]) {
      const other = await loadModel<Layer>(await saved(layer));
      expect([isLayer(other), other.className, other.isBuilt]).toEqual([
        true,
        layer.className,
        layer.isBuilt,
      ]);
      expect(other.getConfig()).toEqual(layer.getConfig());
      const [own, theirs] = await Promise.all([layer.getWeights(), other.getWeights()]);
      expect(theirs.map((value) => value.array())).toEqual(own.map((value) => value.array()));
    }
  });
});
