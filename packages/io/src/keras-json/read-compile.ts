// What compile() was given, from a stored config back to a compiled model; also in the forms of Keras 2. A part that cannot be
// restored stops no load: it is noted, and the model is left without it.
import { withBudget, withoutCode } from '@lamella/program';
import type { Model } from '@lamella/training';
import { readCompileState } from '../older-keras/compile-state.js';
import { compileKinds } from './compile-names.js';
import { isRecord, type Json } from './python-json.js';
import { findFunction, isEnvelope, readValue, type ReadContext } from './read-object.js';

type JsonRecord = { readonly [key: string]: Json };
type Part = 'optimizer' | 'optimizers' | 'loss' | 'loss_weights' | 'metrics' | 'weighted_metrics';

/** Applies a stored compile() to a model, as far as it can be; what cannot is noted. */
export function readCompileConfig(model: Model, config: Json | undefined, context: ReadContext): void {
  if (!isRecord(config) || (config['optimizer'] ?? config['optimizers'] ?? null) === null) return;
  const state = readCompileState(config, model.outputNames);
  const read = (part: Part): never => {
    const stored = state[part] ?? null;
    const kind = compileKinds[part];
    const value = kind === 'metrics' ? presentMetrics(stored, model.outputNames.length) : stored;
    return (value === null ? undefined : withFunctions(readValue(value, context, kind), context)) as never;
  };
  const compile = (): void =>
    model.compile({
      optimizer: read('optimizer'),
      optimizers: read('optimizers'),
      loss: read('loss'),
      lossWeights: read('loss_weights'),
      metrics: read('metrics'),
      weightedMetrics: read('weighted_metrics'),
    });
  const problem = problemOf(compile, context);
  if (problem === undefined) return;
  // Without metrics it trains as it did.
  const needed = (): void =>
    model.compile({
      optimizer: read('optimizer'),
      optimizers: read('optimizers'),
      loss: read('loss'),
      lossWeights: read('loss_weights'),
    });
  const cause = problemOf(needed, context);
  context.notices.add(
    cause === undefined
      ? `it is compiled without its metrics. ${problem}`
      : `it is not compiled. ${cause}${differing(state)}`,
  );
}

/** What the optimizer and the loss were, for who compiles anew. */
function differing(state: JsonRecord): string {
  const nameOf = (value: Json | undefined): string | undefined =>
    typeof value === 'string' ? value : isEnvelope(value) ? value.class_name : undefined;
  const was = (['optimizer', 'loss'] as const).flatMap((part) => {
    const name = nameOf(state[part]);
    return name === undefined ? [] : [`${part} ${name.slice(0, 100)}`];
  });
  return was.length === 0 ? '' : ` It was compiled with ${was.join(', ')}.`;
}

/** The first line of what goes wrong, or undefined. */
function problemOf(attempt: () => void, { budget }: ReadContext): string | undefined {
  try {
    withBudget(budget, attempt);
    return undefined;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const [first, ...details] = withoutCode(error).split('\n');
    const listed = details.filter((line) => line.startsWith('  ')).map((line) => line.trim());
    return [first!, ...listed.slice(0, 5)].join(' ');
  }
}

/** The caller's functions for this file in place of their names. */
function withFunctions(value: unknown, context: ReadContext): unknown {
  if (typeof value === 'string')
    return Object.hasOwn(context.functions, value) ? findFunction(value, context) : value;
  return Array.isArray(value) ? value.map((item) => withFunctions(item, context)) : value;
}

/** An output without metrics has a list with null. */
function withoutNulls(metrics: readonly Json[]): Json {
  return metrics.filter((item) => item !== null);
}

/** Keras 2 lists the metrics of its one output in a list of its own, and wraps functions it knows by name. */
function presentMetrics(stored: Json, outputs: number): Json {
  if (Array.isArray(stored)) {
    const list = stored as readonly Json[];
    const [first] = list;
    const isNested = outputs === 1 && list.length === 1 && Array.isArray(first);
    return (isNested ? (first as readonly Json[]) : list).map((item) =>
      presentMetrics(Array.isArray(item) ? withoutNulls(item) : item, 0),
    );
  }
  const fn =
    isEnvelope(stored) && stored.class_name === 'MeanMetricWrapper' && isRecord(stored['config'])
      ? stored['config']['fn']
      : undefined;
  if (isRecord(stored) && !isEnvelope(stored))
    return Object.fromEntries(Object.entries(stored).map(([key, item]) => [key, presentMetrics(item, 0)]));
  if (typeof fn !== 'string') return stored;
  const className = fn.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const { name = fn } = (stored as JsonRecord)['config'] as JsonRecord;
  return { module: 'keras.metrics', class_name: className, config: { name } };
}
