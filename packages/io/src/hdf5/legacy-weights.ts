// The older layout of `.h5`: a group for each top-level layer with its weights by name, listed in attributes.
import { isFunctional, type Layer, type Weight } from '@lamella/core';
import type { AnyHostTensor } from '@lamella/program';
import { Sequential, type Optimizer } from '@lamella/training';
import { fileInvalid, weightsMismatch } from '../errors.js';
import { isNoKerasLayer } from '../operations/operation-entry.js';
import type { WeightValues } from '../weights/read-values.js';
import { inCurrentOrder } from '../older-keras/optimizer-slots.js';
import { assignOffers, checkOffers, type AssignRule, type Offer } from './assign.js';
import { builtLike } from './optimizer-state.js';
import { ensureGroup, findGroup, hdf5Group, type Hdf5Group } from './tree.js';

/** The largest attribute that older readers take. Units: bytes. */
const attributeLimit = 64512;

/** The version of Keras whose layout is written. */
export const writtenKerasVersion = '3.15.1';

/** The group of weights that a model has beside those of its layers. */
const topLevel = 'top_level_model_weights';

/** The order in which these files list a layer's weights. */
function legacyWeights(layer: Layer): Weight[] {
  return [...layer.trainableWeights, ...layer.nonTrainableWeights];
}

/** The weights of a model as an HDF5 tree. */
export function writeLegacyWeights(model: Layer, values: WeightValues): Hdf5Group {
  const root = hdf5Group();
  root.attributes.set('backend', 'lamella');
  root.attributes.set('keras_version', writtenKerasVersion);
  const layers = model.sublayers.filter((layer) => !isNoKerasLayer(layer));
  const prefixes = new Map<Weight, string>();
  findPrefixes(model, '', prefixes);
  writeList(
    root,
    'layer_names',
    layers.map((layer) => layer.name),
  );
  for (const layer of layers) {
    const weights = legacyWeights(layer).map((weight) => ({
      path: (prefixes.get(weight) ?? '') + weight.name,
      value: values.get(weight)!,
    }));
    writeWeights(ensureGroup(root, [layer.name]), weights);
  }
  // Keras gives a layer of this name the same group.
  if (!layers.some(({ name }) => name === topLevel)) writeWeights(ensureGroup(root, [topLevel]), []);
  return root;
}

/** Keras names a weight by its layer, and by the sequential models around it, those among a layer's options too. */
function findPrefixes(layer: Layer, prefix: string, found: Map<Weight, string>): void {
  const own = prefixIn(layer, prefix);
  for (const inner of layer.sublayers) {
    if (!isFunctional(inner)) for (const weight of inner.weights) found.set(weight, own);
    findPrefixes(inner, own, found);
  }
}

function prefixIn(layer: Layer, prefix: string): string {
  if (layer.className === Sequential.className) return `${prefix}${layer.name}/`;
  return isFunctional(layer) ? '' : prefix;
}

/** Writes the state of an optimizer into a group. */
export function writeLegacyOptimizer(group: Hdf5Group, { variables }: Optimizer, values: WeightValues): void {
  // Some have the names of others, such as Adafactor's rows and columns; they are read back by their order.
  const counts = new Map<string, number>();
  const pathOf = ({ name }: Weight): string => {
    const count = counts.get(name) ?? 0;
    counts.set(name, count + 1);
    return count === 0 ? name : `${name}_${count}`;
  };
  writeWeights(
    group,
    variables.map((weight) => ({ path: pathOf(weight), value: values.get(weight)! })),
  );
}

function writeWeights(
  group: Hdf5Group,
  weights: readonly { readonly path: string; readonly value: AnyHostTensor }[],
): void {
  writeList(
    group,
    'weight_names',
    weights.map(({ path }) => path),
  );
  for (const { path, value } of weights) {
    const parts = path.split('/');
    ensureGroup(group, parts.slice(0, -1)).datasets.set(parts[parts.length - 1]!, value);
  }
}

function writeList(group: Hdf5Group, name: string, items: readonly string[]): void {
  // Sixteen bytes is what one text takes in the attribute itself.
  const longest = items.reduce((most, item) => Math.max(most, new TextEncoder().encode(item).length), 16);
  if (longest * items.length <= attributeLimit) {
    group.attributes.set(name, items);
    return;
  }
  const chunks = Math.ceil((longest * items.length) / attributeLimit);
  const size = Math.ceil(items.length / chunks);
  for (let k = 0; k * size < items.length; k++)
    group.attributes.set(`${name}${k}`, items.slice(k * size, (k + 1) * size));
}

