// The Catalog: which classes and functions a composition knows, by the names that files and options use. Filled explicitly; a
// Map per family, so that no name falls through to a prototype, a module or another family.
import {
  fromConfig,
  type Config,
  type Serializable,
  type SerializableClass,
  type SerializableKind,
} from './config.js';
import { identifierUnknown, layerUnknown, pluginInvalid } from './errors.js';
import type { NamedFunction } from './named-function.js';
import { packageOf, snakeCaseClass } from './names.js';

/** What one plugin contributes to a family: classes (or functions) by name. */
export type ClassTable<T extends Serializable = Serializable> = Readonly<
  Record<string, SerializableClass<T>>
>;

/** Families whose members may be plain functions, by their registered names. */
const ofFunctions: ReadonlySet<SerializableKind> = new Set(['losses', 'metrics', 'activations']);

/** Classes by family and name, and named functions. */
export class Catalog {
  private readonly families = new Map<SerializableKind, Map<string, SerializableClass>>();
  private readonly owners = new Map<unknown, string>();
  private readonly namedFunctions = new Map<string, NamedFunction>();

  /** One that begins with what this one knows, and goes its own way. */
  copy(): Catalog {
    const made = new Catalog();
    for (const [kind, family] of this.families) made.families.set(kind, new Map(family));
    for (const [value, owner] of this.owners) made.owners.set(value, owner);
    for (const [name, fn] of this.namedFunctions) made.namedFunctions.set(name, fn);
    return made;
  }

  /**
   * Adds classes of a family, under their class names, identifiers and what files call them.
   * Throws: PLUGIN_INVALID when a name is taken by another class.
   */
  add(owner: string, kind: SerializableKind, classes: Iterable<SerializableClass>): void {
    const family = new Map(this.families.get(kind));
    const all = [...classes];
    for (const added of all) {
      for (const name of namesOf(added)) {
        const known = family.get(name);
        if (known !== undefined && known !== added) {
          throw pluginInvalid(
            owner,
            `it brings "${name}" to ${kind}, which "${this.owners.get(known) ?? owner}" has already`,
            'leave one of the two plugins out, or rename the class to "package>Name"',
          );
        }
        family.set(name, added);
      }
    }
    this.families.set(kind, family);
    for (const added of all) if (!this.owners.has(added)) this.owners.set(added, owner);
  }

  addFunction(owner: string, fn: NamedFunction): void {
    const known = this.namedFunctions.get(fn.functionName);
    if (known !== undefined && known !== fn)
      throw pluginInvalid(
        owner,
        `another function is named "${fn.functionName}" already`,
        'rename one of the two',
      );
    this.namedFunctions.set(fn.functionName, fn);
  }

  /** The class of this name or identifier, or undefined. */
  find(kind: SerializableKind, name: string): SerializableClass | undefined {
    return this.families.get(kind)?.get(name);
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

  /** What an identifier means in a family: a class, or a registered function where the family takes functions. */
  lookUp(kind: SerializableKind, name: string): SerializableClass | NamedFunction | undefined {
    return this.find(kind, name) ?? (ofFunctions.has(kind) ? this.findFunction(name) : undefined);
  }

  /** The plugin that brings a class. */
  ownerOf(known: SerializableClass): string | undefined {
    return this.owners.get(known);
  }

  /** The names of a family's classes. */
  names(kind: SerializableKind): string[] {
    return [...new Set([...(this.families.get(kind)?.values() ?? [])].map(({ className }) => className))];
  }

  /** The identifiers that options take for a family, registered functions among them. */
  identifiers(kind: SerializableKind): string[] {
    const classes = [...new Set(this.families.get(kind)?.values() ?? [])];
    return [...classes.flatMap(identifiersOf), ...(ofFunctions.has(kind) ? this.namedFunctions.keys() : [])];
  }

  /** The registered function of this name, or undefined. */
  findFunction(name: string): NamedFunction | undefined {
    return this.namedFunctions.get(name);
  }

  get functions(): ReadonlyMap<string, NamedFunction> {
    return this.namedFunctions;
  }
}

/** All names that files and options may have for a class. */
function namesOf(added: SerializableClass): readonly string[] {
  const { className, fileFacts } = added;
  const inFiles = [fileFacts?.pythonName ?? className, ...(fileFacts?.otherNames ?? [])];
  return [className, ...inFiles, ...identifiersOf(added)];
}

/** What a class is called in options: what it says itself, else its class name in snake_case, or as it is where it names its package. */
function identifiersOf(serializableClass: SerializableClass): readonly string[] {
  const { className } = serializableClass;
  if (Object.hasOwn(serializableClass, 'identifiers')) return serializableClass.identifiers!;
  return [packageOf(className) === undefined ? snakeCaseClass(className) : className];
}

/** Where a name is looked up, and for what. */
export interface NamePlace {
  /** Whose option it is, for errors. */
  readonly subject: string;
  /** What the package that takes the option knows by itself. */
  readonly own: Catalog;
  /** The composition's; absent where the object is made without one. */
  readonly catalog?: Catalog | undefined;
  /** Further names that mean something in this place, for suggestions. */
  readonly others?: readonly string[];
}

/** The class, or function, that an identifier means. Throws: IDENTIFIER_UNKNOWN, with near matches of its own family. */
export function lookUp(
  kind: SerializableKind,
  name: string,
  { subject, own, catalog, others = [] }: NamePlace,
): SerializableClass | NamedFunction {
  const found = own.lookUp(kind, name) ?? catalog?.lookUp(kind, name);
  if (found !== undefined) return found;
  const known = [own, ...(catalog === undefined ? [] : [catalog])].flatMap((each) => each.identifiers(kind));
  const fix =
    catalog === undefined && name.includes('>')
      ? 'call the function of this name that compose() gives, or pass the object itself'
      : undefined;
  throw identifierUnknown(subject, singular(kind), name, new Set([...others, ...known]), fix);
}

/** An object of a family as files and options may state it: its class, by name or identifier, and its options. */
export interface ObjectConfig {
  readonly className: string;
  readonly config?: Config;
}

/** The object that a class name or identifier means, alone or with a config. Throws: IDENTIFIER_UNKNOWN. */
export function objectOfName<T extends Serializable>(
  kind: SerializableKind,
  given: string | ObjectConfig,
  place: NamePlace,
): T {
  const { className, config } = typeof given === 'string' ? { className: given, config: {} } : given;
  return fromConfig(lookUp(kind, className, place) as SerializableClass<T>, config ?? {});
}

/** Whether a value states an object by the name of its class. */
export function isObjectConfig(value: unknown): value is ObjectConfig {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as Partial<ObjectConfig>).className === 'string' &&
    !('getConfig' in value)
  );
}

/** The family's name for one of it: `loss` of `losses`. */
export function singular(kind: SerializableKind): string {
  return kind === 'losses' ? 'loss' : kind.replace(/s$/, '');
}
