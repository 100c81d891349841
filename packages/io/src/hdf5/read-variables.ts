// Reads Keras 3's layout of variables back into a model.
import type { Layer } from '@lamella/core';
import { assignAll, type Offer } from './assign.js';
import { findGroup, numberedDatasets, type Hdf5Group } from './tree.js';
import { variablePlaces } from './variables.js';

/** Sets the weights of `model`. Throws: WEIGHTS_MISMATCH, and nothing has changed. */
export function readVariables(
  root: Hdf5Group,
  model: Layer,
  file: string,
  options: { readonly optimizer: boolean },
): void {
  const offers: Offer[] = [];
  const unused: string[] = [];
  const hasOptimizer = (findGroup(root, ['optimizer', 'vars'])?.datasets.size ?? 0) > 0;
  for (const place of variablePlaces(model, { optimizer: options.optimizer && hasOptimizer })) {
    const group =
      findGroup(root, [...place.path, 'vars']) ?? findGroup(root, [...oldPath(place.path), 'vars']);
    const values = group === undefined ? [] : numberedDatasets(group);
    place.weights.forEach((weight, i) => offers.push({ weight, value: values[i] }));
    for (let i = place.weights.length; i < values.length; i++)
      unused.push([...place.path, 'vars', String(i)].join('/'));
  }
  assignAll(file, offers, unused);
}

/** Files of the year 2023 called the list of layers otherwise. */
function oldPath(path: readonly string[]): string[] {
  return path.map((name) => (name === 'layers' ? '_layer_checkpoint_dependencies' : name));
}
