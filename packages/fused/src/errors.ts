// The error codes of this package.
import { lamellaError, type LamellaError } from '@lamella/program';

/** Bytes as people read them, `1.5 MiB`. */
function bytes(count: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB'];
  const unit = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(count, 1)) / 10));
  return `${Number((count / 1024 ** unit).toFixed(1))} ${units[unit]!}`;
}

/** `ARENA_FULL`: no block of that size is free. */
export function arenaFull(wanted: number, largest: number, used: number, capacity: number): LamellaError {
  return lamellaError('ARENA_FULL', {
    subject: 'Arena',
    problem: `expected a free block of ${bytes(wanted)}, got ${bytes(largest)} as the largest (${bytes(used)} of ${bytes(capacity)} in use)`,
    fix: 'dispose models and executables that are no longer needed, use a smaller batch or model, or run it on backend-cpu or backend-node, which have no arena',
  });
}

/** `ARENA_UNAVAILABLE`: not even the smallest arena could be reserved. */
export function arenaUnavailable(smallest: number, cause: unknown): LamellaError {
  return lamellaError('ARENA_UNAVAILABLE', {
    subject: 'Arena',
    problem: `expected to reserve at least ${bytes(smallest)} of address space, got none`,
    fix: 'raise the limit on address space (ulimit -v) or the memory of the container',
    cause,
  });
}

/** `BUFFER_FOREIGN`: an array that does not lie in the arena. */
export function bufferForeign(name: string): LamellaError {
  return lamellaError('BUFFER_FOREIGN', {
    subject: `Buffer "${name}"`,
    problem: 'expected a tensor in the arena of the compiled Program, got one elsewhere',
    fix: 'allocate it with arena.tensor(), or copy it into one',
  });
}

/** `BUFFERS_OVERLAP`: an output over memory that is still to be read, or written too. */
export function buffersOverlap(output: string, other: string): LamellaError {
  return lamellaError('BUFFERS_OVERLAP', {
    subject: `Output "${output}"`,
    problem: `expected memory of its own, got memory that overlaps "${other}"`,
    fix: 'give the output its own tensor; only pairs of which `mayReplace` is true may share one',
  });
}

/** `EXECUTABLE_DISPOSED`: what was disposed is used again. */
export function executableDisposed(subject: string): LamellaError {
  return lamellaError('EXECUTABLE_DISPOSED', {
    subject,
    problem: 'expected one that is alive, got one that was disposed',
    fix: 'compile the Program again',
  });
}
