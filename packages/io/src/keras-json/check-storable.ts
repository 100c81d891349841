// Layers whose class a file could name and nobody could make again: said when a model is compiled and saved, not when it is
// loaded.
import {
  fromConfig,
  isInputLayer,
  isSerializable,
  keepingNames,
  Layer,
  packageOf,
  type Catalog,
  type Config,
  type SerializableClass,
} from '@lamella/core';
import { notSerializable } from '../errors.js';
import { isOperation } from '../operations/operation.js';
import { isLambda } from './lambda.js';
import { isStoredAsGraph } from './stored-graph.js';
import { isModel } from './subclassed-model.js';

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
  keepingNames(() => checkConfig(layer, made));
}

/** Throws: NOT_SERIALIZABLE where the config of a layer of somebody's own class does not make it again. */
function checkConfig(layer: Layer, made: SerializableClass<Layer> & { readonly name: string }): void {
  const isOfBase = layer.getConfig === Layer.prototype.getConfig && made.fromConfig === undefined;
  if (packageOf(layer.className) === undefined && !isOfBase) return;
  const config = layer.getConfig();
  if (config['name'] !== layer.name)
    throw configMissing(layer, made.name, `it gives the name ${JSON.stringify(config['name'])}`);
  // Made again, a layer that wraps others would change those.
  if (layersAmong(config).length > 0) return;
  let again: Layer;
  try {
    again = fromConfig(made, config);
  } catch (cause) {
    throw configMissing(layer, made.name, messageOf(cause));
  }
  const lost = lostOption(layer, again, (further) => fromConfig(made, { ...config, ...further }));
  if (lost !== undefined) throw configMissing(layer, made.name, lost);
  // Without options that it could have forgotten, what it has made was made by itself.
  if (isOfBase && made.length > 0 && partsOf(again) !== partsOf(layer)) throw configMissing(layer, made.name);
}

type Plain = number | string | boolean | null;

function isPlain(value: unknown): value is Plain | readonly Plain[] {
  if (Array.isArray(value)) return value.every((item) => isPlain(item) && !Array.isArray(item));
  return value === null || ['number', 'string', 'boolean'].includes(typeof value);
}

/**
 * An option that comes back as another one: a field that differs in a layer made from the config, and would not, had the config
 * an option of its name. State that a layer keeps in fields is none.
 */
function lostOption(layer: Layer, again: Layer, make: (further: Config) => Layer): string | undefined {
  const [own, other] = [layer, again].map((one) => one as unknown as Readonly<Record<string, unknown>>);
  const text = (value: unknown): string => JSON.stringify(value) ?? 'undefined';
  for (const [field, value] of Object.entries(own!)) {
    const option = field.replace(/^_/, '');
    if (!isPlain(value) || text(value) === text(other![field])) continue;
    // Files keep it beside the config.
    if (option === 'seed' && isModel(layer)) continue;
    try {
      const made = make({ [option]: value }) as unknown as Readonly<Record<string, unknown>>;
      if (text(made[field]) === text(value))
        return `"${option}" is ${text(value)}, and would come back as ${text(other![field])}`;
    } catch {
      // No option of that name.
    }
  }
  return undefined;
}

/** The layers among options. */
export function layersAmong(value: unknown): Layer[] {
  if (isSerializable(value))
    return value.kind === 'layers' ? [value as Layer] : layersAmong(value.getConfig());
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

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message.split('\n')[0]! : String(cause);
}

function configMissing(layer: Layer, className: string, reason?: string): Error {
  return notSerializable(
    layer.label,
    `${className} takes options that its getConfig() does not give, so that it could not be made again${reason === undefined ? '' : ` (${reason})`}`,
    `override getConfig() in ${className}: return { ...super.getConfig(), units: this.units }`,
  );
}
