// Types of fuzz-targets.mjs, for the tests.

import type { CostlyFile } from './costly-files.mjs';

/** Four numbers in [0, 1): what is done, where, how much, and with what. */
export type Edit = readonly [kind: number, at: number, size: number, value: number];

export interface Target {
  readonly format: string;
  readonly file: string;
  readonly files: readonly Uint8Array[];
  mutate(bytes: Uint8Array, edits: readonly Edit[]): Uint8Array;
  readonly isModel: boolean;
  readonly siblings?: Readonly<Record<string, Uint8Array>>;
}

export function targets(more?: Readonly<Record<string, readonly Uint8Array[]>>): Promise<readonly Target[]>;
export function trySource(
  source: CostlyFile,
  most?: { readonly time: number; readonly memory: number },
): Promise<'loaded' | 'inspected' | 'refused'>;
export function tryFile(target: Target, bytes: Uint8Array): Promise<boolean>;
