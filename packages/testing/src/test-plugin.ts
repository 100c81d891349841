// The conformance suite of plugins: what definePlugin promises, that order means nothing, and each kit for what it brings. What it
// brings and has no case is a broken promise too.
import {
  compose,
  pluginApi,
  serializableKinds,
  type Layer,
  type Plugin,
  type Serializable,
  type SerializableClass,
  type SerializableKind,
} from '@lamella/core';
import type { Loss, Metric, Optimizer } from '@lamella/training';
import { assertRejects, assertSame } from './assertions.js';
import { declareKit, settingsOf, type Check, type KitOptions, type KitSettings } from './kit.js';
import { knownOf } from './known.js';
import { testBackend, type TestBackendOptions } from './test-backend.js';
import { testDataset, type DatasetCase } from './test-dataset.js';
import { testFormat, type FormatCase } from './test-format.js';
import { testFunction, type FunctionCase } from './test-function.js';
import type { LayerCase } from './test-layer-checks.js';
import { testLayer } from './test-layer.js';
import { testLowerings, type LoweringCases } from './test-lowerings.js';
import { testLoss, type LossCase } from './test-loss.js';
import { testMetric, type MetricCase } from './test-metric.js';
import { testOptimizer, type OptimizerCase } from './test-optimizer.js';
import { throughConfig } from './through-config.js';

type ByName<T> = Readonly<Record<string, T>>;

/** Cases for all that a plugin brings, by the names of classes, functions, formats, backends and datasets. */
export interface PluginCases {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each class names its own options
  readonly layers?: ByName<readonly LayerCase<any>[]>;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each class names its own options
  readonly losses?: ByName<readonly LossCase<any>[]>;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each class names its own options
  readonly metrics?: ByName<readonly MetricCase<any>[]>;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each class names its own options
  readonly optimizers?: ByName<readonly OptimizerCase<any>[]>;
  readonly functions?: ByName<readonly FunctionCase[]>;
  /** Models beside those of the kit. */
  readonly formats?: ByName<readonly FormatCase[]>;
  readonly backends?: ByName<Pick<TestBackendOptions, 'tolerance' | 'unsupported'>>;
  readonly datasets?: ByName<readonly DatasetCase<undefined>[]>;
  /** By the name of the backend that they are for. */
  readonly lowerings?: ByName<LoweringCases>;
  /** For classes of other families: the options that each is made with, in turn. */
  readonly others?: ByName<readonly object[]>;
  /** Classes that are Keras' own, whose names say no package. */
  readonly kerasClasses?: readonly string[];
}

interface PluginSubject extends KitSettings {
  readonly plugin: Plugin;
  readonly given: PluginCases;
}

/**
 * Declares the suite for a plugin, and those for all that it brings. `plugins` of the options are those that it requires.
 *
 * @example
 * import { describe, it } from 'node:test';
 * import * as tf from '@tensorflow/tfjs-core';
 * import { definePlugin } from '@lamella/core';
 * import { namedFunction } from '@lamella/lambda';
 * import { list, testPlugin } from '@lamella/testing';
 *
 * const plugin = definePlugin({
 *   name: 'acme-squares',
 *   functions: [namedFunction('acme-squares>square', (x: tf.Tensor) => tf.square(x))],
 * });
 * testPlugin(
 *   plugin,
 *   { functions: { 'acme-squares>square': [{ name: 'of three', inputs: list([3]), outputs: list([9]) }] } },
 *   { runner: { describe, it } },
 * );
 */
export function testPlugin(plugin: Plugin, given: PluginCases, options: KitOptions = {}): void {
  const subject = { ...settingsOf(options), plugin, given };
  declareKit<PluginSubject>('testPlugin', 'plugin', [{ name: plugin.name, subject }], pluginChecks, options);
  const { rejects: _, plugins = [], ...rest } = options;
  const kit = { ...rest, plugins: [...plugins, plugin] };
  for (const { kind, made } of classesOf(plugin)) {
    const cases = (given as ByName<ByName<readonly never[]> | undefined>)[kind]?.[made.className] ?? [];
    const create = (each: never): Serializable => new made(each);
    if (kind === 'layers') testLayer(create as (each: never) => Layer, cases, kit);
    if (kind === 'losses') testLoss(create as (each: never) => Loss, cases, kit);
    if (kind === 'metrics') testMetric(create as (each: never) => Metric, cases, kit);
    if (kind === 'optimizers') testOptimizer(create as (each: never) => Optimizer, cases, kit);
  }
  for (const fn of plugin.functions ?? []) testFunction(fn, given.functions?.[fn.functionName] ?? [], kit);
  for (const format of plugin.formats ?? []) testFormat(format, given.formats?.[format.name], kit);
  for (const [name, make] of Object.entries(plugin.backends ?? {})) {
    const { runner } = kit;
    testBackend(name, make, { ...given.backends?.[name], ...(runner !== undefined && { runner }) });
  }
  for (const [name, make] of Object.entries(plugin.datasets ?? {}))
    testDataset(() => make(), given.datasets?.[name] ?? [], kit);
  for (const loweringCases of Object.values(given.lowerings ?? {})) testLowerings(plugin, loweringCases, kit);
}

interface BroughtClass {
  readonly kind: SerializableKind;
  readonly made: SerializableClass;
}

