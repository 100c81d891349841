// Compiled steps of one kind by the shapes and dtypes they are for, a bounded number: the least recently used goes first.
import type { Runner } from '@lamella/core';
import type { HostTensor, Shape } from '@lamella/program';
import { commonRows, type Layout } from './open-step.js';

/** The parts of a batch, in the order of a step's arguments. */
export type StepArguments = readonly (readonly HostTensor[])[];

interface Entry {
  readonly layout: readonly (readonly Layout[])[];
  /** Whether it is for any number of rows. */
  readonly isOpen: boolean;
  readonly runner: Promise<Runner>;
  /** Once it is there, without a promise between the loop and it. */
  ready: Runner | undefined;
}

export class StepCache {
  /** The most recently used first. */
  private entries: Entry[] = [];

  /** `opens`: whether a step is for any number of rows, where all its arguments have as many. */
  constructor(
    private readonly capacity: number,
    private readonly opens = false,
  ) {}

  /** The step for arguments of these shapes, made by `make` when it is not there yet; at once where it is. */
  get(args: StepArguments, make: () => Promise<Runner>): Runner | Promise<Runner> {
    const isOpen = this.opens && args.every((part) => commonRows(part) !== undefined);
    const place = this.entries.findIndex((entry) => entry.isOpen === isOpen && fits(entry, args));
    const found = this.entries[place] ?? this.add(args, isOpen, make());
    if (place > 0) this.entries = [found, ...this.entries.filter((entry) => entry !== found)];
    return found.ready ?? found.runner;
  }

  /** Drops every step. */
  clear(): void {
    for (const entry of this.entries) dispose(entry);
    this.entries = [];
  }

  private add(args: StepArguments, isOpen: boolean, runner: Promise<Runner>): Entry {
    const layout = args.map((part) => part.map(({ shape, dtype }) => ({ shape, dtype })));
    const entry: Entry = { layout, isOpen, runner, ready: undefined };
    this.entries.unshift(entry);
    for (const old of this.entries.splice(this.capacity)) dispose(old);
    runner.then(
      (made) => (entry.ready = made),
      () => (this.entries = this.entries.filter((other) => other !== entry)),
    );
    return entry;
  }
}

function dispose({ runner }: Entry): void {
  runner.then(
    (made) => made.dispose(),
    () => undefined,
  );
}

function fits({ layout, isOpen }: Entry, args: StepArguments): boolean {
  return args.every(
    (part, i) =>
      part.length === layout[i]!.length &&
      part.every((tensor, k) => {
        const { shape, dtype } = layout[i]![k]!;
        return tensor.dtype === dtype && sameSizes(tensor.shape, shape, isOpen ? 1 : 0);
      }),
  );
}

function sameSizes(a: Shape, b: Shape, from: number): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let axis = from; axis < a.length; axis++) if (a[axis] !== b[axis]) return false;
  return true;
}