function readList(group: Hdf5Group, name: string): readonly string[] | undefined {
  const whole = group.attributes.get(name);
  if (whole !== undefined) return typeof whole === 'string' ? [whole] : whole;
  const chunks: (string | readonly string[])[] = [];
  for (let k = 0; ; k++) {
    const chunk = group.attributes.get(`${name}${k}`);
    if (chunk === undefined) return k === 0 ? undefined : chunks.flat();
    chunks.push(chunk);
  }
}

/** Whether a tree is of this layout. */
export function isLegacyWeights(root: Hdf5Group): boolean {
  return readList(root, 'layer_names') !== undefined;
}

/** How the weights of a file are to be put into a model. */
export interface LegacyRule extends AssignRule {
  readonly file: string;
}

type LegacySource = Pick<LegacyRule, 'file' | 'budget'>;

/**
 * Sets the weights of `model`: by the order of its layers that have any, or by their names.
 * Throws: WEIGHTS_MISMATCH, FILE_INVALID; then nothing has changed.
 */
export function readLegacyWeights(root: Hdf5Group, model: Layer, rule: LegacyRule): void {
  const { file, byName } = rule;
  const names = readList(root, 'layer_names');
  if (names === undefined) throw fileInvalid(file, 'it lists no layers');
  const saved = names
    .map((name) => ({ name, values: readWeights(groupAt(root, name), rule) }))
    .filter((layer) => layer.values.length > 0);
  const layers = model.sublayers.filter((layer) => layer.weights.length > 0);
  if (byName !== true && saved.length !== layers.length) {
    throw weightsMismatch(
      file,
      `the model has ${layers.length} layers with weights, the file has ${saved.length}`,
      [
        `  model: ${layers.map((layer) => layer.name).join(', ')}`,
        `  file: ${saved.map((layer) => layer.name).join(', ')}`,
      ],
      'load the layers that have the same names with { byName: true }',
    );
  }
  const byNames = new Map([...saved].reverse().map((layer) => [layer.name, layer]));
  const unused: string[] = [];
  const offers = layers.flatMap((layer, i): Offer[] => {
    const weights = legacyWeights(layer);
    const found = byName === true ? byNames.get(layer.name) : saved[i];
    const values = found?.values ?? [];
    for (let k = weights.length; k < values.length; k++) unused.push(`${found!.name}, weight ${k}`);
    return weights.map((weight, k) => ({ weight, value: values[k] }));
  });
  assignOffers(checkOffers(file, offers, unused, rule));
}

/** The state of an optimizer as the file lists it, in the order of the optimizer's variables. */
export function readLegacyState(
  group: Hdf5Group,
  optimizer: Optimizer,
  weights: readonly Weight[],
  source: LegacySource,
): (AnyHostTensor | undefined)[] {
  const names = readList(group, 'weight_names') ?? [];
  const values = readWeights(group, source);
  // Names of Keras 2 are those of TensorFlow's variables.
  if (!names.some((name) => name.endsWith(':0'))) return values;
  const stored = values.map((value, i) => ({ name: names[i], value }));
  return inCurrentOrder(stored, builtLike(optimizer, weights).variables, weights) ?? values;
}

function readWeights(group: Hdf5Group | undefined, { file, budget }: LegacySource): AnyHostTensor[] {
  if (group === undefined) return [];
  return (readList(group, 'weight_names') ?? []).map((name) => {
    const path = name.split('/');
    // A layer may be listed any number of times, with all its weights.
    budget?.spend('steps', 5 * path.length, 'the list of its weights');
    const value = groupAt(group, path.slice(0, -1).join('/'))?.datasets.get(path[path.length - 1]!);
    if (value === undefined) throw fileInvalid(file, `weight "${name}" is listed and not there`);
    return value;
  });
}

/** The group of this name; names of Keras 2 may hold "/", which makes groups in groups. */
function groupAt(group: Hdf5Group, name: string): Hdf5Group | undefined {
  return name === '' ? group : findGroup(group, name.split('/'));
}