function classesOf({ classes = {} }: Plugin): BroughtClass[] {
  return serializableKinds.flatMap((kind) =>
    Object.values(classes[kind] ?? {}).flatMap((made: unknown) =>
      typeof (made as Partial<SerializableClass> | undefined)?.className === 'string' &&
      typeof made === 'function'
        ? [{ kind, made: made as SerializableClass }]
        : [],
    ),
  );
}

const withKits = ['layers', 'losses', 'metrics', 'optimizers'] as const;
const isOther = ({ kind }: BroughtClass): boolean => !(withKits as readonly string[]).includes(kind);

/** All that a plugin brings, by the part of {@link PluginCases} that has its cases. */
function broughtBy(plugin: Plugin): Readonly<Record<Exclude<keyof PluginCases, 'kerasClasses'>, string[]>> {
  const classes = classesOf(plugin);
  const named = (of: string): string[] =>
    classes.filter(({ kind }) => kind === of).map(({ made }) => made.className);
  return {
    layers: named('layers'),
    losses: named('losses'),
    metrics: named('metrics'),
    optimizers: named('optimizers'),
    functions: (plugin.functions ?? []).map(({ functionName }) => functionName),
    formats: (plugin.formats ?? []).map(({ name }) => name),
    backends: Object.keys(plugin.backends ?? {}),
    datasets: Object.keys(plugin.datasets ?? {}),
    lowerings: [...new Set((plugin.lowerings ?? []).map(({ backend }) => backend))],
    others: classes.filter(isOther).map(({ made }) => made.className),
  };
}

async function isDefined({ plugin }: PluginSubject): Promise<void> {
  assertSame(Object.isFrozen(plugin), true, 'whether it is what definePlugin() gives, which is frozen');
  assertSame(plugin.pluginApi, pluginApi, 'the plugin API that it is written for');
}

/** Formats and backends have cases of the kits'. */
const casesOfKits: ReadonlySet<string> = new Set(['formats', 'backends']);

async function hasCases({ plugin, given }: PluginSubject): Promise<void> {
  for (const [part, names] of Object.entries(broughtBy(plugin))) {
    const cases = (given as ByName<ByName<unknown> | undefined>)[part] ?? {};
    const isTried = (name: string): boolean =>
      Array.isArray(cases[name]) ? cases[name].length > 0 : cases[name] !== undefined;
    const missing = casesOfKits.has(part) ? [] : names.filter((name) => !isTried(name));
    if (missing.length > 0) throw new Error(`no cases for what it brings to ${part}: ${missing.join(', ')}`);
    const surplus = Object.keys(cases).filter((name) => !names.includes(name));
    if (surplus.length > 0)
      throw new Error(`cases for what it does not bring to ${part}: ${surplus.join(', ')}`);
  }
}

async function namesItsPackage({ plugin, given }: PluginSubject): Promise<void> {
  const { kerasClasses = [] } = given;
  for (const { made } of classesOf(plugin))
    if (made.className.includes('>') === kerasClasses.includes(made.className))
      throw new Error(
        `class "${made.className}": expected "package>Name", or a name of Keras that kerasClasses lists: its config would be written as Keras spells it`,
      );
}

/** Of a composition, all that plugins have a say in, as text. */
function contents(plugins: readonly Plugin[]): string {
  const { catalog, formats, datasets, ...others } = compose({ plugins }) as unknown as Awaited<
    ReturnType<typeof knownOf>
  >;
  return JSON.stringify([
    serializableKinds.map((kind) => [kind, catalog.names(kind).sort(), catalog.identifiers(kind).sort()]),
    [...catalog.functions.keys()].sort(),
    formats.map(({ name }) => name).sort(),
    [...datasets.keys()].sort(),
    Object.keys(others).sort(),
  ]);
}

async function isTheSameAnywhere({ plugin, plugins }: PluginSubject): Promise<void> {
  const all = [...(await knownOf(plugins)).plugins.filter((one) => one !== plugin)];
  const expected = contents([...all, plugin]);
  for (const order of [
    [plugin, ...all],
    [plugin, ...all.toReversed()],
    [...all.slice(0, 1), plugin, ...all.slice(1)],
  ])
    assertSame(contents(order), expected, 'what a composition knows, with plugins in another order');
}

async function isRefusedTwice({ plugin, plugins }: PluginSubject): Promise<void> {
  const all = [...(await knownOf(plugins)).plugins.filter((one) => one !== plugin), plugin];
  await assertRejects(() => compose({ plugins: [...all, plugin] }), 'PLUGIN_INVALID', plugin.name);
  for (const required of plugin.requires ?? [])
    await assertRejects(
      () => compose({ plugins: all.filter(({ name }) => name !== required) }),
      'PLUGIN_INVALID',
      required,
    );
}

async function makesOthers({ plugin, plugins, given }: PluginSubject): Promise<void> {
  for (const { made } of classesOf(plugin).filter(isOther))
    for (const options of given.others?.[made.className] ?? [])
      await throughConfig(new made(options), options, [...plugins, plugin]);
}

const pluginChecks: readonly Check<PluginSubject>[] = [
  { name: 'is what definePlugin() gives, for this plugin API', run: isDefined },
  { name: 'has a case for each thing that it brings', run: hasCases },
  { name: 'names its classes by their package', run: namesItsPackage },
  { name: 'means the same wherever it stands among plugins', run: isTheSameAnywhere },
  { name: 'is refused twice, and without a plugin that it requires', run: isRefusedTwice },
  { name: 'makes each other class again from its config', run: makesOthers },
];
