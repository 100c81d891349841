// Types of costly-files.mjs, for the tests.

export interface CostlyFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly siblings?: Readonly<Record<string, Uint8Array>>;
}

/** By what they do; `n` says how often. */
export const costlyFiles: Readonly<Record<string, (n: number) => CostlyFile>>;
