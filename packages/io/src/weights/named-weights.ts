// Names for the weights of a model, one for each: what formats use that store weights in one flat list.
import { isFunctional, type Layer, type Weight } from '@lamella/core';
import { currentBudget } from '@lamella/program';

/**
 * Every weight by its path, e.g. `dense_1/kernel`; in a layer that is made of others, by their places there:
 * `tagger/table/embeddings`. Where layers of several models share a name, so that their paths are the same, the names of the
 * models around them come first: `encoder/dense/kernel`.
 */
export function namedWeights(model: Layer): Map<string, Weight> {
  const places = new Map<Weight, Place>();
  collect(model, { around: '', path: '' }, places);
  const counts = new Map<string, number>();
  for (const [weight, place] of places) {
    const name = pathOf(weight, place);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const named = new Map<string, Weight>();
  for (const [weight, place] of places) {
    const path = pathOf(weight, place);
    const name = counts.get(path) === 1 ? path : `${place.around}${path}`;
    // Models around a layer may have long names, for each of the weights inside.
    currentBudget()?.spend('bytes', name.length, 'the names of its weights');
    let free = name;
    for (let n = 1; named.has(free); n++) free = `${name}_${n}`;
    named.set(free, weight);
  }
  return named;
}

/** The models around a layer, and its own path in the innermost of them. */
interface Place {
  readonly around: string;
  readonly path: string;
}

function pathOf(weight: Weight, { path }: Place): string {
  return joined(path, weight.shortName);
}

/** Notes where each weight was first met. */
function collect(layer: Layer, place: Place, places: Map<Weight, Place>): void {
  if (isFunctional(layer)) {
    const around = place.path === '' ? place.around : `${place.around}${place.path}/`;
    for (const inner of layer.sublayers) collect(inner, { around, path: inner.name }, places);
  } else {
    for (const [name, inner] of layer.namedSublayers)
      collect(inner, { ...place, path: joined(place.path, name) }, places);
  }
  for (const weight of layer.weights) if (!places.has(weight)) places.set(weight, place);
}

function joined(path: string, name: string): string {
  return path === '' ? name : `${path}/${name}`;
}
