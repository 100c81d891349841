// An optimizer around another one, for models that compute in float16: the loss is multiplied by a large number, so that small
// gradients do not vanish, and the gradients divided by it. Where they overflow, the step is left out and the number halved.
import * as tf from '@tensorflow/tfjs-core';
import {
  isSerializable,
  optionInvalid,
  optionKind,
  positiveIntegerOption,
  positiveOption,
  withOptions,
  type Config,
  type GivenOptions,
  type Weight,
} from '@lamella/core';
import type { Gradient } from './gradient.js';
import { HostScalar } from './host-scalar.js';
import { Optimizer } from './optimizer.js';

/** An optimizer. Throws: OPTION_INVALID. */
const optimizerOption = optionKind<Optimizer>({
  check: (subject, name, given) => {
    if (isSerializable(given) && given.kind === 'optimizers') return given as Optimizer;
    throw optionInvalid(subject, name, 'an optimizer such as adam()', given);
  },
});

const scalingOptions = {
  innerOptimizer: optimizerOption(),
  /** The loss scale at first. Default 2 ** 15. */
  initialScale: positiveOption(2 ** 15),
  /** After so many steps in a row with finite gradients the scale is doubled. Default 2000. */
  dynamicGrowthSteps: positiveIntegerOption(2000),
};

/** The options of {@link LossScaleOptimizer}. */
export type LossScaleOptimizerOptions = GivenOptions<typeof scalingOptions> & { readonly name?: string };

/**
 * Dynamic loss scaling. A step whose gradients are not finite changes nothing but the scale.
 * Throws: OPTION_INVALID.
 * Source: keras.optimizers.LossScaleOptimizer.
 */
export class LossScaleOptimizer extends withOptions(Optimizer, scalingOptions) {
  static readonly className = 'LossScaleOptimizer';
  /** It is made of another one, which no name says. */
  static readonly identifiers: readonly string[] = [];
  /** Steps since the scale changed last. */
  private readonly stepCounter: HostScalar;
  private readonly dynamicScale: HostScalar;
  private taken = 0;

  constructor(options: LossScaleOptimizerOptions) {
    super(options);
    const owner = this.name;
    this.stepCounter = new HostScalar({ name: 'step_counter', owner, dtype: 'int32', value: 0 });
    this.dynamicScale = new HostScalar({
      name: 'dynamic_scale',
      owner,
      dtype: 'float32',
      value: this.initialScale,
    });
  }

  override get applications(): number {
    return this.innerOptimizer.applications;
  }

  /** The steps that were not left out. */
  override get iterations(): HostScalar {
    return this.innerOptimizer.iterations;
  }

  override get parts(): ReadonlyMap<string, Optimizer> {
    return new Map([['inner_optimizer', this.innerOptimizer]]);
  }

  override get learningRate(): number {
    return this.innerOptimizer.learningRate;
  }

  override set learningRate(value: number) {
    this.innerOptimizer.learningRate = value;
  }

  override get stepsTaken(): number {
    return this.taken;
  }

  override get variables(): Weight[] {
    const scaling = this.isBuilt ? [this.stepCounter, this.dynamicScale] : [];
    return [...super.variables, ...scaling, ...this.innerOptimizer.variables];
  }

  override beforeStep(): void {
    this.innerOptimizer.beforeStep();
  }

  /** Only the inner counter knows whether the step was left out. */
  override async afterStep(times = 1): Promise<void> {
    this.taken += times;
    await this.innerOptimizer.refresh();
  }

  override async refresh(): Promise<void> {
    await this.innerOptimizer.refresh();
    this.taken = Math.max(this.taken, this.iterations.current);
  }

  override scaleLoss(loss: tf.Tensor): tf.Tensor {
    return tf.mul(loss, this.dynamicScale.read());
  }

  override apply(gradients: readonly Gradient[]): void {
    this.build(gradients.map(({ weight }) => weight));
    const scale = this.dynamicScale.read();
    const isFinite = gradients
      .map(({ gradient }) => tf.all(tf.isFinite(gradient)))
      .reduce((a, b) => tf.logicalAnd(a, b), tf.scalar(true, 'bool'));
    const cells = new Set([...gradients.map(({ weight }) => weight), ...this.innerOptimizer.variables]);
    const before = [...cells].map((cell) => [cell, cell.read()] as const);
    this.innerOptimizer.applyUnscaled(
      gradients.map(({ weight, gradient }) => ({ weight, gradient: tf.div(gradient, scale) })),
    );
    for (const [cell, value] of before) cell.assign(tf.where(isFinite, cell.read(), value));
    this.rescale(isFinite, scale);
  }

  override finalize(): Promise<void> {
    return this.innerOptimizer.finalize();
  }

  override getConfig(): Config {
    const { name, innerOptimizer, initialScale, dynamicGrowthSteps } = this;
    return { name, innerOptimizer, initialScale, dynamicGrowthSteps };
  }

  protected override createSlots(weights: readonly Weight[]): void {
    this.innerOptimizer.build(weights);
  }

  protected override update(): void {}

  private rescale(isFinite: tf.Tensor, scale: tf.Tensor): void {
    const counted = this.stepCounter.read();
    const isDue = tf.equal(counted, tf.scalar(this.dynamicGrowthSteps - 1, 'int32'));
    const grown = tf.where(isDue, tf.mul(scale, 2), scale);
    this.dynamicScale.assign(tf.where(isFinite, grown, tf.mul(scale, 0.5)));
    const next = tf.add(counted, tf.scalar(1, 'int32'));
    const isReset = tf.logicalOr(isDue, tf.logicalNot(isFinite));
    this.stepCounter.assign(tf.where(isReset, tf.zerosLike(next), next));
  }
}

/** Creates a {@link LossScaleOptimizer}. */
export function lossScaleOptimizer(options: LossScaleOptimizerOptions): LossScaleOptimizer {
  return new LossScaleOptimizer(options);
}
