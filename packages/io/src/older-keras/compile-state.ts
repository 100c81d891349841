// Stored compile state of Keras 2 in Keras 3's words: reductions, options of optimizers, names of metrics.
import { packageOf } from '@lamella/core';
import { isRecord, type Json } from '../keras-json/python-json.js';
import { plainValue } from './plain-value.js';

type JsonRecord = { readonly [key: string]: Json };

/** The state in Keras 3's words; `outputs` are the names of the model's outputs. */
export function readCompileState(stored: JsonRecord, outputs: readonly string[]): JsonRecord {
  const state = plainValue(stored) as JsonRecord;
  const prefixes =
    outputs.length > 1 ? outputs.map((name) => `${name}_`).sort((a, b) => b.length - a.length) : [];
  const names = (value: Json | undefined): Json => withoutPrefix(value ?? null, prefixes);
  return {
    ...state,
    optimizer: readOptimizer(state['optimizer'] ?? null),
    loss: withReduction(state['loss'] ?? null),
    metrics: names(state['metrics']),
    weighted_metrics: names(state['weighted_metrics']),
  };
}

/** Keras 2 left the choice to itself: it is what sums over the batch, outside of distribution strategies. */
function withReduction(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(withReduction);
  if (!isRecord(value) || isForeign(value)) return value;
  const entries = Object.entries(value).map(([key, item]): [string, Json] =>
    key === 'reduction' && item === 'auto' ? [key, 'sum_over_batch_size'] : [key, withReduction(item)],
  );
  return Object.fromEntries(entries);
}

function readOptimizer(stored: Json): Json {
  const config = isRecord(stored) ? stored['config'] : undefined;
  if (!isRecord(stored) || !isRecord(config) || isForeign(stored)) return stored;
  if (config['inner_optimizer'] !== undefined) return readScaling(stored, config);
  const { lr, learning_rate: rate = lr, decay = 0, epsilon, schedule_decay: _schedule, ...others } = config;
  // What it does with the rate is what a schedule does.
  const isDecaying = typeof decay === 'number' && decay > 0 && typeof rate === 'number';
  const schedule = { initial_learning_rate: rate ?? null, decay_steps: 1, decay_rate: decay };
  const learningRate = isDecaying
    ? { module: 'keras.optimizers.schedules', class_name: 'InverseTimeDecay', config: schedule }
    : rate;
  const { module } = stored;
  return {
    ...stored,
    ...(typeof module === 'string' && { module: module.replace(/\.legacy$/, '') }),
    config: {
      ...others,
      ...(learningRate !== undefined && { learning_rate: learningRate }),
      ...((epsilon ?? null) !== null && { epsilon: epsilon! }),
    },
  };
}

/** Whether an envelope is of a class of another package, whose config is its own. Keras 2 calls its optimizers `Custom>Adam`. */
function isForeign({ class_name: name, registered_name: registered }: JsonRecord): boolean {
  const owner = [registered, name].map((each) => (typeof each === 'string' ? packageOf(each) : undefined));
  return owner.some((each) => each !== undefined && each !== 'Custom');
}

/** A loss scale that does not move is an option of the optimizer that it is for. */
function readScaling(
  stored: JsonRecord,
  { dynamic = true, inner_optimizer: inner, ...others }: JsonRecord,
): Json {
  const optimizer = readOptimizer(inner ?? null);
  const own = isRecord(optimizer) ? optimizer['config'] : undefined;
  if (dynamic === false && isRecord(optimizer) && isRecord(own)) {
    const scale = others['initial_scale'] ?? null;
    return { ...optimizer, config: { ...own, loss_scale_factor: scale } };
  }
  return { ...stored, class_name: 'LossScaleOptimizer', config: { ...others, inner_optimizer: optimizer } };
}

/** Of several outputs, Keras 2 wrote the output's name in front of those of its metrics. */
function withoutPrefix(value: Json, prefixes: readonly string[]): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map((item) => withoutPrefix(item, prefixes));
  const config = isRecord(value) ? value['config'] : undefined;
  if (!isRecord(value) || isForeign(value)) return value;
  if (!isRecord(config))
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, withoutPrefix(item, prefixes)]),
    );
  const name = config['name'];
  const prefix = typeof name === 'string' ? prefixes.find((one) => name.startsWith(one)) : undefined;
  return prefix === undefined
    ? value
    : { ...value, config: { ...config, name: (name as string).slice(prefix.length) } };
}
