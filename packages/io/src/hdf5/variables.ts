// Keras 3's layout of variables in `.weights.h5`: containers named by class, numbered per container, `vars` in each.
import {
  hasState,
  pythonName,
  snakeCaseClass,
  type Layer,
  type LayerState,
  type StatefulLayer,
  type Weight,
} from '@lamella/core';
import type { Model, Optimizer } from '@lamella/training';
import { isNoKerasLayer } from '../operations/operation-entry.js';
import { readValues } from '../weights/read-values.js';
import { ensureGroup, hdf5Group, isNumbered, type Hdf5Group } from './tree.js';

/** One object with variables of its own, and where the file keeps them. */
export interface VariablePlace {
  readonly path: readonly string[];
  /** The name that people know it by. */
  readonly name: string;
  readonly weights: readonly Weight[];
  /** The layer, where it keeps more than weights. */
  readonly stateful?: StatefulLayer | undefined;
}

export interface VariableOptions {
  /** Whether the optimizer's state goes along. */
  readonly optimizer: boolean;
  /** Layers that other ones stand for in the file. */
  readonly replacements?: ReadonlyMap<Layer, Layer>;
}

/** Every place of a model: itself, its layers, theirs, and the optimizer, which has an iteration before its first step. */
export function variablePlaces(model: Layer, options: VariableOptions): VariablePlace[] {
  const places: VariablePlace[] = [];
  const seen = new Set<Layer>();
  visit(model, [], seen, places, options.replacements ?? new Map());
  if (options.optimizer)
    for (const { optimizer, path } of optimizersOf(model)) visitOptimizer(optimizer, path, places);
  return places;
}

/** The optimizers of a compiled model, and where files keep their state. */
export function optimizersOf(
  model: Layer,
): { readonly optimizer: Optimizer; readonly path: readonly string[]; readonly isNamed: boolean }[] {
  const { compiled } = model as Layer & Partial<Pick<Model, 'compiled'>>;
  if (compiled === undefined) return [];
  const isNamed = compiled.options.optimizers !== undefined;
  return [...compiled.optimizers].map(([name, optimizer]) => ({
    optimizer,
    path: isNamed ? ['optimizers', ...name.split('/')] : ['optimizer'],
    isNamed,
  }));
}

/** What is inside an optimizer stands among its own variables, and once more by itself. */
function visitOptimizer(optimizer: Optimizer, path: readonly string[], places: VariablePlace[]): void {
  places.push({ path, name: optimizer.name, weights: optimizer.variables });
  for (const [name, part] of optimizer.parts) visitOptimizer(part, [...path, ...name.split('/')], places);
}

function visit(
  layer: Layer,
  path: readonly string[],
  seen: Set<Layer>,
  places: VariablePlace[],
  replacements: ReadonlyMap<Layer, Layer>,
): void {
  if (seen.has(layer)) return;
  seen.add(layer);
  const stateful = hasState(layer) ? layer : undefined;
  places.push({ path, name: layer.name, weights: layer.ownWeights, stateful });
  const counts = new Map<string, number>();
  // Keras keeps a layer that is an attribute of another one under the attribute's name.
  const attributes = new Map([...layer.namedSublayers].map(([name, sublayer]) => [sublayer, name]));
  for (const given of layer.sublayers) {
    const sublayer = replacements.get(given) ?? given;
    if (isNoKerasLayer(sublayer)) continue;
    const attribute = attributes.get(given);
    if (attribute !== undefined) {
      visit(sublayer, [...path, ...attribute.split('/')], seen, places, replacements);
      continue;
    }
    const base = snakeCaseClass(pythonName(sublayer));
    const count = counts.get(base) ?? 0;
    counts.set(base, count + 1);
    visit(sublayer, [...path, 'layers', count === 0 ? base : `${base}_${count}`], seen, places, replacements);
  }
}

/** The variables of a model as an HDF5 tree. */
export async function writeVariables(model: Layer, options: VariableOptions): Promise<Hdf5Group> {
  const root = hdf5Group();
  const places = variablePlaces(model, options);
  const values = await readValues(places.flatMap(({ weights }) => weights));
  for (const place of places) {
    const group = ensureGroup(root, [...place.path, 'vars']);
    group.attributes.set('name', place.name);
    place.weights.forEach((weight, i) => group.datasets.set(String(i), values.get(weight)!));
    for (const [name, array] of Object.entries(place.stateful?.getState()?.arrays ?? {}))
      group.datasets.set(name, array);
  }
  return root;
}

/** Where Keras keeps the texts of layers' states, by their paths in an archive. */
export function stateFiles(model: Layer, replacements?: ReadonlyMap<Layer, Layer>): Record<string, string> {
  const places = variablePlaces(model, { optimizer: false, ...(replacements && { replacements }) });
  return Object.fromEntries(
    places.flatMap(({ path, stateful }) =>
      Object.entries(stateful?.getState()?.files ?? {}).map(([name, text]) => [assetPath(path, name), text]),
    ),
  );
}

/** The path of a layer's text in an archive. */
export function assetPath(path: readonly string[], name: string): string {
  return ['assets', ...path, name].join('/');
}

/** A layer's state as a file holds it, or undefined where it holds none. */
export function storedState(
  group: Hdf5Group | undefined,
  files: Readonly<Record<string, string>>,
): LayerState | undefined {
  const named = [...(group?.datasets ?? [])].filter(([name]) => !isNumbered(name));
  if (named.length === 0 && Object.keys(files).length === 0) return undefined;
  return { files, arrays: Object.fromEntries(named.map(([name, array]) => [name, array.cast('float32')])) };
}
