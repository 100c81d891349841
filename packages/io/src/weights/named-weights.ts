// Names for the weights of a model, one for each: what formats use that store weights in one flat list.
import { isFunctional, type Layer, type Weight } from '@lamella/core';

/**
 * Every weight by its path, e.g. `dense_1/kernel`. Where layers of several models share a name, so that their paths are the
 * same, the names of the models around them come first: `encoder/dense/kernel`.
 */
export function namedWeights(model: Layer): Map<string, Weight> {
  const places = new Map<Weight, string>();
  collect(model, '', places);
  const counts = new Map<string, number>();
  for (const { name } of places.keys()) counts.set(name, (counts.get(name) ?? 0) + 1);
  const named = new Map<string, Weight>();
  for (const [weight, around] of places) {
    const name = counts.get(weight.name) === 1 ? weight.name : `${around}${weight.name}`;
    let free = name;
    for (let n = 1; named.has(free); n++) free = `${name}_${n}`;
    named.set(free, weight);
  }
  return named;
}

/** Notes each weight with the path of the models it was first met in. */
function collect(layer: Layer, around: string, places: Map<Weight, string>): void {
  for (const inner of layer.sublayers)
    collect(inner, isFunctional(inner) ? `${around}${inner.name}/` : around, places);
  for (const weight of layer.weights) if (!places.has(weight)) places.set(weight, around);
}
