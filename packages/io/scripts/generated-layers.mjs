// Keras configs of every layer that golden files hold, with some options, shapes and names of which no honest file has the like.
import { readdirSync, readFileSync } from 'node:fs';
import { functional, inputLayer, keras, layer, tensor } from './costly-files.mjs';
import { count, one, several, sizes } from './draws.mjs';

/** @typedef {() => number} Next */
/** @typedef {{ shape: number[], dtype: string }} Given */
/** @typedef {{ layer: string, config: Record<string, unknown>, input?: Given, inputs?: Given[] }} Case */

const fixtures = new URL('../../../fixtures/keras/', import.meta.url);
const read = (/** @type {string} */ path) => JSON.parse(readFileSync(new URL(path, fixtures), 'utf8'));

/** @type {Case[]} */
const cases = [
  ...readdirSync(new URL('layers/', fixtures))
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => {
      const golden = read(`layers/${name}`);
      return golden.cases.map((/** @type {Case} */ each) => ({ ...each, layer: golden.layer }));
    }),
  ...read('images.json').cases,
  ...read('preprocessing.json').cases,
];
const names = [...new Set(cases.map((each) => each.layer))];
const byName = new Map(names.map((name) => [name, cases.filter((each) => each.layer === name)]));
/** Each class' options, as its constructor in Keras names them. @type {Readonly<Record<string, string[]>>} */
const signatures = read('signatures.json').layers;

/** Values that some option takes, and that none should. */
const values = [
  ...[0, 1, 2, 3, -1, 0.5, 1e9, 2 ** 31, 2 ** 53, null, true, 'same', 'valid', 'relu', 'float16', '%', ''],
  ...[[], [1, 1], [2, 2, 2], [0], [-1], [1e6, 1e6], [2 ** 31], {}, { class_name: 'Dense', config: {} }],
  ...[Array(300).fill(1), 'n'.repeat(3000), ['a', 'a'], ['', '[UNK]'], [[0.1, 0.2], 0.3]],
];

/** One value somewhere in it replaced. @param {Next} next @param {unknown} value @returns {unknown} */
function changed(next, value) {
  if (value === null || typeof value !== 'object' || next() < 0.2) return one(next, values);
  const keys = Object.keys(value);
  if (keys.length === 0) return one(next, values);
  const key = one(next, keys);
  const member = changed(next, /** @type {Record<string, unknown>} */ (value)[key]);
  return Array.isArray(value) ? value.with(Number(key), member) : { ...value, [key]: member };
}

/** @param {Next} next @param {string} className @param {Record<string, unknown>} config */
function options(next, className, config) {
  if (next() < 0.4) return config;
  const known = signatures[className] ?? ['units'];
  const more = several(next, 3, () => [one(next, known), one(next, values)]);
  const first = next() < 0.5 ? config : /** @type {Record<string, unknown>} */ (changed(next, config));
  return { ...(typeof first === 'object' ? first : {}), ...Object.fromEntries(more) };
}

/** @param {Next} next @param {number[]} shape */
const batchShape = (next, shape) =>
  shape.map((size, i) => (i === 0 || next() < 0.03 ? null : next() < 0.97 ? size : one(next, sizes)));

/** A model of one to a few layers, each on inputs of its own or on those of the first. @param {Next} next */
export function layers(next) {
  /** @type {ReturnType<typeof layer>[]} */
  const made = [];
  /** @type {[string, number, number][]} */
  const ends = [];
  const each = one(next, cases);
  const given = each.inputs ?? [each.input ?? { shape: [2, 3], dtype: 'float32' }];
  const inputs = given.map(({ shape, dtype }, i) => {
    const name = `x${i}`;
    const config = {
      ...inputLayer.config,
      name,
      dtype: next() < 0.97 ? dtype : one(next, ['string', 'bool']),
    };
    made.push(layer('InputLayer', { ...config, batch_shape: batchShape(next, shape) }, []));
    return name;
  });
  for (let i = count(next, 4); i > 0; i--) {
    // Mostly the layer that takes such inputs.
    const { layer: className, config } =
      next() < 0.8 ? each : one(next, byName.get(one(next, names)) ?? cases);
    const tensors = inputs.map((name) => tensor(0, name, 0));
    const args = tensors.length === 1 || next() < 0.3 ? tensors : [tensors];
    const nodes = several(next, 3, () => ({
      args,
      kwargs: next() < 0.9 ? {} : { mask: tensors[0], training: one(next, values) },
    }));
    const name = `l${i}`;
    made.push(layer(className, { name, ...options(next, className, config) }, nodes));
    ends.push([name, 0, 0]);
  }
  return keras(functional(made, ends, 'm', inputs));
}

/** An envelope without what stands in a graph. @param {string} module @param {string} className @param {object} config @param {object} [more] */
const envelope = (module, className, config, more = {}) => ({
  module,
  class_name: className,
  config,
  registered_name: null,
  ...more,
});

const ofSpaces = 'keras.src.layers.preprocessing.feature_space';
const columnNames = ['age', 'town', '7', '12', 'a b', 'toString', 'a/b', '😀', ''];

/** A layer by itself: one of Keras, or a FeatureSpace of columns that layers of Keras prepare. @param {Next} next */
export function loneLayers(next) {
  if (next() < 0.4) {
    const { layer: className, config, input, inputs } = one(next, cases);
    const shapes = (inputs ?? [input ?? { shape: [2, 3] }]).map(({ shape }) => batchShape(next, shape));
    const shape = next() < 0.9 ? shapes[0] : next() < 0.5 ? shapes : one(next, values);
    const built =
      next() < 0.9 ? { input_shape: shape } : { shapes_dict: { query_shape: shape, value_shape: shape } };
    return keras(
      envelope('keras.layers', className, options(next, className, config), { build_config: built }),
    );
  }
  const names = several(next, 9, () => one(next, columnNames));
  const column = (/** @type {string} */ name) => {
    const { layer: className, config } = one(
      next,
      next() < 0.5 ? cases : (byName.get('StringLookup') ?? cases),
    );
    const preprocessor = envelope('keras.layers', className, {
      ...options(next, className, config),
      name: `${name}_p`,
    });
    return envelope(ofSpaces, 'Feature', {
      dtype: one(next, ['float32', 'int32', 'string', 'int64', 'bool']),
      preprocessor: next() < 0.95 ? preprocessor : one(next, values),
      output_mode: one(next, ['float', 'int', 'one_hot']),
    });
  };
  const words = [
    'float',
    'float_normalized',
    'float_discretized',
    'string_hashed',
    'integer_hashed',
    'words',
  ];
  const features = Object.fromEntries(
    names.map((name) => [name, next() < 0.5 ? column(name) : one(next, words)]),
  );
  const cross = () => {
    const [one_, other] = [one(next, names), one(next, names)];
    if (next() < 0.5) return [one_, other];
    const crossing = {
      feature_names: [one_, other],
      crossing_dim: one(next, sizes),
      output_mode: one(next, ['int', 'one_hot']),
    };
    return envelope(ofSpaces, 'Cross', crossing);
  };
  const config = {
    features,
    crosses: next() < 0.6 ? [] : several(next, 4, cross),
    output_mode: one(next, ['concat', 'dict']),
  };
  const given = next() < 0.9 ? config : /** @type {object} */ (changed(next, config));
  const built = next() < 0.9 ? Object.fromEntries(names.map((name) => [name, {}])) : one(next, values);
  return keras(envelope('keras.utils', 'FeatureSpace', given, { build_config: built }));
}
