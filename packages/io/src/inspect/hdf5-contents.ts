// What an HDF5 file of Keras' holds, as an inspection lists it.
import type { FileContents, ReadableWeight } from '@lamella/core';
import type { Budget } from '@lamella/program';
import { isLegacyWeights } from '../hdf5/legacy-weights.js';
import type { Hdf5Group } from '../hdf5/tree.js';
import { readForInspection } from '../older-keras/read-for-inspection.js';
import { isRecord, readPythonJson, type Json } from '../keras-json/python-json.js';

/** Every dataset below a group by its path. Throws: BUDGET_EXCEEDED for paths that are long again and again. */
export function storedWeights(group: Hdf5Group, budget: Budget, path = ''): ReadableWeight[] {
  budget.spend('bytes', (1 + group.datasets.size) * path.length, `the names below "${path}"`);
  const own = [...group.datasets]
    .sort(([a], [b]) => Number(a) - Number(b) || (a < b ? -1 : 1))
    .map(([key, tensor]) => ({
      name: `${path}${key}`,
      shape: tensor.shape,
      dtype: tensor.dtype,
      read: () => tensor,
    }));
  return [
    ...own,
    ...[...group.groups].flatMap(([key, inner]) => storedWeights(inner, budget, `${path}${key}/`)),
  ];
}

/** A whole model, or weights alone in the layout of Keras 3 or of Keras 2. Throws: FILE_INVALID, BUDGET_EXCEEDED. */
export function hdf5Contents(root: Hdf5Group, file: string, budget: Budget): FileContents {
  if (!isLegacyWeights(root) && !root.attributes.has('model_config'))
    return { format: 'Keras 3 weights', weights: storedWeights(root, budget) };
  const read = (name: string): Json | undefined => {
    const text = root.attributes.get(name);
    return typeof text === 'string' ? readPythonJson(text, file, budget) : undefined;
  };
  const model = read('model_config');
  const training = read('training_config');
  const version = root.attributes.get('keras_version');
  return {
    format: model === undefined ? 'Keras HDF5 weights' : 'Keras HDF5 model',
    ...(typeof version === 'string' && { writtenBy: kerasVersion(version, root.attributes.get('backend')) }),
    ...(model !== undefined && readForInspection(model, version, file)),
    ...(isRecord(training) && { compile: training }),
    weights: storedWeights(root, budget),
  };
}

/** Who wrote a file: Lamella gives the version of Keras whose layout it is, and its own name for the backend. */
export function kerasVersion(version: string, backend?: unknown): string {
  return backend === 'lamella' ? `Lamella, as Keras ${version}` : `Keras ${version}`;
}
