// What an optimizer is: slots for each weight and an update written in tfjs-core calls, captured into the training step.
// This class does what all share, in Keras' order: accumulate, clip, decay, update, average, constrain. The rules are beside it.
import * as tf from '@tensorflow/tfjs-core';
import {
  gradients,
  HostTensor,
  isFloatDType,
  sameShape,
  stopGradients,
  withComputeDType,
  withScope,
  type FloatDType,
} from '@lamella/program';
import { optionInvalid, Weight, withOptions } from '@lamella/core';
import { clipGradients } from './clip-gradients.js';
import type { Gradient } from './gradient.js';
import { OptimizerState } from './optimizer-state.js';
import { updateOptions, type OptimizerOptions } from './options.js';

/** Which weights do not decay: the weights themselves, or all whose own name contains one of the words. */
export interface DecayExclusion {
  readonly weights?: readonly Weight[];
  readonly names?: readonly string[];
}

/**
 * An optimizer. Subclasses create slots in {@link createSlots} and implement {@link update}.
 * Source: keras.optimizers.Optimizer.
 */
export abstract class Optimizer extends withOptions(OptimizerState, updateOptions) {
  private readonly slots: Weight[] = [];
  private readonly slotsOf = new Map<Weight, Map<string, Weight>>();
  private averages: ReadonlyMap<Weight, Weight> = new Map();
  private accumulators: ReadonlyMap<Weight, Weight> = new Map();
  private exclusion: DecayExclusion = {};
  /** Those that it was built for. */
  private weights: ReadonlySet<Weight> | undefined;
  private hasWarned = false;
  private coming: readonly HostTensor[] | undefined;

  /** Throws: OPTION_INVALID. */
  constructor(options: OptimizerOptions = {}) {
    super(options);
    const clips = (['clipnorm', 'clipvalue', 'globalClipnorm'] as const).filter(
      (name) => this[name] !== null,
    );
    if (clips.length > 1)
      throw optionInvalid(
        this.label,
        clips.join(' and '),
        'at most one of clipnorm, clipvalue and globalClipnorm',
        clips.length,
      );
  }

  /** Optimizers inside it, by the names under which files of Keras keep them. */
  get parts(): ReadonlyMap<string, Optimizer> {
    return new Map();
  }

  /** The running averages of the weights, which `useEma` keeps, once it is built; those of optimizers inside too. */
  get movingAverages(): ReadonlyMap<Weight, Weight> {
    return new Map(
      [...this.parts.values()].flatMap((part) => [...part.movingAverages]).concat([...this.averages]),
    );
  }

  /** All state in Keras' order: the iteration, the learning rate unless a schedule decides it, then averages and slots. */
  override get variables(): Weight[] {
    return [...super.variables, ...this.averages.values(), ...this.accumulators.values(), ...this.slots];
  }

  get isBuilt(): boolean {
    return this.weights !== undefined;
  }

  /** Creates the slots for these weights, once. Throws: OPTION_INVALID for weights that it was not built for. */
  build(weights: readonly Weight[]): void {
    const { weights: known } = this;
    if (known !== undefined) {
      const other = weights.find((weight) => !known.has(weight));
      if (other === undefined) return;
      const expected = 'those that it was built for (each model takes an optimizer of its own)';
      throw optionInvalid(this.label, 'weights', expected, other.name);
    }
    this.weights = new Set(weights);
    if (this.useEma) this.averages = this.forEach(weights, 'average');
    if (this.accumulationSteps > 1) this.accumulators = this.forEach(weights, 'gradient_accumulator');
    this.createSlots(weights);
    this.restore();
  }

  /** For files: what its variables held when they were saved. They take it over when they are all there. */
  restoreWhenBuilt(values: readonly HostTensor[]): void {
    this.coming = values;
  }

  /** Says which weights do not decay; before the first step. Throws: OPTION_INVALID after it. */
  excludeFromWeightDecay(exclusion: DecayExclusion): void {
    if (this.isBuilt)
      throw optionInvalid(
        this.label,
        'excludeFromWeightDecay()',
        'a call before the first step',
        'one after it',
      );
    this.exclusion = exclusion;
  }

