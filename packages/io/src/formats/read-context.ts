// What readers of models need, from what the caller of loadModel gave.
import type { FormatContext } from '@lamella/core';
import { isRecord, type Json } from '../keras-json/python-json.js';
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

/** The seed that Lamella stores beside Keras' config, or undefined. */
export function readSeed(config: Json): number | undefined {
  const own = isRecord(config) ? config['lamella'] : undefined;
  const seed = isRecord(own) ? own['seed'] : undefined;
  return typeof seed === 'number' && Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32 ? seed : undefined;
}
