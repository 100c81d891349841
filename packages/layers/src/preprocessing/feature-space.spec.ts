// FeatureSpace, compared with Keras on TensorFlow: fixtures/keras/feature_space.json.
import { describe, expect, it } from '@jest/globals';
import { cpu } from '@lamella/backend-cpu';
import { clearNames, compose, type TensorLike } from '@lamella/core';
import { HostTensor, isHostTensor, type AnyHostTensor, type DType } from '@lamella/program';
import { assertClose } from '@lamella/testing';
import { training } from '@lamella/training';
import { optionsOf, readGolden, tolerance, type JsonRecord } from '../golden-cases.spec.js';
import { layers } from '../layers.js';
import { FeatureSpace, featureSpace } from './feature-space.js';
import type { FeatureSpaceMode, FeatureSpaceOptions } from './feature-space-options.js';
import { hashing } from './hashing.js';
import { normalization } from './normalization.js';

interface Tensor {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly data: readonly (number | string)[];
}
type Table = Readonly<Record<string, Tensor>>;
interface Case {
  readonly name: string;
  readonly features: FeatureSpaceOptions['features'];
  readonly options: JsonRecord;
  readonly known: Table;
  readonly others: Table;
}

const { tables, cases } = readGolden<{
  tables: Readonly<Record<'known' | 'others', Table>>;
  cases: readonly Case[];
}>('feature_space');
const { model } = compose({ backend: cpu(), plugins: [layers, training] });

function tensorOf({ shape, dtype, data }: Tensor): AnyHostTensor {
  if (dtype === 'string') return new HostTensor(data as string[], shape, dtype);
  return new HostTensor(HostTensor.fromArray(data.map(Number), dtype).data, shape, dtype);
}

const columnsOf = (table: Table, names: readonly string[]): Record<string, AnyHostTensor> =>
  Object.fromEntries(names.map((name) => [name, tensorOf(table[name]!)]));

async function encoded(
  space: FeatureSpace<FeatureSpaceMode>,
  table: Readonly<Record<string, TensorLike>>,
): Promise<Record<string, AnyHostTensor>> {
  const net = model({ inputs: space.getInputs(), outputs: space.getEncodedFeatures() });
  const found: unknown = await net.predict(table);
  return isHostTensor(found) ? { all: found } : (found as Record<string, AnyHostTensor>);
}

describe('FeatureSpace, as Keras:', () => {
  it.each(cases)('$name', async ({ features, options, ...golden }) => {
    clearNames();
    const space = featureSpace({ features, ...optionsOf(options) });
    const names = Object.keys(features);
    await space.adapt(columnsOf(tables.known, names));
    for (const part of ['known', 'others'] as const) {
      const found = await encoded(space, columnsOf(tables[part], names));
      expect(Object.keys(found).sort()).toEqual(Object.keys(golden[part]).sort());
      for (const [name, wanted] of Object.entries(golden[part]))
        assertClose(found[name] as HostTensor, tensorOf(wanted) as HostTensor, tolerance, name);
    }
  });
});

const table = { age: [1, 3, 5], town: ['Rome', 'Oslo', 'Rome'] };

describe('FeatureSpace', () => {
  it('adapts to a stream of parts of a table, anew each time', async () => {
    const space = featureSpace({ features: { age: 'float_normalized', town: 'string_categorical' } });
    await space.adapt({ age: [7, 9], town: ['Bonn', 'Lima'] });
    await space.adapt([table, { age: [7], town: ['Lima'] }].values());
    const { all } = await encoded(space, { age: [4], town: ['Rome'] });
    expect(all!.array()).toEqual([[0, 0, 1, 0, 0]]);
  });

  it('names layers after columns, and takes columns that are made by itself', async () => {
    const preprocessor = hashing({ numBins: 3, name: 'own' });
    const space = featureSpace({
      features: {
        age: FeatureSpace.floatDiscretized({ binBoundaries: [2, 4], outputMode: 'int', name: 'years' }),
        town: { dtype: 'string', preprocessor, outputMode: 'one_hot' },
        rooms: 'integer_hashed',
      },
      crosses: [{ featureNames: ['town', 'rooms'], crossingDim: 5, outputMode: 'int' }],
      outputMode: 'dict',
    });
    expect(Object.values(space.preprocessors).map(({ name }) => name)).toEqual([
      'years_preprocessor',
      'own',
      'rooms_preprocessor',
    ]);
    expect(Object.keys(space.crossers)).toEqual(['town_X_rooms']);
    // Nothing has to be found.
    const found = await encoded(space, { ...table, rooms: [1, 2, 3] });
    expect(found['age']!.array()).toEqual([[0], [1], [2]]);
    expect(found['town']!.shape).toEqual([3, 3]);
    expect(found['rooms']!.shape).toEqual([3, 32]);
    expect(found['town_X_rooms']!.shape).toEqual([3, 1]);
  });

  const features = { age: 'float_normalized', town: 'string_categorical' } as const;
  it.each<{ name: string; run: () => unknown; says: string }>([
    {
      name: 'no columns',
      run: () => featureSpace({ features: {}, name: 'table' }),
      says: '[OPTION_INVALID] FeatureSpace "table": features: expected a record of one column or more',
    },
    {
      name: 'a kind of column that there is not',
      run: () => featureSpace({ features: { age: 'float_normalised' as 'float' } }),
      says: 'Did you mean "float_normalized"?',
    },
    {
      name: 'a cross of columns that there are not',
      run: () => featureSpace({ features, crosses: [['town', 'river']] }),
      says: 'crosses: expected names of two features or more, which are age, town, got ["town","river"]',
    },
    {
      name: 'an option that there is not',
      run: () => featureSpace({ features, mode: 1 } as never),
      says: 'unknown option "mode"',
    },
    {
      name: 'use before it has seen data',
      run: () => featureSpace({ features, name: 'table' }).getEncodedFeatures(),
      says: '[LAYER_NOT_ADAPTED] FeatureSpace "table": it does not know what its columns hold yet',
    },
    {
      name: 'numbers of categories in a row with others',
      run: () =>
        featureSpace({
          features: { town: FeatureSpace.stringHashed({ numBins: 2, outputMode: 'int' }) },
        }).getEncodedFeatures(),
      says: '"dict", as feature "town" is no row of numbers but int32',
    },
    {
      name: 'places for what is no category',
      run: () =>
        featureSpace({
          features: {
            age: {
              dtype: 'float32',
              preprocessor: normalization({ mean: 0, variance: 1 }),
              outputMode: 'one_hot',
            },
          },
        }).getEncodedFeatures(),
      says: '"int" or "float" for feature "age", whose Normalization says no number of categories',
    },
  ])('refuses $name', ({ run, says }) => expect(run).toThrow(says));

  it('refuses data that lack a column, or hold nothing', async () => {
    const space = featureSpace({ features, name: 'table' });
    await expect(space.adapt({ age: [1] })).rejects.toThrow(
      '[DATA_INVALID] FeatureSpace "table", adapt(): expected a record with the column "town", got none',
    );
    await expect(space.adapt([].values())).rejects.toThrow(
      '[DATA_INVALID] FeatureSpace "table", adapt(): the data hold no values',
    );
  });
});
