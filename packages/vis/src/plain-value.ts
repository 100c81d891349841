// Options as plain data: objects by their classes and options, functions by their names.
import { isSerializable, type Config, type ConfigValue } from '@lamella/core';
import type { PlainValue } from './model-graph.js';

/** The options of an object, without those that are not given. */
export function plainOptions(config: Config): Record<string, PlainValue> {
  return Object.fromEntries(
    Object.entries(config).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, plainValue(value)]],
    ),
  );
}

function plainValue(value: ConfigValue): PlainValue {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (isSerializable(value)) return { className: value.className, ...plainOptions(value.getConfig()) };
  if (typeof value === 'function') return nameOf(value as { functionName?: unknown }) ?? 'function';
  if (Array.isArray(value)) return (value as readonly ConfigValue[]).map(plainValue);
  return nameOf(value as { functionName?: unknown }) ?? plainOptions(value as Config);
}

function nameOf({ functionName }: { functionName?: unknown }): string | undefined {
  return typeof functionName === 'string' ? functionName : undefined;
}
