// The metrics of a compiled model. Which accuracy "accuracy" means depends on shapes, so metrics are made at the first step.
import type * as tf from '@tensorflow/tfjs-core';
import { isObjectConfig, optionInvalid, type Arrangement } from '@lamella/core';
import { isRecord, type Tree, type TreeStructure } from '@lamella/program';
import { namingOutput, type CompilePlace } from './compile-loss.js';
import type { Metric } from './metrics/metric.js';
import { resolveMetric, type MetricLike } from './metrics/resolve-metric.js';
import { perOutput } from './per-output.js';

/** Metrics for the one output; nested like the outputs, by position or by name, where there are several. */
export type MetricsOption = Tree<MetricLike | null>;

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
  private readonly outputs: readonly string[];
  /** What logs call the outputs. Source: Keras' CompileMetrics, which takes the layers' names where records hold more than tensors. */
  private readonly labels: readonly string[];
  private readonly metrics: readonly (readonly MetricLike[])[];
  private readonly weightedMetrics: readonly (readonly MetricLike[])[];

  /** Throws: OPTION_INVALID, IDENTIFIER_UNKNOWN. */
  constructor(
    private readonly place: CompilePlace,
    metrics: MetricsOption | undefined,
    weightedMetrics: MetricsOption | undefined,
  ) {
    const { subject, outputs, catalog } = place;
    this.outputs = outputs.names;
    this.labels = isFlat(outputs.structure) ? outputs.names : (outputs.otherNames ?? outputs.names);
    this.metrics = metricsOf(subject, 'metrics', outputs, metrics ?? []);
    this.weightedMetrics = metricsOf(subject, 'weightedMetrics', outputs, weightedMetrics ?? []);
    const all = [...this.metrics, ...this.weightedMetrics].flat();
    const twice = all.find((item, i) => typeof item === 'object' && all.indexOf(item) < i);
    if (twice !== undefined)
      throw optionInvalid(subject, 'metrics', 'each metric in one place, for it has one state', twice);
    // Typing errors show here, not at the first step; the shapes do not matter for that.
    for (const item of all) resolveMetric(item, { subject, catalog, yTrue: undefined, yPred: [] });
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
      namingOutput(this.place.subject, this.outputs[output]!, () =>
        metric.update(target, yPred[output]!, weight, masks[output] ?? null),
      );
    }
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
    const own = `${this.labels[output]}_`;
    // A metric that was saved with the name of its output has it already.
    const prefix = this.outputs.length > 1 && !name.startsWith(own) ? own : '';
    const plain = `${prefix}${name}`;
    const base = weighted && counts.has(plain) ? `${prefix}weighted_${name}` : plain;
    const count = counts.get(base) ?? 0;
    counts.set(base, count + 1);
    return count === 0 ? base : `${base}_${count}`;
  }
}

function isFlat(structure: TreeStructure): boolean {
  return Object.values(structure).every((inner) => inner === '*');
}

function metricsOf(
  subject: string,
  option: string,
  outputs: Arrangement,
  given: MetricsOption,
): (readonly MetricLike[])[] {
  if ((!Array.isArray(given) && !isRecord(given)) || isObjectConfig(given))
    throw optionInvalid(subject, option, 'a list of metrics, or a record of them by output', given);
  const listed = (item: MetricItem | null): readonly MetricLike[] =>
    item === null ? [] : ([item].flat() as readonly MetricLike[]);
  if (Array.isArray(given)) {
    const list = given as readonly (MetricItem | null)[];
    if (outputs.names.length === 1) return [list.flatMap(listed)];
    if (list.length === 0) return outputs.names.map(() => []);
  }
  return perOutput<MetricItem | null>(subject, option, outputs, given as Tree<MetricItem | null>, {
    isItem: isMetrics,
    isForAll: false,
  }).map(listed);
}

/** One metric, or several of one output. */
type MetricItem = MetricLike | readonly MetricLike[];

function isMetrics(value: unknown): boolean {
  if (Array.isArray(value)) return value.every((item) => !Array.isArray(item) && isMetrics(item));
  if (typeof value === 'string' || typeof value === 'function') return true;
  return value !== null && (!isRecord(value) || isObjectConfig(value));
}
