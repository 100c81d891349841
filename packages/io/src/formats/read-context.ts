// What readers of models need, from what the caller of loadModel gave.
import type { FormatContext } from '@lamella/core';
import type { ReadContext } from '../keras-json/read-object.js';

export function readContext(context: FormatContext): ReadContext {
  const { functions, onDrift, warn } = context.options as Partial<
    Pick<ReadContext, 'functions' | 'onDrift' | 'warn'>
  >;
  return {
    file: context.file,
    composition: context.composition,
    functions: functions ?? {},
    shared: new Map(),
    onDrift: onDrift ?? 'warn',
    warn: warn ?? console.warn,
  };
}
