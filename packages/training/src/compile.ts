// What compile() makes of its options: an optimizer, losses and metrics, and what trains from now on.
import {
  checkOptionNames,
  type Catalog,
  type Layer,
  type LayerWithEnds,
  type OptionNames,
  type Weight,
} from '@lamella/core';
import { CompiledLoss } from './compile-loss.js';
import { CompiledMetrics, type LabelledMetric, type MetricsOption } from './compile-metrics.js';
import type { LossLike } from './losses/resolve-loss.js';
import { LossScaleOptimizer } from './optimizers/loss-scale-optimizer.js';
import type { Optimizer } from './optimizers/optimizer.js';
import { outputLayout } from './output-layout.js';
import type { PerOutput } from './per-output.js';
import { resolveOptimizer, type OptimizerLike } from './optimizers/resolve-optimizer.js';

export interface CompileOptions {
  /** A name such as `adam`, or an optimizer. Default `rmsprop`. */
  readonly optimizer?: OptimizerLike;
  readonly loss?: PerOutput<LossLike | null>;
  /** What each output's loss counts in the total. Default 1. */
  readonly lossWeights?: PerOutput<number>;
  readonly metrics?: MetricsOption;
  /** Like `metrics`, but weighted by sample and class weights. */
  readonly weightedMetrics?: MetricsOption;
  /**
   * Whether the optimizer of a model whose dtype policy is `mixed_float16` is put into a {@link LossScaleOptimizer}.
   * Default true.
   */
  readonly autoScaleLoss?: boolean;
}

const names: OptionNames<CompileOptions> = {
  optimizer: true,
  loss: true,
  lossWeights: true,
  metrics: true,
  weightedMetrics: true,
  autoScaleLoss: true,
};

/** Throws: OPTION_UNKNOWN. */
export function checkCompileOptions(subject: string, options: CompileOptions): void {
  checkOptionNames(`${subject}, compile()`, options, names);
}

/** A compiled model's optimizer, losses and metrics. */
export class Compiled {
  readonly optimizer: Optimizer;
  readonly loss: CompiledLoss;
  readonly metrics: CompiledMetrics;
  /** The weights that train: `trainable` flags take effect at compile(), as in Keras. */
  readonly trainableWeights: readonly Weight[];
  private readonly flags: ReadonlyMap<Layer, boolean>;

  constructor(
    model: LayerWithEnds,
    readonly options: CompileOptions,
    catalog?: Catalog,
  ) {
    const outputs = outputLayout(model);
    const optimizer = resolveOptimizer(options.optimizer ?? 'rmsprop', model.label, catalog);
    const isScaled = optimizer.className === LossScaleOptimizer.className;
    const scales = (options.autoScaleLoss ?? true) && model.dtypePolicy.name === 'mixed_float16' && !isScaled;
    this.optimizer = scales
      ? new LossScaleOptimizer({ innerOptimizer: optimizer, name: 'loss_scale_optimizer' })
      : optimizer;
    const place = { subject: model.label, outputs, catalog };
    this.loss = new CompiledLoss(place, options.loss, options.lossWeights);
    this.metrics = new CompiledMetrics(place, options.metrics, options.weightedMetrics);
    this.trainableWeights = model.trainableWeights;
    this.flags = new Map(withSublayers(model).map((layer) => [layer, layer.trainable]));
  }

  /** The layers whose `trainable` flag was changed since. */
  get changedLayers(): Layer[] {
    return [...this.flags].flatMap(([layer, trainable]) => (layer.trainable === trainable ? [] : [layer]));
  }

  /** Runs `capture` with the flags of compile(): a layer's own behaviour may depend on its flag. */
  withFlags<T>(capture: () => T): T {
    const changed = this.changedLayers.map((layer) => [layer, layer.trainable] as const);
    for (const [layer] of changed) layer.trainable = this.flags.get(layer)!;
    try {
      return capture();
    } finally {
      for (const [layer, trainable] of changed) layer.trainable = trainable;
    }
  }

  /** All running values with the names that logs carry, sorted by name as Keras does. */
  reported(): LabelledMetric[] {
    const losses = this.loss.trackers.map((metric) => ({ label: metric.name, metric }));
    return [...losses, ...this.metrics.all].sort((a, b) => (a.label < b.label ? -1 : 1));
  }

  /** Whether larger or smaller is better for the value logged as `label`; undefined where it cannot be said. */
  directionOf(label: string): 'up' | 'down' | undefined {
    if (this.loss.trackers.some(({ name }) => name === label)) return 'down';
    return this.metrics.all.find((tracked) => tracked.label === label)?.metric.direction;
  }
}

function withSublayers(layer: Layer): Layer[] {
  return [layer, ...layer.sublayers.flatMap(withSublayers)];
}
