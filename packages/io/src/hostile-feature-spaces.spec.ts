// Files of a FeatureSpace, and of other layers that are no models, as nobody wrote them: a code for each, and little work.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { unzip, writeZip } from '@lamella/files';
import { dense, type FeatureSpace } from '@lamella/layers';
import { composed } from './keras-fixtures.spec.js';
import { refused, type Json } from './refusals.spec.js';

const folder = new URL('../../../fixtures/keras/feature_space/', import.meta.url);
const bytesOf = (name: string): Uint8Array => readFileSync(new URL(`${name}.keras`, folder));

const storedConfig = (bytes: Uint8Array): Json =>
  JSON.parse(new TextDecoder().decode(unzip(bytes, 'archive').get('config.json'))) as Json;

/** A file of Keras with another config, as text or as what is to be made of the parsed one, and other members. */
function changed(
  change: (config: Json, columns: Record<string, Json>) => string | undefined,
  { name = 'all', ...members }: { readonly name?: string; readonly [member: string]: unknown } = {},
): Uint8Array {
  const parts = new Map(unzip(bytesOf(name), name));
  const config = storedConfig(bytesOf(name));
  const columns = (config['config'] as Json)['features'] as Record<string, Json>;
  const written = change(config['config'] as Json, columns) ?? JSON.stringify(config);
  parts.set('config.json', new TextEncoder().encode(written));
  for (const [member, bytes] of Object.entries(members))
    if (bytes === undefined) parts.delete(member);
    else parts.set(member, bytes as Uint8Array);
  return writeZip(Object.fromEntries(parts));
}

/** The config of a column. */
const configOf = (columns: Record<string, Json>, column: string): Json => columns[column]!['config'] as Json;

/** Keras' config of a column as text, with a column renamed. */
const renamed = (column: string, name: string): Uint8Array =>
  changed((config) => {
    const { build_config: _built, ...rest } = storedConfig(bytesOf('all'));
    return JSON.stringify({ ...rest, config }).replaceAll(JSON.stringify(column), JSON.stringify(name));
  });

const vocabularyOfTowns = 'assets/preprocessors/string_lookup/vocabulary.txt';
const lines = (...words: string[]): Uint8Array => new TextEncoder().encode(words.join('\n'));

