// Normalization: values brought to mean 0 and variance 1 by statistics of data, which it adapts to or is given.
import * as tf from '@tensorflow/tfjs-core';
import {
  booleanOption,
  dataInvalid,
  integerOption,
  Layer,
  option,
  optionInvalid,
  withOptions,
  type Weight,
} from '@lamella/core';
import {
  flatten,
  formatShape,
  HostTensor,
  numbersOf,
  shapeMismatch,
  type AnyHostTensor,
  type SymbolicShape,
  type Tree,
} from '@lamella/program';
import * as initializers from '../initializers/index.js';
import { axesOf } from '../options/axes.js';
import { requireBuilt } from '../options/built.js';
import type { OptionsFor } from '../options/declarations.js';
import { floatTensor, knownSize, singleShape, singleTensor } from '../options/single-input.js';
import { adaptTo, type AdaptData, type AdaptOptions } from './adapt.js';
import { Moments } from './moments.js';

/** A number, or lists of them that spread over the axes. */
type Statistic = Tree<number>;

const statisticOption = option<Statistic | null>({
  check: (subject, name, given) => {
    if (given === null || flatten(given as Tree<unknown>).every(Number.isFinite)) return given as Statistic;
    throw optionInvalid(subject, name, 'a finite number, or lists of them', given);
  },
  isNullable: true,
  default: null,
});

const options = {
  /** The axis or axes whose places have a mean and a variance each; null for one of all values. Default -1. */
  axis: option<number | readonly number[] | null, readonly number[]>({
    check: (subject, name, given) =>
      (given === null ? [] : [given as number].flat()).map((axis) =>
        integerOption.check(subject, name, axis),
      ),
    isNullable: true,
    default: -1,
  }),
  /** The mean, where it is known. Default null: adapt() finds it. */
  mean: statisticOption,
  /** The variance, where the mean is given. */
  variance: statisticOption,
  /** Whether normalized values are turned back. Default false. */
  invert: booleanOption(false),
} as const;

/** The options of {@link Normalization}. */
export type NormalizationOptions = OptionsFor<typeof options>;

/** Keras' least standard deviation. */
const epsilon = 1e-7;

/**
 * `(x - mean) / sqrt(variance)`, or back. The statistics are weights that do not train: what was compiled before goes on with
 * the new ones after adapt(). Source: keras.layers.Normalization. Shapes: any to the same.
 * Throws: OPTION_INVALID, SHAPE_MISMATCH; adapt(): DATA_INVALID.
 *
 * @example
 * const scale = normalization();
 * await scale.adapt([[0, 10], [2, 30]]);
 * const x = input({ shape: [2], name: 'x' });
 * const net = model({ inputs: x, outputs: scale.apply(x) });
 */
export class Normalization extends withOptions(Layer, options) {
  static readonly className = 'Normalization';
  private kept: readonly number[] = [];
  /** The sizes of the kept axes, 1 on the others. */
  private spread: readonly number[] = [];
  private statistics: { readonly mean: Weight; readonly variance: Weight } | undefined;
  private moments: Moments | undefined;

