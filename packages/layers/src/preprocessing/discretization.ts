// Discretization: numbers as the bins that they fall into.
import * as tf from '@tensorflow/tfjs-core';
import {
  dataInvalid,
  isTensorSpec,
  Layer,
  layerNotAdapted,
  option,
  optionInvalid,
  orNull,
  positiveIntegerOption,
  positiveOption,
  withOptions,
  type CallArguments,
  type ComputesOnHost,
  type Config,
  type FileFacts,
  type TensorSpec,
} from '@lamella/core';
import { numbersOf, type AnyHostTensor, type HostTensor, type Tree } from '@lamella/program';
import type { OptionsFor } from '../options/declarations.js';
import { floatTensor, singleTensor } from '../options/single-input.js';
import { adaptTo, type AdaptData, type AdaptOptions } from './adapt.js';
import { categoryModeOption, encodeOnHost, encodeTensor } from './encode-categories.js';
import { singleValue } from './host-values.js';
import { binBoundaries, emptySummary, mergeSummaries, summarize } from './quantiles.js';

const options = {
  /** Where bins begin and end: `[0, 1]` is three bins. Default null: adapt() finds `numBins` equally full ones. */
  binBoundaries: orNull(
    option<readonly number[]>({
      check: (subject, name, given) => {
        const list = given as readonly number[];
        if (
          Array.isArray(given) &&
          list.every((value, i) => Number.isFinite(value) && !(value < list[i - 1]!))
        )
          return list;
        throw optionInvalid(subject, name, 'a list of numbers in ascending order', given);
      },
      isFloat: true,
    }),
  ),
  /** How many bins adapt() makes. */
  numBins: orNull(positiveIntegerOption()),
  /** How exact adapt() is: the share of values by which a boundary may be off. Default 0.01. */
  epsilon: positiveOption(0.01),
  /** `int`, the default: the number of the bin; `one_hot`, `multi_hot` or `count`: rows, as CategoryEncoding makes them. */
  outputMode: categoryModeOption(['int', 'one_hot', 'multi_hot', 'count'], 'int'),
};

/** The options of {@link Discretization}. */
export type DiscretizationOptions = OptionsFor<typeof options>;

/**
 * Numbers as the bins that they fall into. Source: keras.layers.Discretization.
 * Shapes: any to the same, or by `outputMode`. Throws: OPTION_INVALID, LAYER_NOT_ADAPTED; adapt(): DATA_INVALID.
 *
 * @example
 * const ages = input({ shape: [1] });
 * discretization({ binBoundaries: [18, 65] }).apply(ages).dtype; // 'int32'
 */
export class Discretization extends withOptions(Layer, options) implements ComputesOnHost {
  static readonly className = 'Discretization';
  static readonly fileFacts: FileFacts = { fixedOptions: { sparse: false } };
  private adapted: readonly number[] | undefined;
  private summary = emptySummary;

  constructor(given: DiscretizationOptions) {
    super(given);
    if ((this.binBoundaries === null) === (this.numBins === null))
      throw optionInvalid(this.label, 'numBins', 'given, or binBoundaries, and not both', this.numBins);
  }

  /** Files hold the boundaries that were found, beside the number of bins that was asked for. */
  static fromConfig(config: Config): Discretization {
    const { binBoundaries: found, ...given } = config as DiscretizationOptions;
    if ((given.numBins ?? null) === null) return new Discretization(config as DiscretizationOptions);
    const made = new Discretization(given);
    if (found !== null) made.adapted = found;
    return made;
  }

  /** The boundaries: those given or found. Throws: LAYER_NOT_ADAPTED. */
  get boundaries(): readonly number[] {
    const found = this.binBoundaries ?? this.adapted;
    if (found === undefined) throw layerNotAdapted(this.label, 'the boundaries of its bins');
    return found;
  }

  /** Keras' class takes no `trainable`. */
  override getConfig(): Config {
    const { trainable: _trainable, ...config } = super.getConfig();
    return { ...config, binBoundaries: this.binBoundaries ?? this.adapted ?? null };
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = floatTensor(singleTensor(this.label, inputs));
    const { boundaries, outputMode } = this;
    const passed = tf.greaterEqual(tf.expandDims(x, -1), tf.tensor1d([...boundaries], 'float32'));
    const bins = tf.sum(tf.cast(passed, 'int32'), -1);
    return outputMode === 'int' ? bins : encodeTensor(bins, outputMode, boundaries.length + 1);
  }

  /** Where only inputs come before it; boundaries that are found later hold there at once. */
  computeOnHost(inputs: Tree<AnyHostTensor>): HostTensor {
    const { data, dtype, shape } = singleValue(this.label, inputs);
    const { boundaries, outputMode } = this;
    const limits = Float32Array.from(boundaries);
    const bins = Int32Array.from(numbersOf(data, dtype), (value) => countUpTo(limits, Math.fround(value)));
    return encodeOnHost(bins, shape, outputMode, boundaries.length + 1);
  }

  override computeOutputs(input: Tree<TensorSpec>, args: CallArguments<TensorSpec>): Tree<TensorSpec> {
    if (this.outputMode !== 'int' || this.binBoundaries !== null || !isTensorSpec(input))
      return super.computeOutputs(input, args);
    return { shape: input.shape, dtype: 'int32' };
  }

  /** Finds `numBins` equally full bins: of an array, a stream of batches, or a dataset. Throws: DATA_INVALID, OPTION_INVALID. */
  async adapt(data: AdaptData, given?: AdaptOptions): Promise<void> {
    if (this.numBins === null)
      throw optionInvalid(
        this.label,
        'binBoundaries',
        'none for a layer that adapts; give numBins',
        this.binBoundaries,
      );
    await adaptTo(this, data, given);
  }

  /** Forgets what earlier batches said. */
  resetState(): void {
    this.summary = emptySummary;
  }

  /** Takes a batch into account. Throws: DATA_INVALID. */
  updateState({ data, dtype }: AnyHostTensor): void {
    if (dtype === 'string' || dtype === 'complex64')
      throw dataInvalid(`${this.label}, adapt()`, `expected numbers, got ${dtype}`);
    this.summary = mergeSummaries(
      summarize(numbersOf(data, dtype), this.epsilon),
      this.summary,
      this.epsilon,
    );
  }

  /** Keeps the boundaries that the batches say. */
  finalizeState(): void {
    if (this.numBins !== null) this.adapted = binBoundaries(this.summary, this.numBins);
  }
}

/** How many of `limits`, which ascend, are at most `value`. */
function countUpTo(limits: Float32Array, value: number): number {
  let [low, high] = [0, limits.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (limits[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Makes a {@link Discretization}. */
export function discretization(given: DiscretizationOptions): Discretization {
  return new Discretization(given);
}
