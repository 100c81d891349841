// The Catalog: which classes and functions a composition knows, by the names files use. Filled from plugins, explicitly;
// a Map per family, so that no name falls through to a prototype, a module or another family.
import type { Serializable, SerializableClass, SerializableKind } from './config.js';
import { identifierUnknown, layerUnknown, pluginInvalid } from './errors.js';
import type { Format } from './format.js';
import type { NamedFunction } from './named-function.js';

/** What one plugin contributes to a family: classes (or functions) by name. */
export type ClassTable<T extends Serializable = Serializable> = Readonly<
  Record<string, SerializableClass<T>>
>;

/** Classes by family and name, named functions and file formats of one composition. */
export class Catalog {
  private readonly families = new Map<SerializableKind, Map<string, SerializableClass>>();
  private readonly owners = new Map<unknown, string>();
  private readonly namedFunctions = new Map<string, NamedFunction>();
  private readonly fileFormats: Format[] = [];

  /** Adds classes of a family. Throws: PLUGIN_INVALID when a name is taken by another class. */
  add(plugin: string, kind: SerializableKind, classes: Iterable<SerializableClass>): void {
    const family = this.families.get(kind) ?? new Map<string, SerializableClass>();
    this.families.set(kind, family);
    for (const added of classes) {
      const known = family.get(added.className);
      if (known === added) continue;
      if (known !== undefined) {
        throw pluginInvalid(
          plugin,
          `it brings "${added.className}" to ${kind}, which "${this.owners.get(known)}" has already`,
          'leave one of the two plugins out, or rename the class to "package>Name"',
        );
      }
      family.set(added.className, added);
      this.owners.set(added, plugin);
    }
  }

  addFunction(plugin: string, fn: NamedFunction): void {
    const known = this.namedFunctions.get(fn.functionName);
    if (known !== undefined && known !== fn)
      throw pluginInvalid(
        plugin,
        `another function is named "${fn.functionName}" already`,
        'rename one of the two',
      );
    this.namedFunctions.set(fn.functionName, fn);
  }

  addFormat(plugin: string, format: Format): void {
    if (this.fileFormats.some((known) => known.name === format.name))
      throw pluginInvalid(plugin, `another format is named "${format.name}" already`);
    this.fileFormats.push(format);
  }

  /** The class of this name, or undefined. */
  find(kind: SerializableKind, className: string): SerializableClass | undefined {
    return this.families.get(kind)?.get(className);
  }

  /** The class of this name. Throws: LAYER_UNKNOWN for layers, IDENTIFIER_UNKNOWN for others, with near matches. */
  get(kind: SerializableKind, className: string, subject = 'Catalog'): SerializableClass {
    const found = this.find(kind, className);
    if (found !== undefined) return found;
    if (kind === 'layers') {
      const fix =
        "list the plugin that brings it in compose({ plugins }); Keras' own are in layers of @lamella/layers";
      throw layerUnknown(subject, className, this.names(kind), fix);
    }
    throw identifierUnknown(subject, `class in ${kind}`, className, this.names(kind));
  }

  names(kind: SerializableKind): string[] {
    return [...(this.families.get(kind)?.keys() ?? [])];
  }

  /** The registered function of this name, or undefined. */
  findFunction(name: string): NamedFunction | undefined {
    return this.namedFunctions.get(name);
  }

  get functions(): ReadonlyMap<string, NamedFunction> {
    return this.namedFunctions;
  }

  get formats(): readonly Format[] {
    return this.fileFormats;
  }
}
