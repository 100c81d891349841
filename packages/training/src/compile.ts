// What compile() makes of its options: an optimizer, losses and metrics.
import type { Functional } from '@lamella/core';
import { CompiledLoss, type PerOutput } from './compile-loss.js';
import { CompiledMetrics, type MetricsOption } from './compile-metrics.js';
import type { LossLike } from './losses/resolve-loss.js';
import type { Metric } from './metrics/metric.js';
import type { Optimizer } from './optimizers/optimizer.js';
import { resolveOptimizer, type OptimizerLike } from './optimizers/resolve-optimizer.js';

export interface CompileOptions {
  /** A name such as `adam`, or an optimizer. Default `rmsprop`. */
  readonly optimizer?: OptimizerLike;
  readonly loss?: PerOutput<LossLike | null>;
  readonly lossWeights?: PerOutput<number>;
  readonly metrics?: MetricsOption;
  /** Like `metrics`, but weighted by sample and class weights. */
  readonly weightedMetrics?: MetricsOption;
}

/** A compiled model's optimizer, losses and metrics. */
export class Compiled {
  readonly optimizer: Optimizer;
  readonly loss: CompiledLoss;
  readonly metrics: CompiledMetrics;

  constructor(
    model: Functional,
    readonly options: CompileOptions,
  ) {
    const outputs = outputNames(model);
    this.optimizer = resolveOptimizer(options.optimizer ?? 'rmsprop', model.label);
    this.loss = new CompiledLoss(model.label, outputs, options.loss, options.lossWeights);
    this.metrics = new CompiledMetrics(model.label, outputs, options.metrics, options.weightedMetrics);
  }

  /** All running values with the names that logs carry, sorted by name as Keras does. */
  reported(): { readonly label: string; readonly metric: Metric }[] {
    const losses = this.loss.trackers.map((metric) => ({ label: metric.name, metric }));
    return [...losses, ...this.metrics.all].sort((a, b) => (a.label < b.label ? -1 : 1));
  }

  reset(): void {
    this.loss.reset();
    this.metrics.reset();
  }
}

/** The names of a model's outputs: those of the layers they come from, made unique. */
export function outputNames(model: Functional): string[] {
  const taken = new Map<string, number>();
  return model.outputs.map((tensor) => {
    const count = taken.get(tensor.name) ?? 0;
    taken.set(tensor.name, count + 1);
    return count === 0 ? tensor.name : `${tensor.name}_${count}`;
  });
}
