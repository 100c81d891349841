// Composition: a backend and a list of plugins become the functions an application uses. A plugin is a plain value;
// nothing registers itself by being imported.
import type { Backend } from './backend.js';
import { Catalog } from './catalog.js';
import { checkCopy } from './copies.js';
import { serializableKinds, type SerializableClass, type SerializableKind } from './config.js';
import type { Composition } from './composition.js';
import { optionInvalid, pluginInvalid } from './errors.js';
import { suggest } from '@lamella/program';
import type { Format } from './format.js';
import type { Layer } from './layer.js';
import { checkOptionNames } from './known-options.js';
import type { NamedFunction } from './named-function.js';

/** What plugins put together: what their functions work with. */
export interface PluginContext extends Composition {
  readonly plugins: readonly Plugin[];
  readonly formats: readonly Format[];
  /**
   * Adds classes to a family after the composition was made: names for options, and for files.
   * Throws: PLUGIN_INVALID when a name is taken by another class.
   */
  register(kind: SerializableKind, ...classes: readonly SerializableClass[]): void;
}

type Classes = Readonly<Record<string, unknown>> | readonly SerializableClass[];

/** A part of Lamella, or of somebody else, as a value for {@link compose}. */
export interface Plugin<Api extends object = object> {
  /** Its package, e.g. `@lamella/layers`. */
  readonly name: string;
  /** Plugins that must stand in the same composition. */
  readonly requires?: readonly string[];
  /** Classes by family; a module namespace will do, what is no storable class in it is passed over. */
  readonly classes?: Partial<Readonly<Record<SerializableKind, Classes>>>;
  readonly functions?: readonly NamedFunction[];
  readonly formats?: readonly Format[];
  /**
   * Looks at a model that has just been compiled, with this composition: lines about what will go wrong later, such as saving
   * it after hours of training. They are said at once, as a warning.
   */
  compileNotices?(model: Layer, composition: Composition): readonly string[];
  /** The functions this plugin gives to the application, bound to the composition. */
  api?(composition: PluginContext): Api;
}

type ApiOf<P> = P extends { api?(composition: PluginContext): infer Api } ? Api : object;
type Intersection<U> = (U extends unknown ? (part: U) => void : never) extends (all: infer I) => void
  ? I
  : never;

/** The functions that a list of plugins gives. */
export type Composed<P extends readonly Plugin[]> = PluginContext & Intersection<ApiOf<P[number]>>;

export interface ComposeOptions<P extends readonly Plugin[]> {
  readonly backend?: Backend;
  readonly plugins: P;
}

/**
 * Puts a backend and plugins together.
 *
 * Throws: PLUGIN_INVALID when two plugins bring the same name, or one misses another it requires; OPTION_INVALID;
 * PACKAGE_DUPLICATED when a plugin's layers extend another copy of this package.
 *
 * @example
 * import { compose } from '@lamella/core';
 *
 * const greeting = { name: 'acme-greeting', api: () => ({ greet: (who: string) => `Hello, ${who}` }) };
 * const { greet } = compose({ plugins: [greeting] });
 * greet('Ada'); // 'Hello, Ada'
 */
export function compose<const P extends readonly Plugin[]>(options: ComposeOptions<P>): Composed<P> {
  const catalog = new Catalog();
  const formats: Format[] = [];
  const names = new Set<string>();
  checkOptionNames<ComposeOptions<P>>('compose()', options, { backend: true, plugins: true });
  if (!Array.isArray(options.plugins as unknown))
    throw optionInvalid('compose()', 'plugins', 'a list of plugins', options.plugins);
  options.plugins.forEach((plugin: Plugin | undefined, i) => {
    if (typeof plugin?.name === 'string' && plugin.name !== '') return;
    const got = typeof plugin === 'function' ? 'a function; was it meant to be called?' : typeof plugin;
    throw pluginInvalid(`${i}`, `expected a plugin, an object with a name, got ${got}`);
  });
  for (const plugin of options.plugins) {
    if (names.has(plugin.name))
      throw pluginInvalid(plugin.name, 'it stands twice in the composition', 'list it once');
    names.add(plugin.name);
  }
  for (const plugin of options.plugins) {
    const missing = (plugin.requires ?? []).filter((name) => !names.has(name));
    if (missing.length > 0)
      throw pluginInvalid(
        plugin.name,
        `it requires ${missing.join(', ')}, which the composition lacks`,
        `add ${missing.join(', ')} to plugins`,
      );
    fill(catalog, plugin);
    for (const format of plugin.formats ?? []) addFormat(formats, plugin.name, format);
  }
  const composition: PluginContext = {
    backend: options.backend,
    catalog,
    plugins: options.plugins,
    formats,
    register: (kind, ...classes) => fill(catalog, { name: 'application', classes: { [kind]: classes } }),
  };
  const composed: Record<string, unknown> = { ...composition };
  for (const plugin of options.plugins) {
    for (const [name, value] of Object.entries(plugin.api?.(composition) ?? {})) {
      if (Object.hasOwn(composed, name))
        throw pluginInvalid(plugin.name, `it brings a function "${name}", which the composition has already`);
      composed[name] = value;
    }
  }
  return composed as Composed<P>;
}

function fill(catalog: Catalog, plugin: Plugin): void {
  for (const [kind, classes] of Object.entries(plugin.classes ?? {})) {
    if (!(serializableKinds as readonly string[]).includes(kind))
      throw pluginInvalid(
        plugin.name,
        `unknown family of classes "${kind}". ${suggest(kind, serializableKinds)}`,
      );
    const list = (Array.isArray(classes) ? classes : Object.values(classes as object)).filter(isClass);
    for (const one of list) checkCopy(`Plugin "${plugin.name}", class "${one.className}"`, one);
    catalog.add(plugin.name, kind as SerializableKind, list);
  }
  for (const fn of plugin.functions ?? []) catalog.addFunction(plugin.name, fn);
}

/** What a plugin's classes and functions are called, by themselves. For the package that brings them. */
export function catalogOf(plugin: Plugin): Catalog {
  const catalog = new Catalog();
  fill(catalog, plugin);
  return catalog;
}

function addFormat(formats: Format[], plugin: string, format: Format): void {
  if (formats.some((known) => known.name === format.name))
    throw pluginInvalid(plugin, `another format is named "${format.name}" already`);
  formats.push(format);
}

function isClass(value: unknown): value is SerializableClass {
  return typeof value === 'function' && typeof (value as Partial<SerializableClass>).className === 'string';
}
