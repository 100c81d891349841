// One run at a time on a backend: executables are not reentrant, and models may share weights.
import { sharedState } from '@lamella/program';
import type { BufferOwner } from './buffer.js';

/** Who owns memory that runs, or weights that change, wait for: a backend; null for plain host memory. */
export type Owner = BufferOwner | null;

/** The last run of each owner; `plain` stands for plain host memory, which is nobody's. */
const queues = sharedState('runs', () => ({
  plain: { name: 'host' } as BufferOwner,
  lastRuns: new WeakMap<BufferOwner, Promise<unknown>>(),
}));

/** Whether something runs in memory of `owner`, or waits to. */
export function hasRuns(owner: Owner): boolean {
  const { plain, lastRuns } = queues();
  return lastRuns.has(owner ?? plain);
}

/** Runs `run` after all earlier runs of these owners, whether those succeed or not; at once where there are none. */
export function queueRun<T>(owners: readonly Owner[], run: () => Promise<T>): Promise<T> {
  const { plain, lastRuns } = queues();
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