  constructor(given: NormalizationOptions = {}) {
    super(given);
    const { mean, variance } = this;
    if ((mean === null) !== (variance === null))
      throw optionInvalid(this.label, 'variance', 'given where mean is, and not otherwise', variance);
    const [meanShape, varianceShape] = [mean, variance].map((value) => shapeOf(value ?? 0));
    if (formatShape(meanShape!) !== formatShape(varianceShape!))
      throw optionInvalid(
        this.label,
        'variance',
        `of the shape of mean, ${formatShape(meanShape!)}`,
        variance,
      );
    if (meanShape!.length > this.axis.length)
      throw optionInvalid(this.label, 'mean', `at most ${this.axis.length} axes, as axis has`, mean);
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override build(inputShape: Tree<SymbolicShape>): void {
    const shape = singleShape(this.label, inputShape);
    this.kept = axesOf(this.label, 'axis', this.axis, shape);
    const sizes = this.kept.map((axis) => knownSize(this.label, shape, axis, `size on axis ${axis}`, 'size'));
    this.spread = shape.map((size, axis) => (this.kept.includes(axis) ? size! : 1));
    if (this.mean !== null) return;
    const frozen = { shape: sizes, trainable: false };
    const mean = this.addWeight({ ...frozen, name: 'mean', initializer: initializers.zeros() });
    const variance = this.addWeight({ ...frozen, name: 'variance', initializer: initializers.ones() });
    // Keras keeps it for the files of older versions.
    this.addWeight({
      name: 'count',
      shape: [],
      dtype: 'int32',
      initializer: initializers.zeros(),
      trainable: false,
    });
    this.statistics = { mean, variance };
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    requireBuilt(this);
    const x = floatTensor(singleTensor(this.label, inputs));
    if (!this.spreadsOver(x.shape))
      throw shapeMismatch(
        this.label,
        `expected ${formatShape(this.spread)} as its last sizes, 1 for any, as it was built for, got ${formatShape(x.shape)}`,
      );
    const mean = this.statistic('mean');
    const deviation = tf.maximum(tf.sqrt(this.statistic('variance')), epsilon);
    return this.invert ? tf.add(mean, tf.mul(x, deviation)) : tf.div(tf.sub(x, mean), deviation);
  }

  /** Statistics of rows hold for windows of rows too, as in Keras: what was built for fewer axes is for the last ones. */
  private spreadsOver(shape: SymbolicShape): boolean {
    const before = shape.length - this.spread.length;
    return (
      before === 0 || (before > 0 && this.kept.every((axis) => shape[before + axis] === this.spread[axis]))
    );
  }

  /** Finds mean and variance of data: an array, a stream of batches, or a dataset. Throws: DATA_INVALID, SHAPE_MISMATCH, OPTION_INVALID. */
  async adapt(data: AdaptData, given?: AdaptOptions): Promise<void> {
    if (this.mean !== null)
      throw optionInvalid(this.label, 'mean', 'none for a layer that adapts', this.mean);
    await adaptTo(this, data, given);
  }

  /** Forgets what earlier batches said. */
  resetState(): void {
    this.moments = undefined;
  }

  /** Takes a batch into account. Throws: DATA_INVALID, SHAPE_MISMATCH. */
  updateState(batch: AnyHostTensor): void {
    const { dtype, shape, data } = batch;
    if (dtype === 'string' || dtype === 'complex64')
      throw dataInvalid(`${this.label}, adapt()`, `expected numbers, got ${dtype}`);
    const isBatchKept = this.axis.some((axis) => axis === 0 || axis === -shape.length);
    this.ensureBuilt(isBatchKept ? shape : [null, ...shape.slice(1)]);
    const sizes = this.kept.map((axis) => this.spread[axis]!);
    if (shape.length !== this.spread.length || this.kept.some((axis, i) => shape[axis] !== sizes[i]))
      throw shapeMismatch(
        `${this.label}, adapt()`,
        `expected ${formatShape(this.spread.map((size, i) => (this.kept.includes(i) ? size : null)))}, got ${formatShape(shape)}`,
      );
    this.moments ??= new Moments(this.kept, sizes);
    this.moments.add(numbersOf(data, dtype), shape);
  }

  /** Keeps what the batches say. */
  finalizeState(): void {
    const { moments, statistics } = this;
    if (moments === undefined || statistics === undefined) return;
    for (const name of ['mean', 'variance'] as const) {
      const weight = statistics[name];
      weight.set(new HostTensor(Float32Array.from(moments[name]), weight.shape).cast(weight.dtype));
    }
    this.moments = undefined;
  }

  private statistic(name: 'mean' | 'variance'): tf.Tensor {
    if (this.statistics !== undefined) return tf.reshape(this.statistics[name].read(), [...this.spread]);
    const given = shapeOf(this[name]!);
    const shape = this.spread.map(() => 1);
    // From the last axis on, as NumPy does.
    given.forEach((size, i) => (shape[this.kept[this.kept.length - given.length + i]!] = size));
    return tf.tensor(flatten(this[name]!), shape, 'float32');
  }
}

/** Makes a {@link Normalization}. */
export function normalization(given: NormalizationOptions = {}): Normalization {
  return new Normalization(given);
}

function shapeOf(value: unknown): number[] {
  return Array.isArray(value) ? [value.length, ...shapeOf(value[0])] : [];
}
