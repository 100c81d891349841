// The metrics of a compiled model. Which accuracy "accuracy" means depends on shapes, so metrics are made at the first step.
import type * as tf from '@tensorflow/tfjs-core';
import { isObjectConfig, optionInvalid } from '@lamella/core';
import { namingOutput, spreadOver, type CompilePlace } from './compile-loss.js';
import type { Metric } from './metrics/metric.js';
import { resolveMetric, type MetricLike } from './metrics/resolve-metric.js';

/** Metrics for the one output; a list (of lists) by position, or a record by output, where there are several. */
export type MetricsOption =
  | readonly MetricLike[]
  | readonly (MetricLike | readonly MetricLike[] | null)[]
  | Readonly<Record<string, MetricLike | readonly MetricLike[] | null>>;

/** A metric and the name it is logged by. */
export interface LabelledMetric {
  readonly label: string;
  readonly metric: Metric;
}

interface Tracked extends LabelledMetric {
  readonly output: number;
  readonly weighted: boolean;
}

export class CompiledMetrics {
  private tracked: readonly Tracked[] | undefined;
  private readonly metrics: readonly (readonly MetricLike[])[];
  private readonly weightedMetrics: readonly (readonly MetricLike[])[];

  /** Throws: OPTION_INVALID, IDENTIFIER_UNKNOWN. */
  constructor(
    private readonly place: CompilePlace,
    metrics: MetricsOption | undefined,
    weightedMetrics: MetricsOption | undefined,
  ) {
    const { subject, outputs, catalog } = place;
    this.metrics = perOutput(subject, 'metrics', outputs, metrics ?? []);
    this.weightedMetrics = perOutput(subject, 'weightedMetrics', outputs, weightedMetrics ?? []);
    // Typing errors show here, not at the first step; the shapes do not matter for that.
    for (const item of [...this.metrics, ...this.weightedMetrics].flat())
      resolveMetric(item, { subject, catalog, yTrue: undefined, yPred: [] });
  }

  /** Every metric with the name it is logged by; empty before the first step. */
  get all(): readonly LabelledMetric[] {
    return this.tracked ?? [];
  }

  /** Inside a capture: takes one batch into account. */
  update(
    yTrue: readonly tf.Tensor[],
    yPred: readonly tf.Tensor[],
    weights: readonly (tf.Tensor | null)[],
    masks: readonly (tf.Tensor | null)[],
  ): void {
    this.tracked ??= this.make(yTrue, yPred);
    for (const { output, metric, weighted } of this.tracked) {
      const target = yTrue[output];
      if (target === undefined) continue;
      const weight = weighted ? (weights[output] ?? null) : null;
      namingOutput(this.place.subject, this.place.outputs[output]!, () =>
        metric.update(target, yPred[output]!, weight, masks[output] ?? null),
      );
    }
  }

  reset(): void {
    for (const { metric } of this.all) metric.reset();
  }

  private make(yTrue: readonly tf.Tensor[], yPred: readonly tf.Tensor[]): Tracked[] {
    const counts = new Map<string, number>([['loss', 1]]);
    const build = (lists: readonly (readonly MetricLike[])[], weighted: boolean): Tracked[] =>
      lists.flatMap((list, output) =>
        list.map((item): Tracked => {
          const metric = resolveMetric(item, {
            subject: this.place.subject,
            catalog: this.place.catalog,
            yTrue: yTrue[output]?.shape,
            yPred: yPred[output]!.shape,
          });
          return { output, metric, label: this.label(metric.name, output, weighted, counts), weighted };
        }),
      );
    return [...build(this.metrics, false), ...build(this.weightedMetrics, true)];
  }

  /** Keras' name in logs: with the output's where there are several, numbered where it is taken. */
  private label(name: string, output: number, weighted: boolean, counts: Map<string, number>): string {
    const prefix = this.place.outputs.length > 1 ? `${this.place.outputs[output]}_` : '';
    const plain = `${prefix}${name}`;
    const base = weighted && counts.has(plain) ? `${prefix}weighted_${name}` : plain;
    const count = counts.get(base) ?? 0;
    counts.set(base, count + 1);
    return count === 0 ? base : `${base}_${count}`;
  }
}

function perOutput(
  subject: string,
  option: string,
  outputs: readonly string[],
  given: MetricsOption,
): (readonly MetricLike[])[] {
  if (typeof given !== 'object' || given === null || 'kind' in given || isObjectConfig(given))
    throw optionInvalid(subject, option, 'a list of metrics, or a record of them by output', given);
  const listed = (item: MetricLike | readonly MetricLike[] | null): readonly MetricLike[] =>
    item === null ? [] : Array.isArray(item) ? (item as readonly MetricLike[]) : [item as MetricLike];
  if (Array.isArray(given)) {
    const list = given as readonly (MetricLike | readonly MetricLike[] | null)[];
    if (outputs.length === 1) return [list.flatMap(listed)];
    if (list.length === 0) return outputs.map(() => []);
  }
  return spreadOver<MetricLike | readonly MetricLike[] | null>(
    subject,
    option,
    outputs,
    given as Readonly<Record<string, MetricLike | readonly MetricLike[] | null>>,
    () => false,
  ).map(listed);
}
