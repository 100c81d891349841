// Configs as JSON text and back, for the kit alone: what files write is @lamella/io's.
import {
  fromConfig,
  isNamedFunction,
  isSerializable,
  type Catalog,
  type Config,
  type ConfigValue,
} from '@lamella/core';

const objectKey = '$object';
const numberKey = '$number';
const functionKey = '$function';

/** The text of a config. Throws for what JSON cannot hold, naming the option. */
export function configToText(config: Config, subject: string): string {
  return JSON.stringify(toJson(config, subject));
}

function toJson(value: unknown, subject: string): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : { [numberKey]: String(value) };
  if (Array.isArray(value)) return value.map((item, i) => toJson(item, `${subject}[${i}]`));
  if (isSerializable(value)) {
    const { kind, className } = value;
    return { [objectKey]: kind, className, config: toJson(value.getConfig(), `${subject}, ${className}`) };
  }
  if (isNamedFunction(value)) return { [functionKey]: value.functionName };
  if (typeof value === 'object') {
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, item]) => item !== undefined)
        .map(([key, item]) => [key, toJson(item, `${subject}, option "${key}"`)]),
    );
  }
  throw new Error(`${subject}: expected JSON or a storable object, got a ${typeof value}`);
}

/** The config that a text holds; classes in it are the catalog's. */
export function configFromText(text: string, catalog: Catalog): Config {
  return fromJson(JSON.parse(text), catalog) as Config;
}

function fromJson(value: unknown, catalog: Catalog): ConfigValue {
  if (Array.isArray(value)) return value.map((item) => fromJson(item, catalog));
  if (typeof value !== 'object' || value === null) return value as ConfigValue;
  const record = value as Readonly<Record<string, unknown>>;
  if (typeof record[numberKey] === 'string') return Number(record[numberKey]);
  if (typeof record[functionKey] === 'string') return catalog.findFunction(record[functionKey]);
  const kind = record[objectKey];
  if (typeof kind === 'string') {
    const found = catalog.get(kind as 'layers', record['className'] as string, 'The config');
    return fromConfig(found, fromJson(record['config'], catalog) as Config);
  }
  return Object.fromEntries(Object.entries(record).map(([key, item]) => [key, fromJson(item, catalog)]));
}
