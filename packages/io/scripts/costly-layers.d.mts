// Types of costly-layers.mjs, for the tests.
import type { CostlyFile } from './costly-files.mjs';

/** By what they do; `n` says how often. */
export const costlyLayers: Readonly<Record<string, (n: number) => CostlyFile>>;
