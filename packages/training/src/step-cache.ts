// Compiled steps of one kind by the shapes and dtypes they are for, a bounded number: the least recently used goes first.
import type { Runner } from '@lamella/core';
import type { HostTensor, Shape } from '@lamella/program';
import type { Layout } from './open-batches.js';
import { inTurn } from './run-turns.js';

/** The parts of a batch, in the order of a step's arguments. */
export type StepArguments = readonly (readonly HostTensor[])[];

interface Entry {
  readonly layout: readonly (readonly Layout[])[];
  readonly runner: Promise<Runner>;
  /** Once it is there, without a promise between the loop and it. */
  ready: Runner | undefined;
}

export class StepCache {
  /** The most recently used first. */
  private entries: Entry[] = [];

  constructor(private readonly capacity = 8) {}

  /** The step for arguments of these shapes, made by `make` when it is not there yet; at once where it is. */
  get(args: StepArguments, make: () => Promise<Runner>): Runner | Promise<Runner> {
    const place = this.entries.findIndex(({ layout }) => fits(layout, args));
    const found = this.entries[place] ?? this.add(args, make());
    if (place > 0) this.entries = [found, ...this.entries.filter((entry) => entry !== found)];
    return found.ready ?? found.runner;
  }

  /** Drops every step. */
  clear(): void {
    for (const entry of this.entries) dispose(entry);
    this.entries = [];
  }

  private add(args: StepArguments, runner: Promise<Runner>): Entry {
    const layout = args.map((part) => part.map(({ shape, dtype }) => ({ shape, dtype })));
    const entry: Entry = { layout, runner, ready: undefined };
    this.entries.unshift(entry);
    for (const old of this.entries.splice(this.capacity)) dispose(old);
    runner.then(
      (made) => (entry.ready = made),
      () => (this.entries = this.entries.filter((other) => other !== entry)),
    );
    return entry;
  }
}

/** After the runs that wait for their turn: some may be of this very step. */
function dispose({ runner }: Entry): void {
  runner.then(
    (made) => inTurn(made.backend, async () => made.dispose()),
    () => undefined,
  );
}

function fits(layout: Entry['layout'], args: StepArguments): boolean {
  return args.every(
    (part, i) =>
      part.length === layout[i]!.length &&
      part.every((tensor, k) => {
        const { shape, dtype } = layout[i]![k]!;
        return tensor.dtype === dtype && sameSizes(tensor.shape, shape);
      }),
  );
}

function sameSizes(a: Shape, b: Shape): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let axis = 0; axis < a.length; axis++) if (a[axis] !== b[axis]) return false;
  return true;
}
