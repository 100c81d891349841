// Reads Keras 3's layout of variables back into a model.
import type { Layer, Weight } from '@lamella/core';
import { withBudget, type AnyHostTensor, type Budget } from '@lamella/program';
import type { Optimizer } from '@lamella/training';
import { inCurrentOrder } from '../older-keras/optimizer-slots.js';
import { assignOffers, checkOffers, type AssignRule, type Offer } from './assign.js';
import { builtLike, planNamedState, planState, type StateRule } from './optimizer-state.js';
import { findGroup, numberedDatasets, type Hdf5Group } from './tree.js';
import { optimizersOf, storedState, variablePlaces } from './variables.js';

/** What the list of layers is called, now and in files of the year 2023. */
const containers: readonly string[] = ['layers', '_layer_checkpoint_dependencies'];

export interface ReadVariablesRule extends AssignRule {
  readonly file: string;
  /** What happens with the optimizer's state, where the file has one. */
  readonly state: StateRule;
  /** The texts of a layer's state, of an archive that holds such. */
  readonly filesOf?: (path: readonly string[]) => Readonly<Record<string, string>>;
}

/** Sets the weights of `model`, and its optimizer's state. Throws: WEIGHTS_MISMATCH, and nothing has changed. */
export function readVariables(root: Hdf5Group, model: Layer, rule: ReadVariablesRule): void {
  const { file, state: stateRule, notice = () => undefined } = rule;
  const offers: Offer[] = [];
  const used = new Set<Hdf5Group>();
  const unused: string[] = [];
  const states: (() => void)[] = [];
  for (const place of variablePlaces(model, { optimizer: false })) {
    const group =
      findGroup(root, [...place.path, 'vars']) ?? findGroup(root, [...oldPath(place.path), 'vars']);
    if (group !== undefined) used.add(group);
    const values = group === undefined ? [] : numberedDatasets(group);
    place.weights.forEach((weight, i) => offers.push({ weight, value: values[i] }));
    for (let i = place.weights.length; i < values.length; i++) unused.push(`${place.name}/${i}`);
    const { stateful } = place;
    const state = storedState(group, stateful === undefined ? {} : (rule.filesOf?.(place.path) ?? {}));
    if (stateful === undefined)
      for (const name of Object.keys(state?.arrays ?? {})) unused.push(`${place.name}/${name}`);
    else if (state !== undefined) states.push(() => stateful.setState(state));
  }
  unused.push(...unusedBelow(root, [], used, rule.budget));
  const kept = checkOffers(file, offers, unused, rule);
  // Vocabularies check themselves, and a layer that refuses one leaves the others as they were.
  const takeStates = (): void => states.forEach((take) => take());
  if (rule.budget === undefined) takeStates();
  else withBudget(rule.budget, takeStates);
  const commits = optimizersOf(model).map(({ optimizer, path, isNamed }) => {
    const weights = model.trainableWeights;
    const plan = { file, rule: stateRule, notice };
    return isNamed
      ? planNamedState(optimizer, valuesAt(root, path), plan)
      : planState(optimizer, weights, stateOf(root, optimizer, weights), plan);
  });
  assignOffers([...kept, ...commits.flatMap((commit) => commit())]);
}

function valuesAt(root: Hdf5Group, path: readonly string[]): readonly AnyHostTensor[] {
  const group = findGroup(root, [...path, 'vars']);
  return group === undefined ? [] : numberedDatasets(group);
}

/** The stored state in the order of the optimizer's variables; Keras 2 left some of it out, and had more of others. */
function stateOf(
  root: Hdf5Group,
  optimizer: Optimizer,
  weights: readonly Weight[],
): readonly (AnyHostTensor | undefined)[] {
  const values = valuesAt(root, ['optimizer']);
  const planned = builtLike(optimizer, weights).variables;
  const lacksRate = values[1] !== undefined && values[1].shape.length > 0;
  if (values.length === planned.length || !lacksRate) return values;
  const stored = values.map((value) => ({ name: undefined, value }));
  return inCurrentOrder(stored, planned, weights) ?? values;
}

/** What no layer of the model has asked for, by the names that Keras gives beside the paths. */
function unusedBelow(
  group: Hdf5Group,
  path: readonly string[],
  used: ReadonlySet<Hdf5Group>,
  budget: Budget | undefined,
): string[] {
  const names: string[] = [];
  for (const [key, inner] of group.groups) {
    const at = [...path, key];
    if (isCompileState(at)) continue;
    if (key !== 'vars') names.push(...unusedBelow(inner, at, used, budget));
    else if (!used.has(inner)) {
      const name = inner.attributes.get('name');
      budget?.spend('bytes', at.join('/').length * inner.datasets.size, 'what of it no layer has');
      for (const number of inner.datasets.keys())
        names.push(typeof name === 'string' && name !== '' ? `${name}/${number}` : [...at, number].join('/'));
    }
  }
  return names;
}

/** Whether a group is what compile() made of a model: its optimizer, or, in files of Keras 2, its metrics. */
function isCompileState(path: readonly string[]): boolean {
  const [container, key] = [path.at(-2), path.at(-1)];
  return ['optimizer', 'optimizers', 'metrics'].includes(key!) && !containers.includes(container ?? '');
}

/** Files of the year 2023 called the list of layers otherwise. */
function oldPath(path: readonly string[]): string[] {
  return path.map((name) => (name === 'layers' ? containers[1]! : name));
}
