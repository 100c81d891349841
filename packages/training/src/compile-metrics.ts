// The metrics of a compiled model. Which accuracy "accuracy" means depends on shapes, so metrics are made at the first step.
import type * as tf from '@tensorflow/tfjs-core';
import { optionInvalid } from '@lamella/core';
import type { PerOutput } from './compile-loss.js';
import type { Metric } from './metrics/metric.js';
import { resolveMetric, type MetricLike } from './metrics/resolve-metric.js';

/** Metrics for all outputs, a list of lists by position, or a record by output. */
export type MetricsOption =
  | readonly MetricLike[]
  | readonly (readonly MetricLike[])[]
  | Readonly<Record<string, MetricLike | readonly MetricLike[]>>;

interface Tracked {
  readonly output: number;
  readonly metric: Metric;
  readonly label: string;
  readonly weighted: boolean;
}

export class CompiledMetrics {
  private tracked: readonly Tracked[] | undefined;

  constructor(
    private readonly subject: string,
    private readonly outputs: readonly string[],
    private readonly metrics: MetricsOption | undefined,
    private readonly weightedMetrics: MetricsOption | undefined,
  ) {
    perOutput(subject, outputs, metrics);
    perOutput(subject, outputs, weightedMetrics);
  }

  /** Every metric with the name it is logged by; empty before the first step. */
  get all(): readonly { readonly label: string; readonly metric: Metric }[] {
    return this.tracked ?? [];
  }

  /** Inside a capture: takes one batch into account. */
  update(
    yTrue: readonly tf.Tensor[],
    yPred: readonly tf.Tensor[],
    weights: readonly (tf.Tensor | null)[],
  ): void {
    this.tracked ??= this.make(yTrue, yPred);
    for (const { output, metric, weighted } of this.tracked) {
      if (yTrue[output] === undefined) continue;
      metric.update(yTrue[output], yPred[output]!, weighted ? (weights[output] ?? null) : null);
    }
  }

  reset(): void {
    for (const { metric } of this.all) metric.reset();
  }

  private make(yTrue: readonly tf.Tensor[], yPred: readonly tf.Tensor[]): Tracked[] {
    const taken = new Set<string>(['loss']);
    const build = (option: MetricsOption | undefined, weighted: boolean): Tracked[] =>
      perOutput(this.subject, this.outputs, option).flatMap((list, output) =>
        list.map((item): Tracked => {
          const metric = resolveMetric(item, {
            subject: this.subject,
            yTrue: yTrue[output]?.shape,
            yPred: yPred[output]!.shape,
          });
          const own = typeof item === 'string' ? item : metric.name;
          const base = `${this.outputs.length > 1 ? `${this.outputs[output]}_` : ''}${weighted && taken.has(own) ? `weighted_${own}` : own}`;
          let label = base;
          for (let k = 1; taken.has(label); k++) label = `${base}_${k}`;
          taken.add(label);
          return { output, metric, label, weighted };
        }),
      );
    return [...build(this.metrics, false), ...build(this.weightedMetrics, true)];
  }
}

function perOutput(
  subject: string,
  outputs: readonly string[],
  option: MetricsOption | undefined,
): (readonly MetricLike[])[] {
  if (option === undefined) return outputs.map(() => []);
  if (Array.isArray(option)) {
    const list = option as readonly (MetricLike | readonly MetricLike[])[];
    if (!list.some((item) => Array.isArray(item))) return outputs.map(() => list as readonly MetricLike[]);
    if (list.length !== outputs.length)
      throw optionInvalid(
        subject,
        'metrics',
        `a list for each of the ${outputs.length} outputs`,
        list.length,
      );
    return list.map((item) => (Array.isArray(item) ? (item as readonly MetricLike[]) : [item as MetricLike]));
  }
  if (typeof option !== 'object' || option === null)
    throw optionInvalid(subject, 'metrics', 'a list of metrics', option);
  const record = option as Readonly<Record<string, MetricLike | readonly MetricLike[]>>;
  const unknown = Object.keys(record).filter((name) => !outputs.includes(name));
  if (unknown.length > 0)
    throw optionInvalid(
      subject,
      'metrics',
      `the names of outputs (${outputs.join(', ')})`,
      unknown.join(', '),
    );
  return outputs.map((name) => {
    const item = Object.hasOwn(record, name) ? record[name]! : [];
    return Array.isArray(item) ? (item as readonly MetricLike[]) : [item as MetricLike];
  });
}
