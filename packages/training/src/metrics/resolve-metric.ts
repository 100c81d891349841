// From a name in Keras' spelling, or a function, to a metric. What "accuracy" means depends on shapes.
import {
  identifierUnknown,
  isNamedFunction,
  isSerializable,
  optionInvalid,
  snakeCaseClass,
} from '@lamella/core';
import type { Shape } from '@lamella/program';
import { targetForm } from '../losses/target-form.js';
import * as metrics from './index.js';
import { MeanMetricWrapper, type MetricFunction } from './mean-metric-wrapper.js';
import type { Metric } from './metric.js';

/** A metric, its name, or a function that gives one value a sample. */
export type MetricLike = string | Metric | MetricFunction;

export interface MetricContext {
  readonly subject: string;
  readonly yTrue: Shape | undefined;
  readonly yPred: Shape;
}

type MetricClass = new (options?: { name?: string }) => Metric;

const classes = new Map<string, MetricClass>(
  Object.values(metrics)
    .filter((value) => typeof value === 'function' && 'className' in value)
    .flatMap((value): [string, MetricClass][] => {
      const metricClass = value as unknown as MetricClass & { className: string };
      return [
        [snakeCaseClass(metricClass.className), metricClass],
        [metricClass.className, metricClass],
      ];
    }),
);

/** Keras' short names, some of which it also takes in capitals. */
const shortNames: ReadonlyMap<string, string> = new Map([
  ['mse', 'mean_squared_error'],
  ['mae', 'mean_absolute_error'],
  ['bce', 'binary_crossentropy'],
]);

/** The metric that `given` is or names; named ones keep the name given. Throws: IDENTIFIER_UNKNOWN, OPTION_INVALID. */
export function resolveMetric(given: MetricLike, context: MetricContext): Metric {
  if (isSerializable(given) && given.kind === 'metrics') return given as Metric;
  if (typeof given === 'function') return new MeanMetricWrapper(given, nameOf(given));
  if (typeof given !== 'string')
    throw optionInvalid(context.subject, 'metrics', 'names of metrics, functions, or objects', given);
  const found = classes.get(classNameOf(given, context));
  if (found === undefined) {
    const known = [...classes.keys()].filter((key) => key === key.toLowerCase());
    throw identifierUnknown(context.subject, 'metric', given, ['acc', ...known]);
  }
  return new found({ name: given });
}

function nameOf(fn: MetricFunction): string {
  return isNamedFunction(fn) ? fn.functionName : fn.name || 'lambda';
}

function classNameOf(given: string, context: MetricContext): string {
  const lower = given.toLowerCase();
  if (lower === 'accuracy' || lower === 'acc') return `${targetForm(context.yTrue, context.yPred)}_accuracy`;
  const isShort = given === lower || given === given.toUpperCase();
  return (isShort ? shortNames.get(lower) : undefined) ?? given;
}
