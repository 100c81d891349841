// One run at a time on a backend: executables are not reentrant, and models may share weights.
import type { BufferOwner } from './buffer.js';

/** Who owns memory that runs, or weights that change, wait for: a backend; null for plain host memory. */
export type Owner = BufferOwner | null;

/** Stands for plain host memory, which is nobody's. */
const plain: BufferOwner = { name: 'host' };
const lastRuns = new WeakMap<BufferOwner, Promise<unknown>>();

/** Whether something runs in memory of `owner`, or waits to. */
export function hasRuns(owner: Owner): boolean {
  return lastRuns.has(owner ?? plain);
}

/** Runs `run` after all earlier runs of these owners, whether those succeed or not; at once where there are none. */
export function queueRun<T>(owners: readonly Owner[], run: () => Promise<T>): Promise<T> {
  const earlier = owners.map((owner) => lastRuns.get(owner ?? plain)).filter((run) => run !== undefined);
  const mine =
    earlier.length === 0
      ? run()
      : earlier.length === 1
        ? earlier[0]!.then(run, run)
        : Promise.allSettled(earlier).then(run);
  const settle = (): void => {
    for (const owner of owners) if (lastRuns.get(owner ?? plain) === mine) lastRuns.delete(owner ?? plain);
  };
  for (const owner of owners) lastRuns.set(owner ?? plain, mine);
  mine.then(settle, settle);
  return mine;
}
