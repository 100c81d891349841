// How a model's outputs are nested, and the names by which losses, metrics and targets know them. Source: Keras' CompileLoss.
import type { Arrangement, GraphEnds } from '@lamella/core';
import type { TreeStructure } from '@lamella/program';

/**
 * The outputs of a record go by its keys, others by the layers they come from: `classes`, `boxes/corner`. The names of the
 * layers alone will do too.
 */
export function outputLayout(model: GraphEnds): Arrangement {
  const layerNames = unique(model.outputs.map(({ name }) => name));
  const names = namesIn(model.outputStructure, [], [...layerNames]);
  return { structure: model.outputStructure, names: unique(names), otherNames: layerNames };
}

/** Takes from `layerNames` one for each leaf. */
function namesIn(structure: TreeStructure, keys: readonly string[], layerNames: string[]): string[] {
  if (structure === '*') return [[...keys, layerNames.shift()!].join('/')];
  if (Array.isArray(structure))
    return structure.flatMap((inner: TreeStructure) => namesIn(inner, keys, layerNames));
  const record = structure as Readonly<Record<string, TreeStructure>>;
  return Object.keys(record)
    .sort()
    .flatMap((key) => {
      if (record[key] !== '*') return namesIn(record[key]!, [...keys, key], layerNames);
      layerNames.shift();
      return [[...keys, key].join('/')];
    });
}

function unique(names: readonly string[]): string[] {
  const taken = new Map<string, number>();
  return names.map((name) => {
    const count = taken.get(name) ?? 0;
    taken.set(name, count + 1);
    return count === 0 ? name : `${name}_${count}`;
  });
}
