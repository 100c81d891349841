// One run at a time on a backend: executables are not reentrant, and models may share weights.
import type { BufferOwner } from './buffer.js';

const lastRuns = new WeakMap<BufferOwner, Promise<unknown>>();

/** Runs `run` after the backend's earlier runs, whether those succeed or not; at once where there are none. */
export function queueRun<T>(backend: BufferOwner, run: () => Promise<T>): Promise<T> {
  const earlier = lastRuns.get(backend);
  const mine = earlier === undefined ? run() : earlier.then(run, run);
  const settle = (): void => {
    if (lastRuns.get(backend) === mine) lastRuns.delete(backend);
  };
  lastRuns.set(backend, mine);
  mine.then(settle, settle);
  return mine;
}
