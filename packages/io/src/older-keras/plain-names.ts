// Keras 2 lets names of layers hold "/"; Keras 3 does not, since they are parts of paths. Such layers get names with "_".
import { isRecord, type Json } from '../keras-json/python-json.js';

type JsonRecord = { readonly [key: string]: Json };

/** The config of a model whose layers, and all that refers to them, have names without "/". */
export function plainNames(
  config: JsonRecord,
  source: { readonly notice: (line: string) => void },
): JsonRecord {
  const layers = config['layers'] as readonly Json[];
  const taken = new Set(layers.map(nameOf));
  const changed = new Map<string, string>();
  const counts = new Map<string, number>();
  for (const name of [...taken]) {
    if (name === undefined || !name.includes('/')) continue;
    const base = name.replaceAll('/', '_');
    let count = counts.get(base) ?? 0;
    let plain = count === 0 ? base : `${base}_${count}`;
    while (taken.has(plain)) plain = `${base}_${++count}`;
    counts.set(base, count + 1);
    taken.add(plain);
    changed.set(name, plain);
    source.notice(`layer "${name}" is called "${plain}": names hold no "/"`);
  }
  if (changed.size === 0) return config;
  const rename = (value: Json): Json => {
    if (typeof value === 'string') return changed.get(value) ?? value;
    if (Array.isArray(value)) return (value as readonly Json[]).map(rename);
    if (!isRecord(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, rename(item)]));
  };
  const renamedKeys = ['input_layers', 'output_layers'] as const;
  return {
    ...config,
    ...Object.fromEntries(renamedKeys.flatMap((key) => (key in config ? [[key, rename(config[key]!)]] : []))),
    layers: layers.map((layer) => {
      if (!isRecord(layer)) return layer;
      const inner = layer['config'];
      return {
        ...layer,
        ...('name' in layer && { name: rename(layer['name']!) }),
        ...('inbound_nodes' in layer && { inbound_nodes: rename(layer['inbound_nodes']!) }),
        config:
          isRecord(inner) && 'name' in inner ? { ...inner, name: rename(inner['name']!) } : (inner ?? null),
      };
    }),
  };
}

function nameOf(layer: Json): string | undefined {
  if (!isRecord(layer)) return undefined;
  const name = layer['name'] ?? (isRecord(layer['config']) ? layer['config']['name'] : undefined);
  return typeof name === 'string' ? name : undefined;
}
