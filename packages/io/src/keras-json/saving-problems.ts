// What will stop a model from being saved, or from being loaded again, as compile() can see it: before the hours of training.
import type { Composition, Layer } from '@lamella/core';
import type { Lambda } from '@lamella/lambda';
import { inOneLine, isLamellaError } from '@lamella/program';
import type { Model } from '@lamella/training';
import { checkStorable, storedLayers } from './check-storable.js';
import { isLambda, maskName } from './lambda.js';
import { isStoredAsGraph } from './stored-graph.js';
import { writeCompileConfig } from './write-compile.js';
import { writeConfig } from './write-object.js';

/** A line for each problem. Runs Lambdas without a name once, as saving would, to see whether they can be captured. */
export function savingProblems(model: Layer, { catalog }: Composition): string[] {
  const lines = new Set<string>();
  const note = (attempt: () => unknown): void => {
    const problem = problemOf(attempt);
    if (problem !== undefined) lines.add(problem);
  };
  const { compiled } = model as Model;
  for (const { error } of writeCompileConfig(model as Model).lost) lines.add(inOneLine(error));
  for (const object of storedObjects(compiled?.options)) {
    if (catalog.find(object.kind, object.className) === undefined)
      lines.add(
        `${object.className} of compile() is a class that no plugin brings: a saved model would not load it`,
      );
  }
  for (const layer of storedLayers(model)) {
    note(() => (isLambda(layer) ? checkLambda(layer) : checkStorable(layer, catalog)));
    // Functions among its options; the layers among them have their own turn.
    if (!isLambda(layer) && !isStoredAsGraph(layer))
      note(() => writeConfig(layer, layer.label, 'v3', () => null));
  }
  return [...lines];
}

type StoredObject = { readonly kind: 'losses' | 'metrics' | 'optimizers'; readonly className: string };

/** The objects among options: in lists and records too. */
function storedObjects(value: unknown): StoredObject[] {
  if (typeof value !== 'object' || value === null) return [];
  const { kind, className } = value as Partial<StoredObject>;
  if (typeof kind === 'string' && typeof className === 'string') return [value as StoredObject];
  return Object.values(value).flatMap(storedObjects);
}

const captured = new WeakSet<Lambda>();

/** A Lambda with a name is stored by that. Throws: what saving it would. */
function checkLambda(layer: Lambda): void {
  if (layer.maskFunction !== null) maskName(layer);
  if (layer.functionName !== undefined || captured.has(layer)) return;
  layer.saveFunction();
  captured.add(layer);
}

/** What goes wrong, in one line with its fix. */
function problemOf(attempt: () => unknown): string | undefined {
  try {
    attempt();
    return undefined;
  } catch (error) {
    if (!isLamellaError(error)) throw error;
    return inOneLine(error);
  }
}
