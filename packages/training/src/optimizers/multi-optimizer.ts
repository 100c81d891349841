// MultiOptimizer: several optimizers, each for some of the weights.
import {
  checkOptionNames,
  isSerializable,
  option,
  optionInvalid,
  snakeCaseClass,
  withOptions,
  type Config,
  type GivenOptions,
  type OptionNames,
  type Serializable,
  type Weight,
} from '@lamella/core';
import { isRecord } from '@lamella/program';
import type { Gradient } from './gradient.js';
import { LossScaleOptimizer } from './loss-scale-optimizer.js';
import { Optimizer } from './optimizer.js';
import { updateOptions } from './options.js';

/** What an {@link OptimizerMap} is made of. */
export interface OptimizerMapOptions {
  readonly defaultOptimizer: Optimizer;
  /** By the path of a weight, such as `encoder/kernel`, or by a pattern that the whole path fits, such as `encoder/.*`. */
  readonly optimizerMap?: Readonly<Record<string, Optimizer>> | null;
}

const mapNames: OptionNames<OptimizerMapOptions> = { defaultOptimizer: true, optimizerMap: true };

/** Which optimizer each weight has, by its path. Source: keras.optimizers.OptimizerMap. Throws: OPTION_INVALID. */
export class OptimizerMap implements Serializable {
  static readonly className = 'OptimizerMap';
  /** It is made of others, which no name says. */
  static readonly identifiers: readonly string[] = [];
  readonly kind = 'optimizers';
  readonly className = OptimizerMap.className;
  readonly defaultOptimizer: Optimizer;
  readonly optimizerMap: Readonly<Record<string, Optimizer>>;
  private readonly patterns: readonly (readonly [RegExp, Optimizer])[];

  constructor(options: OptimizerMapOptions) {
    checkOptionNames('OptimizerMap', options, mapNames);
    const { defaultOptimizer, optimizerMap } = options;
    this.defaultOptimizer = innerOptimizer('defaultOptimizer', defaultOptimizer);
    this.optimizerMap = optimizerMap ?? {};
    if (!isRecord(this.optimizerMap))
      throw optionInvalid('OptimizerMap', 'optimizerMap', 'a record of optimizers', optimizerMap);
    this.patterns = Object.entries(this.optimizerMap).map(([path, given]) => [
      patternOf(path),
      innerOptimizer(`optimizerMap of "${path}"`, given),
    ]);
  }

  /** Those of the paths, then the default. */
  get optimizers(): readonly Optimizer[] {
    return [...new Set([...Object.values(this.optimizerMap), this.defaultOptimizer])];
  }

  /** Throws: OPTION_INVALID for a weight that several patterns fit. */
  optimizerOf({ name }: Weight): Optimizer {
    if (Object.hasOwn(this.optimizerMap, name)) return this.optimizerMap[name]!;
    const [found, ...others] = this.patterns.filter(([pattern]) => pattern.test(name));
    if (others.length > 0)
      throw optionInvalid(
        'OptimizerMap',
        'optimizerMap',
        `one pattern that fits "${name}"`,
        others.length + 1,
      );
    return found?.[1] ?? this.defaultOptimizer;
  }

  getConfig(): Config {
    const { defaultOptimizer, optimizerMap } = this;
    return { defaultOptimizer, optimizerMap };
  }
}

