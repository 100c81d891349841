// What Lamella stores beside Keras' config: the seed, and which parts of compile() the file is without.
import type { FormatContext } from '@lamella/core';
import type { Model } from '@lamella/training';
import { isRecord, type Json, type WritableJson } from '../keras-json/python-json.js';
import type { ReadContext } from '../keras-json/read-object.js';
import { compileForFile, type WrittenCompile } from '../keras-json/write-compile.js';

/** For a file without compile state. */
export const nothingCompiled: WrittenCompile = { config: {}, lost: [] };

/** The compile state for a file; says once what the file goes without. */
export function writtenCompile(model: Model, { file, options }: FormatContext): WrittenCompile {
  return compileForFile(model, file, options['warn'] as ((message: string) => void) | undefined);
}

/** The record of a model. */
export function ownFacts(
  { seed }: Model,
  { lost }: WrittenCompile,
): { readonly [key: string]: WritableJson } {
  return { version: 1, seed, ...(lost.length > 0 && { not_saved: lost.map(({ option }) => option) }) };
}

/** The stored seed, or undefined. */
export function readSeed(config: Json): number | undefined {
  const seed = recordIn(config)?.['seed'];
  return typeof seed === 'number' && Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32 ? seed : undefined;
}

/** Notes which parts of compile() a file was written without. */
export function noteNotSaved(config: Json, { notices }: Pick<ReadContext, 'notices'>): void {
  const parts = recordIn(config)?.['not_saved'];
  if (!Array.isArray(parts)) return;
  const names = (parts as readonly Json[])
    .filter((part) => typeof part === 'string')
    .map((part) => part.slice(0, 40));
  if (names.length > 0)
    notices.add(
      `it was saved without the ${names.slice(0, 6).join(', ')} of compile(), which no file could hold`,
    );
}

function recordIn(config: Json): { readonly [key: string]: Json } | undefined {
  const own = isRecord(config) ? config['lamella'] : undefined;
  return isRecord(own) ? own : undefined;
}
