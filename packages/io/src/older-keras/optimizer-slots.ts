// The state of an optimizer as older versions of Keras list it, in the order of Keras 3: by the names of the slots, or, where
// they have none, by the blocks in which they stand. No values are compared here.
import type { Weight } from '@lamella/core';
import type { AnyHostTensor } from '@lamella/program';

/** What Keras 3 calls the slots that were called otherwise. */
const current: Readonly<Record<string, string>> = {
  m: 'momentum',
  v: 'velocity',
  vhat: 'velocity_hat',
  rms: 'velocity',
  mg: 'average_gradient',
  u: 'norm',
};

export interface StoredVariable {
  /** As the file names it; undefined where it does not. */
  readonly name: string | undefined;
  readonly value: AnyHostTensor;
}

/**
 * A value for each of the optimizer's variables, undefined for the few that a file may lack; or undefined where the file's
 * are others. `variables` are those of an optimizer built for `weights`.
 */
export function inCurrentOrder(
  stored: readonly StoredVariable[],
  variables: readonly Weight[],
  weights: readonly Weight[],
): (AnyHostTensor | undefined)[] | undefined {
  const isScalar = (value: AnyHostTensor): boolean => value.shape.length === 0;
  const scalars = stored.filter(({ value }) => isScalar(value));
  const slots = stored.filter(({ value }) => !isScalar(value));
  const slotOf = slotFinder(weights);
  const ofSlots = variables.filter((variable) => slotOf(variable) !== undefined);
  const known = [...Object.keys(current), ...slotNames(ofSlots, slotOf), 'momentum', 'velocity'].join('|');
  const slotIn = slotReader(known);
  const bySlot = slots.every(({ name }) => slotIn(name) !== undefined)
    ? groupedByName(slots, slotIn)
    : slots.every(({ name }) => name === undefined)
      ? groupedAsToday(slots, ofSlots, weights, slotOf)
      : groupedInBlocks(slots, slotNames(ofSlots, slotOf), weights);
  if (bySlot === undefined) return undefined;
  const counts = new Map<string, number>();
  const found = variables.map((variable): AnyHostTensor | null | undefined => {
    const slot = slotOf(variable);
    if (slot === undefined) {
      const isCounter = variable.dtype !== 'float32';
      // Other scalars, such as the product of Nadam's momenta, no file of Keras 2 holds.
      if (!isCounter && variable.shortName !== 'learning_rate') return undefined;
      return scalars.find(({ value }) => (value.dtype !== 'float32') === isCounter)?.value;
    }
    const count = counts.get(slot) ?? 0;
    counts.set(slot, count + 1);
    return bySlot.get(slot)?.[count] ?? null;
  });
  return found.includes(null) ? undefined : (found as (AnyHostTensor | undefined)[]);
}

type SlotReader = (name: string | undefined) => string | undefined;

/** Reads the slot that a name ends in (`dense/kernel/m:0`), or, from Keras 2.11 on, begins with (`Adam/m/dense/kernel:0`). */
function slotReader(known: string): SlotReader {
  const [last, first] = [new RegExp(`/(${known})(?::\\d+)?$`), new RegExp(`^[^/]+/(${known})/`)];
  return (name = '') => {
    const found = last.exec(name) ?? first.exec(name);
    return found === null ? undefined : (current[found[1]!] ?? found[1]!);
  };
}

function groupedByName(slots: readonly StoredVariable[], slotIn: SlotReader): Map<string, AnyHostTensor[]> {
  const groups = new Map<string, AnyHostTensor[]>();
  for (const { name, value } of slots) {
    addTo(groups, slotIn(name)!, value);
  }
  return groups;
}

/** `.keras` has no names, and the order of Keras 3; plain SGD has momenta there, which stay zero. */
function groupedAsToday(
  slots: readonly StoredVariable[],
  variables: readonly Weight[],
  weights: readonly Weight[],
  slotOf: SlotFinder,
): Map<string, AnyHostTensor[]> | undefined {
  const isPlainSgd = variables.length === 0 && slots.length === weights.length;
  if (slots.length !== variables.length && !isPlainSgd) return undefined;
  const groups = new Map<string, AnyHostTensor[]>();
  variables.forEach((variable, i) => {
    const value = slots[i]?.value;
    if (value !== undefined) addTo(groups, slotOf(variable)!, value);
  });
  return groups;
}

/** `Variable_1:0` and the like: all of one slot stand together, in the order in which Keras made them. */
function groupedInBlocks(
  slots: readonly StoredVariable[],
  names: readonly string[],
  weights: readonly Weight[],
): Map<string, AnyHostTensor[]> {
  const size = weights.length;
  return new Map(
    names.map((name, i) => [name, slots.slice(i * size, (i + 1) * size).map(({ value }) => value)]),
  );
}

/** The slots that an optimizer has, in the order of the first of each. */
function slotNames(variables: readonly Weight[], slotOf: SlotFinder): string[] {
  return [...new Set(variables.flatMap((variable) => slotOf(variable) ?? []))];
}

/** The slot that a variable is: what follows the name of its weight. */
type SlotFinder = (variable: Weight) => string | undefined;

function slotFinder(weights: readonly Weight[]): SlotFinder {
  const names = new Set(weights.map((weight) => weight.name.replaceAll('/', '_')));
  return ({ shortName }) => {
    for (let at = shortName.lastIndexOf('_'); at > 0; at = shortName.lastIndexOf('_', at - 1))
      if (names.has(shortName.slice(0, at))) return shortName.slice(at + 1);
    return undefined;
  };
}

function addTo(groups: Map<string, AnyHostTensor[]>, slot: string, value: AnyHostTensor): void {
  const group = groups.get(slot);
  if (group === undefined) groups.set(slot, [value]);
  else group.push(value);
}
