// Composition: a backend and a list of plugins become the functions an application uses. A plugin is a plain value;
// nothing registers itself by being imported.
import type { Backend } from './backend.js';
import { Catalog } from './catalog.js';
import { checkPlugin, classesOf } from './check-plugin.js';
import type { SerializableKind } from './config.js';
import { identifierUnknown, optionInvalid, pluginInvalid } from './errors.js';
import type { Format } from './format.js';
import { joinLowerings, type LoweringTable } from './kernel-lowerings.js';
import { checkOptionNames } from './known-options.js';
import type { BackendFactory, DatasetFactory, Plugin, PluginContext } from './plugin.js';

type ApiOf<P> = P extends { api?(composition: PluginContext): infer Api } ? Api : object;
type Intersection<U> = (U extends unknown ? (part: U) => void : never) extends (all: infer I) => void
  ? I
  : never;

/** The functions that a list of plugins gives. */
export type Composed<P extends readonly Plugin[]> = PluginContext & Intersection<ApiOf<P[number]>>;

export interface ComposeOptions<P extends readonly Plugin[]> {
  /** What runs Programs: a backend, or the name of one that a plugin brings. */
  readonly backend?: Backend | string;
  readonly plugins: P;
}

/**
 * Puts a backend and plugins together. Their order means nothing.
 *
 * Throws: PLUGIN_INVALID when one is not sound, two bring the same name, or one misses another it requires; OPTION_INVALID;
 * IDENTIFIER_UNKNOWN for a backend; PACKAGE_DUPLICATED when a plugin's layers extend another copy of this package.
 *
 * @example
 * import { compose } from '@lamella/core';
 *
 * const greeting = { name: 'acme-greeting', api: () => ({ greet: (who: string) => `Hello, ${who}` }) };
 * const { greet } = compose({ plugins: [greeting] });
 * greet('Ada'); // 'Hello, Ada'
 */
export function compose<const P extends readonly Plugin[]>(options: ComposeOptions<P>): Composed<P> {
  checkOptionNames<ComposeOptions<P>>('compose()', options, { backend: true, plugins: true });
  const { plugins } = options;
  if (!Array.isArray(plugins as unknown))
    throw optionInvalid('compose()', 'plugins', 'a list of plugins', plugins);
  checkTogether(plugins);
  const catalog = new Catalog();
  for (const plugin of plugins) fill(catalog, plugin);
  const composition: PluginContext = {
    ...broughtBy(plugins, backendOf(options.backend, table<BackendFactory>(plugins, 'backends'))),
    catalog,
    plugins,
    register: registering(catalog),
  };
  const composed: Record<string, unknown> = { ...composition };
  for (const plugin of plugins) {
    for (const [name, value] of Object.entries(plugin.api?.(composition) ?? {})) {
      if (Object.hasOwn(composed, name))
        throw pluginInvalid(plugin.name, `it brings a function "${name}", which the composition has already`);
      composed[name] = value;
    }
  }
  return composed as Composed<P>;
}

/**
 * What a composition knows, registered names among it, and what further plugins bring, for one purpose: their functions for the
 * application stay out, and so do plugins that are there already. Throws: PLUGIN_INVALID, PACKAGE_DUPLICATED.
 */
export function withPlugins(composition: PluginContext, further: readonly Plugin[]): PluginContext {
  const added = further.filter((plugin) => !composition.plugins.includes(plugin));
  if (added.length === 0) return composition;
  const plugins = [...composition.plugins, ...added];
  checkTogether(plugins);
  const catalog = composition.catalog.copy();
  for (const plugin of added) fill(catalog, plugin);
  return {
    ...composition,
    ...broughtBy(plugins, composition.backend),
    catalog,
    plugins,
    register: registering(catalog),
  };
}

/** What plugins bring beside classes and functions. */
function broughtBy(
  plugins: readonly Plugin[],
  backend: Backend | undefined,
): Pick<PluginContext, 'backend' | 'formats' | 'datasets' | 'lowerings'> {
  const lowerings = loweringsOf(plugins);
  return {
    backend: backend && withLowerings(backend, lowerings, plugins),
    formats: formatsOf(plugins),
    datasets: table<DatasetFactory>(plugins, 'datasets'),
    lowerings,
  };
}

/** Throws: PLUGIN_INVALID for two lowerings of one kernel. */
function loweringsOf(plugins: readonly Plugin[]): LoweringTable {
  const all = plugins.flatMap(({ name, lowerings = [] }) =>
    lowerings.map((each) => ({ plugin: name, lowerings: each })),
  );
  return joinLowerings(all, (plugin, problem) => {
    throw pluginInvalid(plugin, problem, 'leave one of the two plugins out');
  });
}

