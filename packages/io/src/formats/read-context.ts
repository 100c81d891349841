// What readers of models need, from what the caller of loadModel gave.
import type { FormatContext, NamedFunction } from '@lamella/core';
import type { ReadContext } from '../keras-json/read-object.js';

export function readContext(context: FormatContext): ReadContext {
  const functions = (context.options['functions'] ?? {}) as Readonly<Record<string, NamedFunction>>;
  return { file: context.file, composition: context.composition, functions, shared: new Map() };
}
