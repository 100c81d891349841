// Building a layer that nothing calls, for the shapes that its envelope says it was built for. Layers of a graph are built by their
// calls. The other way is buildConfig() of write-object.ts.
import type { Layer } from '@lamella/core';
import {
  flatten,
  formatShape,
  isLamellaError,
  isShape,
  type SymbolicShape,
  type Tree,
} from '@lamella/program';
import { fileInvalid } from '../errors.js';
import { fileFacts, withOwnNames } from './file-facts.js';
import { kerasOption } from './names.js';
import { isRecord, type Json } from './python-json.js';

/** Throws: FILE_INVALID for what are no shapes, or none that the layer can be built for; what building it throws. */
export function buildAsStored(layer: Layer, entry: Json, file: string): void {
  const stored = isRecord(entry) ? entry['build_config'] : undefined;
  if (layer.isBuilt || !isRecord(stored)) return;
  const { builtFor, buildArguments } = fileFacts(layer);
  if (builtFor !== undefined) {
    layer.ensureBuilt(builtFor(layer.getConfig()));
    return;
  }
  const [input = '', ...others] = buildArguments ?? [];
  const byName = buildArguments === undefined ? undefined : stored['shapes_dict'];
  const shapes = isRecord(byName) ? byName : stored;
  const shape = shapes[`${isRecord(byName) ? input : 'input'}_shape`] ?? undefined;
  if (shape === undefined) return;
  const args = others.flatMap((name): [string, SymbolicShape][] => {
    const given = shapes[`${kerasOption(name)}_shape`] ?? null;
    return given === null ? [] : [[name, shapesIn(given, layer, file) as SymbolicShape]];
  });
  build(layer, withOwnNames(layer, shapesIn(shape, layer, file)), Object.fromEntries(args), file);
}

function shapesIn(stored: Json, { label }: Layer, file: string): Tree<SymbolicShape> {
  const shapes = stored as Tree<unknown>;
  const isSize = (size: unknown): boolean =>
    size === null || (Number.isSafeInteger(size) && (size as number) >= 0);
  if (flatten(shapes, isShape).every((each) => isShape(each) && each.every(isSize)))
    return shapes as Tree<SymbolicShape>;
  throw fileInvalid(file, `${label} was built for what are no shapes`);
}

function build(
  layer: Layer,
  shape: Tree<SymbolicShape>,
  args: Readonly<Record<string, SymbolicShape>>,
  file: string,
): void {
  try {
    layer.ensureBuilt(shape, args);
  } catch (error) {
    if (isLamellaError(error)) throw error;
    const sizes = flatten(shape, isShape).slice(0, 5).map(formatShape).join(', ');
    throw fileInvalid(file, `${layer.label} cannot be built for ${sizes}`, undefined, error);
  }
}
