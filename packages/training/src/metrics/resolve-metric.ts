// From a name in Keras' spelling, or a function, to a metric. What "accuracy" means depends on shapes, as in Keras.
import { identifierUnknown, isSerializable, snakeCaseClass } from '@lamella/core';
import type { Shape } from '@lamella/program';
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

const shortNames: Readonly<Record<string, string>> = {
  acc: 'accuracy',
  mse: 'mean_squared_error',
  mae: 'mean_absolute_error',
  bce: 'binary_crossentropy',
  ce: 'crossentropy',
};

/** Throws: IDENTIFIER_UNKNOWN. */
export function resolveMetric(given: MetricLike, context: MetricContext): Metric {
  if (isSerializable(given)) return given as Metric;
  if (typeof given === 'function') return new MeanMetricWrapper(given, given.name || 'lambda');
  const full = Object.hasOwn(shortNames, given) ? shortNames[given]! : given;
  const name = full === 'accuracy' || full === 'crossentropy' ? `${form(context)}_${full}` : full;
  const found = classes.get(name);
  if (found === undefined)
    throw identifierUnknown(
      context.subject,
      'metric',
      String(given),
      [...classes.keys()].filter((key) => key === key.toLowerCase()),
    );
  return new found({ name: given });
}

/** Whether targets are binary, integer labels or one-hot. */
function form({ yTrue, yPred }: MetricContext): 'binary' | 'sparse_categorical' | 'categorical' {
  const classesOf = yPred[yPred.length - 1];
  if (classesOf === 1) return 'binary';
  const isSparse =
    yTrue !== undefined &&
    (yTrue.length < yPred.length || (yTrue[yTrue.length - 1] === 1 && (classesOf ?? 0) > 1));
  return isSparse ? 'sparse_categorical' : 'categorical';
}