  /** Inside a capture: the loss to take gradients of, scaled up where the options ask for it. */
  scaleLoss(loss: tf.Tensor): tf.Tensor {
    const scale = this.lossScaleFactor ?? 1;
    return scale === 1 ? loss : tf.mul(loss, scale);
  }

  /**
   * Inside a capture: one step that makes `loss` smaller, of all weights at once. A weight that it does not depend on stays, and a
   * warning of `subject` names it.
   */
  minimize(loss: tf.Tensor, weights: readonly Weight[], subject = this.label): void {
    const found = gradients(
      this.scaleLoss(loss),
      weights.map((weight) => weight.read()),
    );
    const pairs = weights.flatMap((weight, i): Gradient[] => {
      const gradient = found[i] ?? null;
      return gradient === null ? [] : [{ weight, gradient }];
    });
    this.warnUnconnected(
      subject,
      weights.filter((_, i) => found[i] === null),
    );
    withScope(this.name, () => {
      this.build(weights);
      this.apply(pairs);
    });
  }

  /** Inside a capture: applies one step to all weights at once. */
  apply(gradients: readonly Gradient[]): void {
    const scale = this.lossScaleFactor ?? 1;
    this.applyUnscaled(
      scale === 1
        ? gradients
        : gradients.map(({ weight, gradient }) => ({ weight, gradient: tf.div(gradient, scale) })),
    );
  }

  /** Inside a capture: the same for gradients of a loss that was not scaled. */
  applyUnscaled(gradients: readonly Gradient[]): void {
    this.build(gradients.map(({ weight }) => weight));
    if (this.accumulationSteps > 1) this.accumulate(gradients);
    else this.step(gradients);
    for (const [weight, average] of this.averages) this.average(weight, average);
    for (const { weight } of gradients) {
      if (weight.constraint !== null) weight.assign(weight.constraint.call(weight.read()));
      stopGradients(weight.read());
    }
    this.countStep();
  }

  /** On the host, after training: with `useEma`, the weights take their averages' values. */
  async finalize(): Promise<void> {
    const averages = [...this.averages];
    const values = await Promise.all(averages.map(([, average]) => average.values()));
    averages.forEach(([weight], i) => weight.set(values[i]!));
  }

  /** Creates slots with {@link addSlot}, in Keras' order. */
  protected abstract createSlots(weights: readonly Weight[]): void;

  /** One step for one weight: reads and assigns it and its slots. */
  protected abstract update(weight: Weight, gradient: tf.Tensor, learningRate: tf.Tensor): void;

  /** Inside a capture, before each update: what concerns all weights. */
  protected startUpdate(): void {}

  /** The share of itself that a weight loses at each step, times the learning rate; null for none. */
  protected decayOf(_weight: Weight): number | null {
    return this.weightDecay;
  }

  /** Slots of these names for each weight, one weight after the other. */
  protected addSlots(weights: readonly Weight[], ...names: readonly string[]): void {
    for (const weight of weights) for (const name of names) this.addSlot(weight, name);
  }

  /** A slot of the weight's shape, filled with `initial`. */
  protected addSlot(weight: Weight, name: string, initial = 0): void {
    this.keepSlot(weight, name, this.like(weight, name, initial));
  }

  /** A slot of another shape or name in files, for {@link slot} under `name`. */
  protected keepSlot(weight: Weight, name: string, slot: Weight): void {
    this.addCell(slot);
    const known = this.slotsOf.get(weight) ?? new Map<string, Weight>();
    this.slotsOf.set(weight, known.set(name, slot));
  }

  /** State of its own, kept and saved with the slots. */
  protected addCell(cell: Weight): void {
    this.slots.push(cell);
  }

  /** The weight's slot of this name. */
  protected slot(weight: Weight, name: string): Weight {
    return this.slotsOf.get(weight)!.get(name)!;
  }

  /** The number of this update, from 1, as float32. */
  protected updateNumber(): tf.Tensor {
    return tf.add(tf.cast(this.updatesDone(), 'float32'), 1);
  }

  private restore(): void {
    const { coming, variables } = this;
    this.coming = undefined;
    if (coming === undefined) return;
    // Saved before its first step, it had no slots.
    const isWhole = coming.length === variables.length || coming.length === super.variables.length;
    const fits = isWhole && coming.every((value, i) => sameShape(value.shape, variables[i]!.shape));
    if (fits) coming.forEach((value, i) => variables[i]!.set(value.cast(variables[i]!.dtype)));
    else
      console.warn(`[STATE_NEW] ${this.label}: its state begins anew: what was saved is of other weights.`);
  }