describe('Files of a FeatureSpace that are wrong, or hostile', () => {
  it.each<{ name: string; bytes: () => Uint8Array; code: string; says: string }>([
    {
      name: 'a kind of column that there is not',
      bytes: () => changed((_, columns) => void ((columns as Json)['age'] = 'float_normalised')),
      code: 'OPTION_INVALID',
      says: 'features, "age": expected one of float, float_rescaled',
    },
    {
      name: 'columns of a class that there is not',
      bytes: () => changed((_, columns) => void (columns['age']!['class_name'] = 'Column')),
      code: 'CLASS_UNKNOWN',
      says: 'Column',
    },
    {
      name: 'columns of another class',
      bytes: () =>
        changed((config, columns) => {
          columns['age'] = (config['crosses'] as Json[])[0]!;
        }),
      code: 'OPTION_INVALID',
      says: 'dtype: expected a dtype such as "float32" or "string", got undefined',
    },
    {
      name: 'no columns',
      bytes: () => changed((config) => void (config['features'] = {})),
      code: 'OPTION_INVALID',
      says: 'features: expected a record of one column or more, got {}',
    },
    {
      name: 'columns in a list',
      bytes: () => changed((config, columns) => void (config['features'] = Object.values(columns))),
      code: 'OPTION_INVALID',
      says: 'features: expected a record of one column or more',
    },
    {
      name: 'a preprocessor that is no layer',
      bytes: () =>
        changed((_, columns) => {
          const adam = { module: 'keras.optimizers', class_name: 'Adam', config: {}, registered_name: null };
          configOf(columns, 'age')['preprocessor'] = adam;
        }),
      code: 'OPTION_INVALID',
      says: 'preprocessor: expected a layer',
    },
    {
      name: 'a preprocessor of a class that nobody brings',
      bytes: () =>
        changed((_, columns) => {
          const evil = {
            module: 'os',
            class_name: 'system',
            config: { command: 'id' },
            registered_name: 'system',
          };
          configOf(columns, 'age')['preprocessor'] = evil;
        }),
      code: 'CLASS_UNKNOWN',
      says: 'system',
    },
    {
      name: 'a preprocessor that takes no column',
      bytes: () =>
        changed((_, columns) => {
          const config = { filters: 2, kernel_size: 3, name: 'c' };
          const conv = { module: 'keras.layers', class_name: 'Conv2D', config, registered_name: null };
          configOf(columns, 'age')['preprocessor'] = conv;
        }),
      code: 'RANK_MISMATCH',
      says: 'Conv2D "c"',
    },
    {
      name: 'a dtype that there is not',
      bytes: () => changed((_, columns) => void (configOf(columns, 'age')['dtype'] = 'float128')),
      code: 'OPTION_INVALID',
      says: 'dtype: expected a dtype such as "float32" or "string", got "float128"',
    },
    {
      name: 'an output mode of a column that there is not',
      bytes: () => changed((_, columns) => void (configOf(columns, 'age')['output_mode'] = ['float'])),
      code: 'OPTION_INVALID',
      says: 'outputMode: expected one of "float", "int", "one_hot"',
    },
    {
      name: 'an output mode that there is not',
      bytes: () => changed((config) => void (config['output_mode'] = 'rows')),
      code: 'OPTION_INVALID',
      says: 'outputMode: expected one of "concat", "dict", got "rows"',
    },
    {
      name: 'an option that there is not',
      bytes: () => changed((config) => void (config['normalize'] = 'all')),
      code: 'FILE_INVALID',
      says: 'knows no option normalize',
    },
    {
      name: 'crosses of columns that there are not',
      bytes: () => changed((config) => void (config['crosses'] = [['town', 'river']])),
      code: 'OPTION_INVALID',
      says: 'crosses: expected names of two features or more',
    },
    {
      name: 'crosses of one column',
      bytes: () => changed((config) => void (config['crosses'] = [['town']])),
      code: 'OPTION_INVALID',
      says: 'featureNames: expected a list of the names of two features or more',
    },
    {
      name: 'crosses of no number of bins',
      bytes: () => changed((config) => void (config['crossing_dim'] = -1)),
      code: 'OPTION_INVALID',
      says: 'crossingDim: expected a positive integer, got -1',
    },
    {
      name: 'crosses that are none',
      bytes: () => changed((config) => void (config['crosses'] = [7])),
      code: 'OPTION_INVALID',
      says: 'options: expected an object, got 7',
    },
    {
      name: 'a column whose name is a path',
      bytes: () => renamed('town', '../town'),
      code: 'NAME_INVALID',
      says: '../town',
    },
    {
      name: 'a column without a name',
      bytes: () => renamed('town', ''),
      code: 'NAME_INVALID',
      says: '',
    },
    {
      name: 'a column that reaches a prototype',
      bytes: () => renamed('town', '__proto__'),
      code: 'FILE_INVALID',
      says: 'the key "__proto__" is not allowed',
    },
    {
      name: 'columns in an order that is lost',
      bytes: () => renamed('town', '7'),
      code: 'FILE_INVALID',
      says: 'names that are whole numbers, such as "7", in an order that is lost',
    },
    {
      name: 'more columns than a file of its size may make',
      bytes: () =>
        changed((config) => {
          const many = Array.from({ length: 20_000 }, (_, i) => [`c${i}`, 'float'] as const);
          Object.assign(config, { features: Object.fromEntries(many), crosses: [] });
        }),
      code: 'BUDGET_EXCEEDED',
      says: 'FeatureSpace',
    },
    {
      name: 'more crosses than a file of its size may make',
      bytes: () =>
        changed(
          (config) => void (config['crosses'] = Array.from({ length: 20_000 }, () => ['town', 'rooms'])),
        ),
      code: 'BUDGET_EXCEEDED',
      says: 'FeatureSpace',
    },
    {
      name: 'weights of others',
      bytes: () =>
        changed(() => undefined, {
          'model.weights.h5': unzip(bytesOf('record'), 'r').get('model.weights.h5')!,
        }),
      code: 'WEIGHTS_MISMATCH',
      says: 'age_preprocessor/mean   missing',
    },
    {
      name: 'a vocabulary with a word twice',
      bytes: () => changed(() => undefined, { [vocabularyOfTowns]: lines('[UNK]', 'Rome', 'Rome') }),
      code: 'OPTION_INVALID',
      says: 'StringLookup "town_preprocessor": vocabulary: expected each token once',
    },
  ])('are refused: $name', ({ bytes, code, says }) => refused(bytes(), code, says));

  it('say so when they are used: a vocabulary that is missing', async () => {
    const bytes = changed(() => undefined, { [vocabularyOfTowns]: undefined });
    const space = await composed().loadModel<FeatureSpace>({ name: 'space.keras', bytes });
    expect(() => space.getEncodedFeatures()).toThrow(
      '[LAYER_NOT_ADAPTED] StringLookup "town_preprocessor": it does not know its vocabulary yet',
    );
  });

  it('say so when they are used: rows that nothing can hold', async () => {
    const bytes = changed((config) => {
      for (const cross of config['crosses'] as Json[]) (cross['config'] as Json)['crossing_dim'] = 2 ** 40;
    });
    const space = await composed().loadModel<FeatureSpace>({ name: 'space.keras', bytes });
    expect(() => space.getEncodedFeatures()).toThrow('[SIZES_EXCEEDED]');
  });

  it.each([
    [[[null, 'x']]],
    [[null, -1]],
    [[null, 2 ** 60]],
    [[]],
    ['x'],
    [{ a: [null, 2] }],
    [[null, null]],
    [
      [
        [null, 2],
        [null, 3],
      ],
    ],
  ])('or of another layer, built for %j, are refused', async (shape) => {
    const built = dense({ units: 2 });
    built.ensureBuilt([null, 3]);
    const { bytes } = (await composed().encodeModel(built, 'dense.keras')) as { readonly bytes: Uint8Array };
    const parts = new Map(unzip(bytes, 'dense'));
    const config = storedConfig(bytes);
    config['build_config'] = { input_shape: shape };
    parts.set('config.json', new TextEncoder().encode(JSON.stringify(config)));
    const loading = composed().loadModel({ name: 'dense.keras', bytes: writeZip(Object.fromEntries(parts)) });
    await expect(loading).rejects.toThrow(
      /^\[(FILE_INVALID|RANK_MISMATCH|SHAPE_MISMATCH|OPTION_INVALID|INPUT_INVALID|WEIGHTS_MISMATCH)\]/,
    );
  });
});