/** Files hold patterns: what could take long to match is none. Throws: OPTION_INVALID. */
function patternOf(path: string): RegExp {
  const repeats = path.match(/[*+?{]/g)?.length ?? 0;
  if (path.length > 500 || repeats > 3 || /[(){}]|\\\d/.test(path))
    throw optionInvalid(
      'OptimizerMap',
      'optimizerMap',
      'paths, or patterns without groups that repeat three times at most',
      path.slice(0, 100),
    );
  try {
    return new RegExp(`^(?:${path})$`);
  } catch {
    throw optionInvalid('OptimizerMap', 'optimizerMap', 'paths, or patterns', path);
  }
}

function innerOptimizer(name: string, given: unknown): Optimizer {
  const isOne = given instanceof Optimizer || (isSerializable(given) && 'applyUnscaled' in given);
  const outer: readonly string[] = [LossScaleOptimizer.className, 'MultiOptimizer'];
  if (isOne && !outer.includes((given as Optimizer).className)) return given as Optimizer;
  throw optionInvalid('OptimizerMap', name, 'an optimizer such as adam(), not one around others', given);
}

const multiOptions = {
  /** Which optimizer each weight has. */
  optimizerMap: option<OptimizerMap>({
    check: (subject, name, given) => {
      if (given instanceof OptimizerMap) return given;
      if (isSerializable(given) && given.className === OptimizerMap.className) return given as OptimizerMap;
      throw optionInvalid(subject, name, 'an optimizerMap()', given);
    },
  }),
  /** The loss is multiplied, and all gradients divided, by it. */
  lossScaleFactor: updateOptions.lossScaleFactor,
};

/** The options of {@link MultiOptimizer}. */
export type MultiOptimizerOptions = GivenOptions<typeof multiOptions> & { readonly name?: string };

/**
 * Has each weight updated by the optimizer that a map gives for its path. Source: keras.optimizers.MultiOptimizer.
 * Throws: OPTION_INVALID, also where its learning rate is asked for: its optimizers have one each.
 *
 * @example
 * const slow = optimizerMap({ defaultOptimizer: adam(), optimizerMap: { 'embedding/.*': sgd({ learningRate: 1e-3 }) } });
 * const optimizer = multiOptimizer({ optimizerMap: slow });
 */
export class MultiOptimizer extends withOptions(Optimizer, multiOptions) {
  static readonly className = 'MultiOptimizer';
  static readonly identifiers: readonly string[] = [];
  private readonly chosen = new Map<Weight, Optimizer>();
  /** Those that the last capture applied. */
  private active: ReadonlySet<Optimizer> = new Set();

  constructor(options: MultiOptimizerOptions) {
    super({ ...options, learningRate: 0 });
  }

  /** Those that it is made of. */
  get optimizers(): readonly Optimizer[] {
    return this.optimizerMap.optimizers;
  }

  override get parts(): ReadonlyMap<string, Optimizer> {
    const counts = new Map<string, number>();
    return new Map(
      this.optimizers.map((one) => {
        const base = snakeCaseClass(one.className);
        const count = counts.get(base) ?? 0;
        counts.set(base, count + 1);
        return [`optimizers/${count === 0 ? base : `${base}_${count}`}`, one];
      }),
    );
  }

  override get learningRate(): number {
    throw optionInvalid(this.label, 'learningRate', 'that of one of its optimizers', 'its own');
  }

  override set learningRate(_value: number) {
    throw optionInvalid(this.label, 'learningRate', 'that of one of its optimizers', 'its own');
  }

  override get variables(): Weight[] {
    return [...super.variables, ...this.optimizers.flatMap(({ variables }) => variables)];
  }

  override beforeStep(): void {
    super.beforeStep();
    for (const one of this.optimizers) one.beforeStep();
  }

  override async afterStep(times = 1): Promise<void> {
    await super.afterStep(times);
    for (const one of this.active) await one.afterStep(times);
  }

  override async refresh(): Promise<void> {
    await super.refresh();
    for (const one of this.optimizers) await one.refresh();
  }

  override async finalize(): Promise<void> {
    for (const one of this.optimizers) await one.finalize();
  }

  override applyUnscaled(gradients: readonly Gradient[]): void {
    this.build(gradients.map(({ weight }) => weight));
    const groups = this.optimizers.map(
      (one) => [one, gradients.filter(({ weight }) => this.chosen.get(weight) === one)] as const,
    );
    const applied = groups.filter(([, own]) => own.length > 0);
    for (const [one, own] of applied) one.applyUnscaled(own);
    this.active = new Set(applied.map(([one]) => one));
    this.countStep();
  }

  override getConfig(): Config {
    const { name, optimizerMap, lossScaleFactor } = this;
    return { name, optimizerMap, lossScaleFactor };
  }

  protected override createSlots(weights: readonly Weight[]): void {
    for (const weight of weights) this.chosen.set(weight, this.optimizerMap.optimizerOf(weight));
    for (const one of this.optimizers) {
      const own = weights.filter((weight) => this.chosen.get(weight) === one);
      if (own.length > 0) one.build(own);
    }
  }

  protected override update(): void {}
}

/** Creates an {@link OptimizerMap}. */
export function optimizerMap(options: OptimizerMapOptions): OptimizerMap {
  return new OptimizerMap(options);
}

/** Creates a {@link MultiOptimizer}. */
export function multiOptimizer(options: MultiOptimizerOptions): MultiOptimizer {
  return new MultiOptimizer(options);
}
