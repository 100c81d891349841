// An HDF5 file as plain data: groups with attributes, datasets and groups. Reading is all or nothing, in memory of its
// own: links out of the file, virtual datasets and sizes that the file cannot hold are refused.
import type { AnyHostTensor } from '@lamella/program';

/** What attributes hold: a string, a list of strings, or an empty list. */
export type Hdf5Attribute = string | readonly string[];

export interface Hdf5Group {
  readonly attributes: Map<string, Hdf5Attribute>;
  readonly groups: Map<string, Hdf5Group>;
  readonly datasets: Map<string, AnyHostTensor>;
}

/** An empty group. */
export function hdf5Group(): Hdf5Group {
  return { attributes: new Map(), groups: new Map(), datasets: new Map() };
}

/** The group at a path below `group`, made where it is missing. */
export function ensureGroup(group: Hdf5Group, path: readonly string[]): Hdf5Group {
  let current = group;
  for (const name of path) {
    const next = current.groups.get(name) ?? hdf5Group();
    current.groups.set(name, next);
    current = next;
  }
  return current;
}

/** The group at a path below `group`, or undefined. */
export function findGroup(group: Hdf5Group, path: readonly string[]): Hdf5Group | undefined {
  let current: Hdf5Group | undefined = group;
  for (const name of path) current = current?.groups.get(name);
  return current;
}

/** The datasets of a group by number: `0`, `1`, ..., `10`; those with names are left out. */
export function numberedDatasets(group: Hdf5Group): AnyHostTensor[] {
  return [...group.datasets.entries()]
    .filter(([name]) => isNumbered(name))
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, tensor]) => tensor);
}

/** Whether a dataset is a weight: those have numbers for names. */
export function isNumbered(name: string): boolean {
  return /^\d+$/.test(name);
}

/** How many values all datasets below a group hold. */
export function storedValues(group: Hdf5Group): number {
  let sum = 0;
  for (const tensor of group.datasets.values()) sum += tensor.size;
  for (const inner of group.groups.values()) sum += storedValues(inner);
  return sum;
}