  private warnUnconnected(subject: string, weights: readonly Weight[]): void {
    if (weights.length === 0 || this.hasWarned) return;
    this.hasWarned = true;
    console.warn(
      `[GRADIENT_MISSING] ${subject}: the loss does not depend on ${weights.map((weight) => weight.name).join(', ')}; they will not train.`,
    );
  }

  private get accumulationSteps(): number {
    return this.gradientAccumulationSteps ?? 1;
  }

  private updatesDone(): tf.Tensor {
    const steps = this.iterations.read();
    return this.accumulationSteps === 1
      ? steps
      : tf.floorDiv(steps, tf.scalar(this.accumulationSteps, 'int32'));
  }

  private step(gradients: readonly Gradient[]): void {
    const learningRate = this.rate.read();
    this.startUpdate();
    for (const { weight, gradient } of clipGradients(gradients, this)) {
      // As in Keras, in the weight's dtype.
      withComputeDType(floatOf(weight), () => {
        const decay = this.decays(weight) ? this.decayOf(weight) : null;
        const value = weight.read();
        if (decay !== null) weight.assign(tf.sub(value, tf.mul(value, tf.mul(learningRate, decay))));
        this.update(weight, gradient, learningRate);
      });
    }
  }

  /** Adds gradients up; every so many steps their mean is applied. What a step in between computes is not taken over. */
  private accumulate(gradients: readonly Gradient[]): void {
    const due = this.isMultiple(this.accumulationSteps);
    const sums = gradients.map(({ weight, gradient }) =>
      tf.add(gradient, this.accumulators.get(weight)!.read()),
    );
    const before = [...gradients.map(({ weight }) => weight), ...this.slots].map(
      (cell) => [cell, cell.read()] as const,
    );
    this.step(
      gradients.map(({ weight }, i) => ({ weight, gradient: tf.div(sums[i]!, this.accumulationSteps) })),
    );
    for (const [cell, value] of before) cell.assign(tf.where(due, cell.read(), value));
    gradients.forEach(({ weight }, i) =>
      this.accumulators.get(weight)!.assign(tf.where(due, tf.zerosLike(sums[i]!), sums[i]!)),
    );
  }

  /** Whether this step is the last of `every`. */
  private isMultiple(every: number): tf.Tensor {
    const next = tf.add(this.iterations.read(), tf.scalar(1, 'int32'));
    return tf.equal(tf.mod(next, tf.scalar(every, 'int32')), tf.scalar(0, 'int32'));
  }

  private average(weight: Weight, average: Weight): void {
    // The first update replaces the average, which is zero until then.
    const isLater = tf.cast(tf.notEqual(this.updatesDone(), tf.scalar(0, 'int32')), 'float32');
    const momentum = tf.mul(isLater, this.emaMomentum);
    const value = weight.read();
    average.assign(tf.add(tf.mul(momentum, average.read()), tf.mul(tf.sub(1, momentum), value)));
    const every = this.emaOverwriteFrequency;
    if (every === null) return;
    weight.assign(tf.where(this.isMultiple(every), average.read(), value));
  }

  private decays(weight: Weight): boolean {
    const { weights = [], names = [] } = this.exclusion;
    return !weights.includes(weight) && !names.some((name) => weight.shortName.includes(name));
  }

  private forEach(weights: readonly Weight[], name: string): Map<Weight, Weight> {
    return new Map(weights.map((weight) => [weight, this.like(weight, name, 0)]));
  }

  private like(weight: Weight, name: string, initial: number): Weight {
    const { name: path, shape } = weight;
    const value = HostTensor.zeros(shape, 'float32');
    value.data.fill(initial);
    return new Weight({
      name: `${path.replaceAll('/', '_')}_${name}`,
      owner: this.name,
      value: value.cast(floatOf(weight)),
      trainable: false,
    });
  }
}

/** What a weight's updates are computed in, and its slots kept in. */
function floatOf({ dtype }: Weight): FloatDType {
  return isFloatDType(dtype) ? dtype : 'float32';
}
