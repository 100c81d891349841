// Layers whose class a file could name and nobody could make again: said when a model is compiled and saved, not when it is
// loaded.
import {
  fromConfig,
  isInputLayer,
  isSerializable,
  Layer,
  type Catalog,
  type SerializableClass,
} from '@lamella/core';
import { notSerializable } from '../errors.js';
import { isOperation } from '../operations/operation.js';
import { isLambda } from './lambda.js';
import { isStoredAsGraph } from './stored-graph.js';

/**
 * The layers that a file of `layer` names, inputs and operations aside: itself, those of a graph, and those among options.
 * What a layer makes for itself, its class makes again.
 */
export function storedLayers(layer: Layer): ReadonlySet<Layer> {
  const found = new Set<Layer>();
  const add = (one: Layer): void => {
    if (found.has(one) || isOperation(one) || isInputLayer(one)) return;
    found.add(one);
    for (const inner of isStoredAsGraph(one) ? one.sublayers : layersAmong(one.getConfig())) add(inner);
  };
  add(layer);
  return found;
}

/** Throws: NOT_SERIALIZABLE for a layer that its class and its config do not make again. */
export function checkStorable(layer: Layer, catalog: Catalog): void {
  // Files hold what these compute, and every reader of them has the classes.
  if (isLambda(layer) || isStoredAsGraph(layer)) return;
  const made = layer.constructor as unknown as SerializableClass<Layer> & { readonly name: string };
  if (!Object.hasOwn(made, 'className'))
    throw notSerializable(
      layer.label,
      `its class ${made.name} has no className of its own`,
      `give it one: static ${'className' in made ? 'override ' : ''}readonly className = 'package>${made.name}'`,
    );
  if (catalog.find('layers', layer.className) === undefined)
    throw notSerializable(
      layer.label,
      `no plugin of this composition brings its class "${layer.className}"`,
      `list it in a plugin: { name, classes: { layers: [${made.name}] } }`,
    );
  // A class without a getConfig of its own says its name and whether it trains; that must do for its constructor.
  if (made.length === 0 || layer.getConfig !== Layer.prototype.getConfig || made.fromConfig !== undefined)
    return;
  try {
    if (partsOf(fromConfig(made, layer.getConfig())) === partsOf(layer)) return;
  } catch (cause) {
    throw configMissing(layer, made.name, cause);
  }
  throw configMissing(layer, made.name);
}

function layersAmong(value: unknown): Layer[] {
  if (isSerializable(value)) return value.kind === 'layers' ? [value as Layer] : [];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(layersAmong) : [];
}

/** What a layer has made for itself, as text. */
function partsOf({ namedSublayers }: Layer): string {
  const parts = [...namedSublayers].map(([place, inner]) => {
    const { name: _drawn, ...options } = inner.getConfig();
    return [place, inner.className, options];
  });
  return JSON.stringify(parts);
}

function configMissing(layer: Layer, className: string, cause?: unknown): Error {
  const reason = cause instanceof Error ? ` (${cause.message.split('\n')[0]})` : '';
  return notSerializable(
    layer.label,
    `${className} takes options that its getConfig() does not give, so that it could not be made again${reason}`,
    `override getConfig() in ${className}: return { ...super.getConfig(), units: this.units }`,
  );
}
