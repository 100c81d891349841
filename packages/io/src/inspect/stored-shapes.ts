// The output shapes that a file states in passing: an input's own, those of tensors as their consumers name them, what a
// Lambda stores, and in a chain what the next layer was built for.
import { isRecord, type Json } from '../keras-json/python-json.js';

type StoredShape = readonly (number | null)[];

/** For each layer of a stored model the shape of its first output, where the file has it. */
export function storedShapes(model: Json, entries: readonly Json[]): (StoredShape | undefined)[] {
  const named = new Map<string, StoredShape>();
  for (const entry of entries) if (isRecord(entry)) collect(entry['inbound_nodes'] ?? null, named);
  const isChain = isRecord(model) && model['class_name'] === 'Sequential';
  return entries.map((entry, i) => {
    if (!isRecord(entry)) return undefined;
    const config = isRecord(entry['config']) ? entry['config'] : {};
    const { lamella } = entry;
    const outputs =
      isRecord(lamella) && Array.isArray(lamella['outputs']) ? (lamella['outputs'] as readonly Json[]) : [];
    const next = isChain ? entries[i + 1] : undefined;
    const built =
      isRecord(next) && isRecord(next['build_config']) ? next['build_config']['input_shape'] : undefined;
    return (
      shapeOf(config['batch_shape'] ?? config['batch_input_shape']) ??
      shapeOf(isRecord(outputs[0]) ? outputs[0]['shape'] : undefined) ??
      (typeof config['name'] === 'string' ? named.get(config['name']) : undefined) ??
      shapeOf(built)
    );
  });
}

/** Notes the shape of the first output of each first call that something is called on. */
function collect(value: Json, named: Map<string, StoredShape>): void {
  if (Array.isArray(value)) for (const item of value as readonly Json[]) collect(item, named);
  if (!isRecord(value)) return;
  const { keras_history: history, shape } = value;
  if (Array.isArray(history) && typeof history[0] === 'string' && history[1] === 0 && history[2] === 0) {
    const known = shapeOf(shape);
    if (known !== undefined) named.set(history[0], known);
    return;
  }
  for (const item of Object.values(value)) collect(item, named);
}

function shapeOf(value: Json | undefined): StoredShape | undefined {
  const isShape =
    Array.isArray(value) && value.every((size) => size === null || (typeof size === 'number' && size >= 0));
  return isShape ? (value as StoredShape) : undefined;
}
