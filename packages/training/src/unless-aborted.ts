// Waiting that an abort signal ends: of data that come from elsewhere.
import { aborted } from './errors.js';

/** Throws: ABORTED. */
export function throwIfAborted(subject: string, signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw aborted(subject, signal.reason);
}

/** What `coming` gives, unless the signal ends the waiting first; nobody hears of it then. Throws: ABORTED. */
export async function unlessAborted<T>(
  subject: string,
  signal: AbortSignal | undefined,
  coming: Promise<T>,
): Promise<T> {
  if (signal === undefined) return coming;
  let stop = (): void => undefined;
  const aborting = new Promise<void>((resolve) => (stop = resolve));
  signal.addEventListener('abort', stop);
  try {
    if (signal.aborted) stop();
    const first = await Promise.race([coming, aborting]);
    throwIfAborted(subject, signal);
    return first as T;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
