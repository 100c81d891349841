// What compile() makes of its options: an optimizer, losses and metrics, and what trains from now on.
import {
  checkOptionNames,
  optionInvalid,
  type Arrangement,
  type Catalog,
  type Layer,
  type OptionNames,
  type Weight,
} from '@lamella/core';
import { isRecord, type StateSlot } from '@lamella/program';
import { CompiledLoss } from './compile-loss.js';
import { CompiledMetrics, type LabelledMetric, type MetricsOption } from './compile-metrics.js';
import type { LossLike } from './losses/resolve-loss.js';
import { LossScaleOptimizer } from './optimizers/loss-scale-optimizer.js';
import type { Optimizer } from './optimizers/optimizer.js';
import type { PerOutput } from './per-output.js';
import { HostScalar } from './optimizers/host-scalar.js';
import { resolveOptimizer, type OptimizerLike } from './optimizers/resolve-optimizer.js';

export interface CompileOptions {
  /** A name such as `adam`, or an optimizer. Default `rmsprop`. */
  readonly optimizer?: OptimizerLike;
  /** Several by name, in place of `optimizer`, for a `trainStep` of one's own: it finds them in `model.optimizers`. */
  readonly optimizers?: Readonly<Record<string, OptimizerLike>>;
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
  optimizers: true,
  loss: true,
  lossWeights: true,
  metrics: true,
  weightedMetrics: true,
  autoScaleLoss: true,
};

/** Throws: OPTION_UNKNOWN; OPTION_INVALID for optimizers by name that no step would know. */
export function checkCompileOptions(label: string, options: CompileOptions, hasOwnStep: boolean): void {
  checkOptionNames(`${label}, compile()`, options, names);
  const { optimizer, optimizers } = options;
  if (optimizers === undefined) return;
  if (!isRecord(optimizers) || Object.keys(optimizers).length === 0)
    throw optionInvalid(label, 'optimizers', 'a record of optimizers by name', optimizers);
  if (optimizer !== undefined)
    throw optionInvalid(label, 'optimizer', 'none beside optimizers, which may name it too', optimizer);
  if (!hasOwnStep)
    throw optionInvalid(
      label,
      'optimizers',
      'one optimizer, for its trainStep() knows of no others',
      Object.keys(optimizers).join(', '),
    );
}

/** What is compiled: a model, as far as that matters. */
export interface Compilable extends Layer {
  readonly hasEnds: boolean;
  readonly outputLayout: Arrangement;
  hasOwnStep(kind: 'train'): boolean;
}

/** How often a step applies each optimizer. */
export type Applications = ReadonlyMap<Optimizer, number>;

/** A compiled model's optimizers, losses and metrics. */
export class Compiled {
  /** All optimizers by name; the one that is given as `optimizer` is called so. */
  readonly optimizers: ReadonlyMap<string, Optimizer>;
  readonly loss: CompiledLoss;
  readonly metrics: CompiledMetrics;
  /** The trainable weights when it was compiled: `trainable` flags take effect then, as in Keras. */
  private readonly weights: readonly Weight[] | undefined;
  private readonly flags: ReadonlyMap<Layer, boolean>;

  constructor(
    private readonly model: Compilable,
    readonly options: CompileOptions,
    catalog?: Catalog,
  ) {
    this.optimizers = optimizersOf(model, options, catalog);
    const place = { subject: model.label, outputs: model.outputLayout, catalog };
    this.loss = new CompiledLoss(place, options.loss, options.lossWeights);
    this.metrics = new CompiledMetrics(place, options.metrics, options.weightedMetrics);
    this.weights = model.hasEnds ? model.trainableWeights : undefined;
    this.flags = new Map(withSublayers(model).map((layer) => [layer, layer.trainable]));
  }

  /** The one optimizer. Throws: OPTION_INVALID where there are several, by name. */
  get optimizer(): Optimizer {
    const [only] = this.optimizers.values();
    if (this.options.optimizers === undefined) return only!;
    const names = [...this.optimizers.keys()].join(', ');
    throw optionInvalid(this.model.label, 'optimizer', 'one', `several by name (${names}): use those`);
  }