/** Throws: PLUGIN_INVALID where a backend takes no lowerings and plugins have some for it. */
function withLowerings(backend: Backend, lowerings: LoweringTable, plugins: readonly Plugin[]): Backend {
  if (backend.withLowerings !== undefined)
    return lowerings.size === 0 ? backend : backend.withLowerings(lowerings);
  const owner = plugins.find((plugin) => plugin.lowerings?.some((each) => each.backend === backend.name));
  if (owner === undefined) return backend;
  throw pluginInvalid(
    owner.name,
    `it brings lowerings for backend "${backend.name}", which takes none`,
    'give that backend a withLowerings(), or use one that has it, such as onnx() of @lamella/backend-onnx',
  );
}

/** Throws: PLUGIN_INVALID for a plugin that is not sound, has the name of another, or lacks one that it requires. */
function checkTogether(plugins: readonly Plugin[]): void {
  const named = new Map<string, Plugin>();
  plugins.forEach((plugin, i) => {
    checkPlugin(plugin, `${i}`);
    const known = named.get(plugin.name);
    if (known === plugin)
      throw pluginInvalid(plugin.name, 'it stands twice in the composition', 'list it once');
    if (known !== undefined)
      throw pluginInvalid(
        plugin.name,
        'two plugins have this name',
        'leave one of them out; each is named for its package',
      );
    named.set(plugin.name, plugin);
  });
  for (const { name, requires = [] } of plugins) {
    const missing = requires.filter((each) => !named.has(each));
    if (missing.length > 0)
      throw pluginInvalid(
        name,
        `it requires ${missing.join(', ')}, which the composition lacks`,
        `add ${missing.join(', ')} to plugins`,
      );
  }
}

function registering(catalog: Catalog): PluginContext['register'] {
  return (kind, ...classes) => {
    const plugin = { name: 'application', classes: { [kind]: classes } };
    checkPlugin(plugin, 'register()');
    fill(catalog, plugin);
  };
}

function fill(catalog: Catalog, plugin: Plugin): void {
  const refuse = (problem: string, fix?: string): never => {
    throw pluginInvalid(plugin.name, problem, fix);
  };
  for (const [kind, classes] of Object.entries(plugin.classes ?? {}))
    catalog.add(plugin.name, kind as SerializableKind, classesOf(classes, kind, refuse));
  for (const fn of plugin.functions ?? []) catalog.addFunction(plugin.name, fn);
}

function backendOf(
  given: Backend | string | undefined,
  known: ReadonlyMap<string, BackendFactory>,
): Backend | undefined {
  if (typeof given !== 'string') return given;
  const make = known.get(given);
  if (make !== undefined) return make();
  throw identifierUnknown(
    'compose()',
    'backend',
    given,
    known.keys(),
    'list the plugin that brings it, or pass the backend itself, such as cpu() of @lamella/backend-cpu',
  );
}

/** What all plugins bring of one kind, by name. Throws: PLUGIN_INVALID for two with one name. */
function table<T>(plugins: readonly Plugin[], part: 'backends' | 'datasets'): Map<string, T> {
  const found = new Map<string, T>();
  for (const plugin of plugins) {
    for (const [name, make] of Object.entries(plugin[part] ?? {})) {
      if (found.has(name) && found.get(name) !== make)
        throw pluginInvalid(plugin.name, `it brings "${name}" to ${part}, which another plugin has already`);
      found.set(name, make as T);
    }
  }
  return found;
}

/** What a plugin's classes and functions are called, by themselves. For the package that brings them. */
export function catalogOf(plugin: Plugin): Catalog {
  const catalog = new Catalog();
  fill(catalog, plugin);
  return catalog;
}

function formatsOf(plugins: readonly Plugin[]): Format[] {
  const found: Format[] = [];
  for (const { name: plugin, formats = [] } of plugins) {
    for (const format of formats) {
      const same = found.find(({ name }) => name === format.name);
      if (same !== undefined) throw pluginInvalid(plugin, `another format is named "${format.name}" already`);
      for (const known of found) checkEndings(plugin, format, known);
      found.push(format);
    }
  }
  return found;
}

const uses = ['writeModel', 'writeWeights', 'readModel', 'readWeights', 'inspect'] as const;

/** Throws: PLUGIN_INVALID where nobody could say which of two formats a file of some ending is for. */
function checkEndings(plugin: string, format: Format, known: Format): void {
  const shared = format.extensions.find((ending) => known.extensions.includes(ending));
  if (shared === undefined) return;
  const isTold = format.matches !== undefined && known.matches !== undefined;
  const both = uses.find(
    (use) => format[use] !== undefined && known[use] !== undefined && (!isTold || use.startsWith('write')),
  );
  if (both === undefined) return;
  throw pluginInvalid(
    plugin,
    `its format "${format.name}" has ${both} for files in "${shared}", and so has format "${known.name}"`,
    both.startsWith('write') ? 'give one of them another ending' : 'give both formats matches(bytes)',
  );
}
