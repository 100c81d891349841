// From an identifier, or a function, to a metric. What "accuracy" and "crossentropy" mean depends on shapes.
import {
  fromConfig,
  isNamedFunction,
  isObjectConfig,
  isSerializable,
  lookUp,
  optionInvalid,
  type Catalog,
  type ObjectConfig,
  type SerializableClass,
} from '@lamella/core';
import type { Shape } from '@lamella/program';
import { targetForm } from '../losses/target-form.js';
import { ownNames } from '../own-names.js';
import type { MetricIdentifier } from './identifiers.js';
import { MeanMetricWrapper, type MetricFunction } from './mean-metric-wrapper.js';
import type { Metric } from './metric.js';

/** A metric; what it is called by Keras, or by the plugin that brings it; or a function that gives one value a sample. */
export type MetricLike = MetricIdentifier | (string & {}) | ObjectConfig | Metric | MetricFunction;

export interface MetricContext {
  readonly subject: string;
  readonly yTrue: Shape | undefined;
  readonly yPred: Shape;
  readonly catalog?: Catalog | undefined;
}

/** Names that shapes decide. */
const byShape: Readonly<Record<string, string>> = {
  accuracy: 'accuracy',
  acc: 'accuracy',
  crossentropy: 'crossentropy',
  ce: 'crossentropy',
};

/** The metric that `given` is or names; named ones keep the name given. Throws: IDENTIFIER_UNKNOWN, OPTION_INVALID. */
export function resolveMetric(given: MetricLike, context: MetricContext): Metric {
  const { subject, catalog } = context;
  if (isSerializable(given) && given.kind === 'metrics') return given as Metric;
  if (typeof given === 'function') return new MeanMetricWrapper(given, nameOf(given));
  if (typeof given !== 'string' && !isObjectConfig(given))
    throw optionInvalid(subject, 'metrics', 'names of metrics, functions, or objects', given);
  const { className: name, config } =
    typeof given === 'string' ? { className: given, config: { name: given } } : given;
  const kind = Object.hasOwn(byShape, name.toLowerCase()) ? byShape[name.toLowerCase()] : undefined;
  const meant = kind === undefined ? name : `${targetForm(context.yTrue, context.yPred)}_${kind}`;
  const found = lookUp('metrics', meant, { subject, catalog, own: ownNames(), others: Object.keys(byShape) });
  return 'className' in found
    ? fromConfig(found as SerializableClass<Metric>, config ?? {})
    : new MeanMetricWrapper(found as unknown as MetricFunction, name);
}

function nameOf(fn: MetricFunction): string {
  return isNamedFunction(fn) ? fn.functionName : fn.name || 'lambda';
}
