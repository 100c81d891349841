// What an optimizer is: slots for each weight and an update written in tfjs-core calls, captured into the training step.
// This class does what all share, in Keras' order: clip, decay, update, average, constrain. The rules are beside it.
import * as tf from '@tensorflow/tfjs-core';
import { HostTensor, type Shape, type StorageDType } from '@lamella/program';
import { optionInvalid, uniqueName, Weight, type Config, type Serializable } from '@lamella/core';
import { clipGradients } from './clip-gradients.js';

/** The options every optimizer takes, with Keras' defaults. */
export interface OptimizerOptions {
  readonly learningRate?: number;
  readonly weightDecay?: number | null;
  /** Clips the norm of each gradient. At most one of the three. */
  readonly clipnorm?: number | null;
  readonly clipvalue?: number | null;
  readonly globalClipnorm?: number | null;
  readonly useEma?: boolean;
  readonly emaMomentum?: number;
  /** Every so many steps the weights take their averages' values. */
  readonly emaOverwriteFrequency?: number | null;
  readonly name?: string;
}

/** A weight and its gradient, one step. */
export interface Gradient {
  readonly weight: Weight;
  readonly gradient: tf.Tensor;
}

/**
 * An optimizer. Subclasses create slots in {@link createSlots} and implement {@link update}.
 * Source: keras.optimizers.Optimizer.
 */
export abstract class Optimizer implements Serializable {
  readonly kind = 'optimizers';
  readonly name: string;
  /** The step counter, int32. */
  readonly iterations: Weight;
  /** The learning rate, a cell that callbacks may set between steps. */
  readonly learningRate: Weight;
  protected readonly options: OptimizerOptions;
  private readonly slots: Weight[] = [];
  private averages = new Map<Weight, Weight>();
  private built: readonly Weight[] | undefined;

  constructor(defaultName: string, defaultLearningRate: number, options: OptimizerOptions) {
    this.name = options.name ?? uniqueName(defaultName);
    this.options = options;
    this.checkOptions(defaultLearningRate);
    this.iterations = this.cell('iteration', [], 'int32', 0);
    this.learningRate = this.cell(
      'learning_rate',
      [],
      'float32',
      options.learningRate ?? defaultLearningRate,
    );
  }

  get className(): string {
    return (this.constructor as unknown as { className: string }).className;
  }

  /** How errors name it. */
  get label(): string {
    return `${this.className} "${this.name}"`;
  }

  /** All state in Keras' order: the iteration, the learning rate, averages, then the slots. */
  get variables(): Weight[] {
    return [this.iterations, this.learningRate, ...this.averages.values(), ...this.slots];
  }

  get isBuilt(): boolean {
    return this.built !== undefined;
  }

  /** Creates the slots for these weights, once. */
  build(weights: readonly Weight[]): void {
    if (this.built !== undefined) return;
    this.built = [...weights];
    if (this.options.useEma === true) {
      this.averages = new Map(weights.map((weight) => [weight, this.like(weight, 'average')]));
    }
    this.createSlots(weights);
  }

  /** Inside a capture: applies one step to all weights at once. */
  apply(gradients: readonly Gradient[]): void {
    this.build(gradients.map(({ weight }) => weight));
    const learningRate = this.learningRate.read();
    for (const { weight, gradient } of clipGradients(gradients, this.options)) {
      if (this.decays(weight)) {
        const value = weight.read();
        weight.assign(tf.sub(value, tf.mul(value, tf.mul(learningRate, this.options.weightDecay!))));
      }
      this.update(weight, gradient, learningRate);
    }
    this.iterations.assign(tf.add(this.iterations.read(), tf.scalar(1, 'int32')));
    for (const [weight, average] of this.averages) this.average(weight, average);
    for (const { weight } of gradients) {
      if (weight.constraint !== null) weight.assign(weight.constraint.call(weight.read()));
    }
  }

  getConfig(): Config {
    return {
      name: this.name,
      learningRate: this.learningRate.value.data[0]!,
      weightDecay: this.options.weightDecay ?? null,
      clipnorm: this.options.clipnorm ?? null,
      globalClipnorm: this.options.globalClipnorm ?? null,
      clipvalue: this.options.clipvalue ?? null,
      useEma: this.options.useEma ?? false,
      emaMomentum: this.options.emaMomentum ?? 0.99,
      emaOverwriteFrequency: this.options.emaOverwriteFrequency ?? null,
    };
  }

  /** Creates slots with {@link addSlot}, in Keras' order. */
  protected abstract createSlots(weights: readonly Weight[]): void;

  /** One step for one weight: reads and assigns it and its slots. */
  protected abstract update(weight: Weight, gradient: tf.Tensor, learningRate: tf.Tensor): void;

  /** A slot of the weight's shape, filled with `initial`. */
  protected addSlot(weight: Weight, name: string, initial = 0): Weight {
    const slot = this.like(weight, name, initial);
    this.slots.push(slot);
    return slot;
  }

  /** A scalar slot. */
  protected addScalarSlot(name: string, initial = 0): Weight {
    const slot = this.cell(name, [], 'float32', initial);
    this.slots.push(slot);
    return slot;
  }

  /** The number of this step, from 1, as float32. */
  protected step(): tf.Tensor {
    return tf.add(tf.cast(this.iterations.read(), 'float32'), 1);
  }

  private like(weight: Weight, name: string, initial = 0): Weight {
    return this.cell(`${weight.name.replaceAll('/', '_')}_${name}`, weight.shape, 'float32', initial);
  }

  private cell(name: string, shape: Shape, dtype: StorageDType, initial: number): Weight {
    const value = HostTensor.zeros(shape, dtype);
    value.data.fill(initial);
    return new Weight({ name, owner: this.name, value, trainable: false });
  }

  private decays(_weight: Weight): boolean {
    return this.options.weightDecay !== undefined && this.options.weightDecay !== null;
  }

  private average(weight: Weight, average: Weight): void {
    const momentum = this.options.emaMomentum ?? 0.99;
    // Keras starts the average at the weight's own first value.
    const first = tf.equal(this.iterations.read(), tf.scalar(1, 'int32'));
    const value = weight.read();
    const next = tf.add(tf.mul(average.read(), momentum), tf.mul(value, 1 - momentum));
    average.assign(tf.where(first, value, next));
    const every = this.options.emaOverwriteFrequency;
    if (every === undefined || every === null) return;
    const due = tf.equal(tf.mod(this.iterations.read(), tf.scalar(every, 'int32')), tf.scalar(0, 'int32'));
    weight.assign(tf.where(due, average.read(), value));
  }

  private checkOptions(defaultLearningRate: number): void {
    const rate = this.options.learningRate ?? defaultLearningRate;
    if (typeof rate !== 'number' || !(rate >= 0))
      throw optionInvalid(this.label, 'learningRate', 'a number that is not negative', rate);
    const clips = (['clipnorm', 'clipvalue', 'globalClipnorm'] as const).filter(
      (name) => this.options[name] !== undefined && this.options[name] !== null,
    );
    if (clips.length > 1)
      throw optionInvalid(
        this.label,
        clips.join(' and '),
        'at most one of clipnorm, clipvalue and globalClipnorm',
        clips.length,
      );
    for (const name of clips) {
      if (!(this.options[name]! > 0))
        throw optionInvalid(this.label, name, 'a positive number', this.options[name]);
    }
    const momentum = this.options.emaMomentum ?? 0.99;
    if (!(momentum >= 0 && momentum <= 1))
      throw optionInvalid(this.label, 'emaMomentum', 'a number in [0, 1]', momentum);
  }
}
