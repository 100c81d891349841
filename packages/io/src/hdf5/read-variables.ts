// Reads Keras 3's layout of variables back into a model.
import type { Layer } from '@lamella/core';
import type { HostTensor } from '@lamella/program';
import { assignOffers, checkOffers, type Offer } from './assign.js';
import { offerState, optimizerOf } from './optimizer-state.js';
import { findGroup, numberedDatasets, type Hdf5Group } from './tree.js';
import { variablePlaces } from './variables.js';

/**
 * Sets the weights of `model`, and its optimizer's state where the file has one and `optimizer` says so.
 * Throws: WEIGHTS_MISMATCH, and nothing has changed.
 */
export function readVariables(
  root: Hdf5Group,
  model: Layer,
  file: string,
  { optimizer: wantsState }: { readonly optimizer: boolean },
): void {
  const offers: Offer[] = [];
  const used = new Set<Hdf5Group>();
  const unused: string[] = [];
  for (const place of variablePlaces(model, { optimizer: false })) {
    const group =
      findGroup(root, [...place.path, 'vars']) ?? findGroup(root, [...oldPath(place.path), 'vars']);
    if (group !== undefined) used.add(group);
    const values = group === undefined ? [] : numberedDatasets(group);
    place.weights.forEach((weight, i) => offers.push({ weight, value: values[i] }));
    for (let i = place.weights.length; i < values.length; i++) unused.push(`${place.name}/${i}`);
  }
  unused.push(...unusedBelow(root, [], used));
  const optimizer = optimizerOf(model);
  const values = stateOf(root);
  const state =
    wantsState && optimizer !== undefined && values.length > 0
      ? offerState(optimizer, model.trainableWeights, values)
      : undefined;
  const fix =
    state === undefined
      ? undefined
      : 'the state of the optimizer is left alone with { includeOptimizer: false }';
  checkOffers(file, [...offers, ...(state?.offers ?? [])], [...unused, ...(state?.unused ?? [])], fix);
  assignOffers([...offers, ...(state?.commit() ?? [])]);
}

function stateOf(root: Hdf5Group): readonly HostTensor[] {
  const group = findGroup(root, ['optimizer', 'vars']);
  return group === undefined ? [] : numberedDatasets(group);
}

/** What no layer of the model has asked for, by the names that Keras gives beside the paths. */
function unusedBelow(group: Hdf5Group, path: readonly string[], used: ReadonlySet<Hdf5Group>): string[] {
  const names: string[] = [];
  for (const [key, inner] of group.groups) {
    if (path.length === 0 && key === 'optimizer') continue;
    const at = [...path, key];
    if (key !== 'vars') names.push(...unusedBelow(inner, at, used));
    else if (!used.has(inner)) {
      const name = inner.attributes.get('name');
      for (const number of inner.datasets.keys())
        names.push(typeof name === 'string' && name !== '' ? `${name}/${number}` : [...at, number].join('/'));
    }
  }
  return names;
}

/** Files of the year 2023 called the list of layers otherwise. */
function oldPath(path: readonly string[]): string[] {
  return path.map((name) => (name === 'layers' ? '_layer_checkpoint_dependencies' : name));
}
