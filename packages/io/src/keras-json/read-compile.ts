// What compile() was given, from a stored config back to a compiled model; also in the forms of Keras 2.
import type { SerializableKind } from '@lamella/core';
import type { Model } from '@lamella/training';
import { isRecord, type Json } from './python-json.js';
import { isEnvelope, readValue, type ReadContext } from './read-object.js';

const kinds: Readonly<Record<string, SerializableKind>> = {
  optimizer: 'optimizers',
  loss: 'losses',
  loss_weights: 'losses',
  metrics: 'metrics',
  weighted_metrics: 'metrics',
};

/** Applies a stored compile() to a model. Throws: FILE_INVALID, CLASS_UNKNOWN, and what compile() throws. */
export function readCompileConfig(model: Model, config: Json | undefined, context: ReadContext): void {
  if (!isRecord(config) || !isRecord(config['optimizer'])) return;
  const read = (key: string): never => {
    const stored = config[key] ?? null;
    const value = kinds[key] === 'metrics' ? presentMetrics(stored, model.outputs.length) : stored;
    return (value === null ? undefined : readValue(value, context, kinds[key])) as never;
  };
  model.compile({
    optimizer: read('optimizer'),
    loss: read('loss'),
    lossWeights: read('loss_weights'),
    metrics: read('metrics'),
    weightedMetrics: read('weighted_metrics'),
  });
}

/** Keras 2 lists the metrics of its one output in a list of its own, and wraps functions it knows by name. */
function presentMetrics(stored: Json, outputs: number): Json {
  if (Array.isArray(stored)) {
    const list = stored as readonly Json[];
    const [first] = list;
    const isNested = outputs === 1 && list.length === 1 && Array.isArray(first);
    return (isNested ? (first as readonly Json[]) : list).map((item) => presentMetrics(item, 0));
  }
  const fn =
    isEnvelope(stored) && stored.class_name === 'MeanMetricWrapper' && isRecord(stored['config'])
      ? stored['config']['fn']
      : undefined;
  if (typeof fn !== 'string') return stored;
  const className = fn.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const { name = fn } = (stored as { readonly config: { readonly [key: string]: Json } }).config;
  return { module: 'keras.metrics', class_name: className, config: { name } };
}
