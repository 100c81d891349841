// Types of generated-files.mjs, for the tests.
import type { CostlyFile } from './costly-files.mjs';

export const generators: Readonly<Record<string, (next: () => number) => CostlyFile>>;
export function random(seed: number): () => number;
