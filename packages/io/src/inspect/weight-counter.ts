// How many values the weights of each layer have, from the paths of a file: Keras 3 keeps weights by class and number
// (`layers/dense_1/vars/0`), the other formats by the layer's name (`dense_1/kernel`).
import { snakeCaseClass, type StoredWeight } from '@lamella/core';
import { sizeOf, type Budget } from '@lamella/program';
import { isOperationEntry } from '../operations/operation-entry.js';
import type { Json } from '../keras-json/python-json.js';
import { isEnvelope, type ReadContext } from '../keras-json/read-object.js';

export interface WeightCounter {
  /** The values of a layer of this name, or at this place in Keras 3's layout. */
  count(place: string, name: string): number;
  /** The places of the layers of one model, which is at `path` itself, asked for in their order. */
  layerPaths(path: string): { next(entry: Json, context: ReadContext): string };
}

/** Folders beyond which a path is no layer's. */
const deepest = 100;
const containers = ['layers', '_layer_checkpoint_dependencies'];

export function weightCounter(weights: readonly StoredWeight[], budget: Budget): WeightCounter {
  const container = containers.find((name) => weights.some((weight) => weight.name.startsWith(`${name}/`)));
  const sums = new Map<string, number>();
  for (const { name, shape } of weights) {
    const folders = name.split('/').slice(0, -1);
    if (folders.length > deepest) continue;
    if (folders[0] === 'optimizer' || folders[0] === 'optimizer_weights') continue;
    budget.spend(
      'bytes',
      container === undefined ? name.length : name.length * folders.length,
      'the names of its weights',
    );
    const keys = container === undefined ? folders : folders.map((_, i) => folders.slice(0, i + 1).join('/'));
    for (const key of new Set(keys)) sums.set(key, (sums.get(key) ?? 0) + sizeOf(shape));
  }
  return {
    count: (place, name) => sums.get(container === undefined ? name : place) ?? 0,
    layerPaths: (path) => {
      const counts = new Map<string, number>();
      return {
        next: (entry, context) => {
          if (!isEnvelope(entry) || isOperationEntry(entry, context)) return '';
          const base = snakeCaseClass(entry.class_name);
          const count = counts.get(base) ?? 0;
          counts.set(base, count + 1);
          const own = count === 0 ? base : `${base}_${count}`;
          return [...(path === '' ? [] : [path]), container ?? '', own].join('/');
        },
      };
    },
  };
}
