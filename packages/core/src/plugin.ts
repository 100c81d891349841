// What a plugin is. How a package makes one is in define-plugin.ts, putting plugins together in compose.ts.
import type { Backend } from './backend.js';
import type { Composition } from './composition.js';
import type { SerializableClass, SerializableKind } from './config.js';
import type { Dataset } from './dataset.js';
import type { Format } from './format.js';
import type { KernelLowerings } from './kernel-lowerings.js';
import type { Layer } from './layer.js';
import type { NamedFunction } from './named-function.js';

/** Makes a backend with its defaults. */
export type BackendFactory = () => Backend;

/** Makes, or fetches, a dataset with its defaults. */
export type DatasetFactory = () => Dataset | Promise<Dataset>;

/** What plugins put together: what their functions work with. */
export interface PluginContext extends Composition {
  readonly plugins: readonly Plugin[];
  readonly formats: readonly Format[];
  /** The datasets that plugins bring, by name. */
  readonly datasets: ReadonlyMap<string, DatasetFactory>;
  /**
   * Adds classes to a family after the composition was made: names for options, and for files.
   * Throws: PLUGIN_INVALID when a name is taken by another class; then nothing is added.
   */
  register(kind: SerializableKind, ...classes: readonly SerializableClass[]): void;
}

/** Classes of a family: a list, or a module namespace, in which what is no class is passed over. */
export type PluginClasses = Readonly<Record<string, unknown>> | readonly SerializableClass[];

/** What a package says when it defines a plugin. */
export interface PluginDefinition<Api extends object = object> {
  /** Its package, e.g. `@lamella/layers`. */
  readonly name: string;
  /** Plugins that must stand in the same composition, in any order. */
  readonly requires?: readonly string[];
  /** Classes by family. */
  readonly classes?: Partial<Readonly<Record<SerializableKind, PluginClasses>>>;
  readonly functions?: readonly NamedFunction[];
  readonly formats?: readonly Format[];
  /** Backends by the names that `compose({ backend })` takes. */
  readonly backends?: Readonly<Record<string, BackendFactory>>;
  readonly datasets?: Readonly<Record<string, DatasetFactory>>;
  /** How backends compute kernels that they lack: what `onnxLowerings` of `@lamella/backend-onnx` gives, and its like. */
  readonly lowerings?: readonly KernelLowerings[];
  /**
   * Looks at a model that has just been compiled, with this composition: lines about what will go wrong later, such as saving
   * it after hours of training. They are said at once, as a warning.
   */
  compileNotices?(model: Layer, composition: Composition): readonly string[];
  /** The functions this plugin gives to the application, bound to the composition. */
  api?(composition: PluginContext): Api;
}

/** A part of Lamella, or of somebody else, as a value for `compose`. */
export interface Plugin<Api extends object = object> extends PluginDefinition<Api> {
  /** The plugin API that it was written for; what an application writes in place has none, and is of its own. */
  readonly pluginApi?: number;
}