  /** The weights that train. Those of a model whose layers are not built yet are those that it has by then. */
  get trainableWeights(): readonly Weight[] {
    return this.weights ?? this.model.trainableWeights;
  }

  /** How many steps there have been, which random numbers depend on. */
  get stepsTaken(): number {
    let taken = 0;
    for (const optimizer of this.optimizers.values()) taken += optimizer.stepsTaken;
    return taken;
  }

  /** On the host, before the first of many steps. */
  async refresh(): Promise<void> {
    for (const optimizer of this.optimizers.values()) await optimizer.refresh();
  }

  /** On the host, before a step. */
  beforeStep(): void {
    for (const optimizer of this.optimizers.values()) optimizer.beforeStep();
  }

  /** On the host, after a step that has succeeded. */
  async afterStep(applications: Applications): Promise<void> {
    for (const optimizer of this.optimizers.values()) {
      const waiting = optimizer.afterStep(applications.get(optimizer) ?? 0);
      if (waiting !== undefined) await waiting;
    }
  }

  /** On the host, after training. */
  async finalize(): Promise<void> {
    for (const optimizer of this.optimizers.values()) await optimizer.finalize();
  }

  /** Runs `capture`, and notes how often each optimizer is applied in it. */
  countingApplications<T>(capture: () => T): { readonly result: T; readonly applications: Applications } {
    const all = [...this.optimizers.values()];
    const before = all.map(({ applications }) => applications);
    const result = capture();
    return { result, applications: new Map(all.map((one, i) => [one, one.applications - before[i]!])) };
  }

  /** Throws: OPTION_INVALID for an optimizer that a step uses and compile() was not given: nobody would count its steps. */
  checkOptimizers(slots: readonly StateSlot[]): void {
    const known = new Set<StateSlot>([...this.optimizers.values()].flatMap(({ variables }) => variables));
    const counts = slots.filter((slot) => slot instanceof HostScalar && slot.shortName === 'iteration');
    const other = counts.find((slot) => !known.has(slot));
    if (other === undefined) return;
    const expected = 'optimizers that compile() was given, as { optimizers: { name: optimizer } }';
    throw optionInvalid(
      this.model.label,
      'trainStep()',
      expected,
      (other as HostScalar).name.replace(/\/.*/, ''),
    );
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
    // A step of one's own logs under any names.
    if (this.model.hasOwnStep('train') && /(^|_)loss$/.test(label)) return 'down';
    return this.metrics.all.find((tracked) => tracked.label === label)?.metric.direction;
  }
}

function withSublayers(layer: Layer): Layer[] {
  return [layer, ...layer.sublayers.flatMap(withSublayers)];
}

/** Throws: IDENTIFIER_UNKNOWN, OPTION_INVALID. */
function optimizersOf(
  model: Compilable,
  { optimizer, optimizers, autoScaleLoss = true }: CompileOptions,
  catalog: Catalog | undefined,
): ReadonlyMap<string, Optimizer> {
  const { label } = model;
  if (optimizers === undefined) {
    const only = resolveOptimizer(optimizer ?? 'rmsprop', label, catalog);
    const isScaled = only.className === LossScaleOptimizer.className;
    const scales = autoScaleLoss && model.dtypePolicy.name === 'mixed_float16' && !isScaled;
    const name = 'loss_scale_optimizer';
    return new Map([['optimizer', scales ? new LossScaleOptimizer({ innerOptimizer: only, name }) : only]]);
  }
  const found = new Map(
    Object.entries(optimizers).map(([name, given]) => [name, resolveOptimizer(given, label, catalog)]),
  );
  if (new Set(found.values()).size < found.size)
    throw optionInvalid(label, 'optimizers', 'an optimizer of its own for each name', 'one twice');
  return found;
}
