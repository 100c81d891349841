// What a file names and a composition does not bring: data for programs, and the lines that errors list of it.
import type { Catalog, SerializableKind } from '@lamella/core';
import { suggest } from '@lamella/program';

/** A class that a file names and nobody brings. */
export interface MissingClass {
  /** The family that it is looked for in; `operations` for what a graph calls and no class computes. */
  readonly kind: SerializableKind | 'operations';
  /** As files register it, e.g. `acme>Mish`; in compile state also an identifier such as `mse`. */
  readonly className: string;
  /** The package that the name states; undefined for what is Keras' own. */
  readonly package: string | undefined;
  /** The names of the layers, or other objects, of this class; none for objects without a name. */
  readonly names: readonly string[];
  /** Why nothing stands for it, where that is no matter of plugins. */
  readonly reason?: string;
}

/** A function that a file refers to, and nobody brings. */
export interface MissingFunction {
  /** Undefined for Python's bytecode. */
  readonly functionName: string | undefined;
  /** The Lambda that calls it. */
  readonly layer: string;
  readonly use: 'call' | 'mask';
  /** Why what the file holds of it cannot stand for it. */
  readonly reason: string;
}

/** What a file needs and a composition lacks. */
export interface Missing {
  readonly classes: readonly MissingClass[];
  readonly functions: readonly MissingFunction[];
}

/** Names for which near ones are looked up: that takes time. */
const mostSuggestions = 40;

/** A line for each; with near names of the same family, where a catalog is given. */
export function describeMissing({ classes, functions }: Missing, catalog?: Catalog): string[] {
  return [
    ...classes.map((one, i) => describeClass(one, i < mostSuggestions ? catalog : undefined)),
    ...functions.map((one, i) => describeFunction(one, i < mostSuggestions ? catalog : undefined)),
  ];
}

/** What is to be done about missing classes. */
export function fixOf(classes: readonly MissingClass[]): string {
  const packages = [...new Set(classes.flatMap(({ package: owner }) => owner ?? []))];
  const whose =
    packages.length === 0
      ? 'them'
      : packages
          .slice(0, 3)
          .map((one) => `"${one}"`)
          .join(', ');
  const isCompiled = classes.some(({ kind }) => ofCompile.has(kind));
  return `add the plugin that brings ${whose} to compose({ plugins }), or give it to loadModel(path, { plugins })${isCompiled ? '; loadModel(path, { compile: false }) loads the model without its optimizer, losses and metrics' : ''}`;
}

const ofCompile: ReadonlySet<string> = new Set(['optimizers', 'losses', 'metrics', 'schedules']);

function describeClass({ kind, className, names, reason }: MissingClass, catalog?: Catalog): string {
  if (kind === 'operations') return `  ${reason}`;
  const what = kind === 'layers' ? 'layer' : 'named';
  const listed = names.slice(0, 3).map((name) => JSON.stringify(name));
  const more = names.length > 3 ? ` and ${names.length - 3} more` : '';
  const where = names.length === 0 ? '' : ` (${what} ${listed.join(', ')}${more})`;
  return `  ${kind}: ${className}${where}${catalog === undefined ? '' : near(className, kind, catalog)}`;
}

function describeFunction(
  { functionName, layer, use, reason }: MissingFunction,
  catalog: Catalog | undefined,
): string {
  if (functionName === undefined)
    return `  Lambda "${layer}" holds Python bytecode, which is never decoded; pass { functions: { "${layer}": fn } }`;
  const why = use === 'mask' ? ' for its mask' : `, and the file holds no captured Program for it${reason}`;
  const others = catalog === undefined ? '' : ` ${suggest(functionName, catalog.functions.keys())}`;
  return `  Lambda "${layer}" refers to "${functionName}"${why}.${others}`;
}

/** Names of the family that are like this one. */
function near(className: string, kind: SerializableKind, catalog: Catalog): string {
  const isClass = /^[A-Z]/.test(className.replace(/^.*>/, ''));
  return `: ${suggest(className, isClass ? catalog.names(kind) : catalog.identifiers(kind))}`;
}
