// Transposed convolutions: the adjoints of convolutions. Each element, times the kernel, is added where the kernel stands.
import * as tf from '@tensorflow/tfjs-core';
import { option, optionInvalid, positiveIntegerOption, withOptions, type Weight } from '@lamella/core';
import { formatShape } from '@lamella/program';
import { paddingOption, type OptionsFor } from '../options/declarations.js';
import type { Padding, SizesOption } from '../options/spatial.js';
import { kernelOptions, weightSpec } from '../options/weight-declarations.js';
import { convolve, convolveTransposed, reachOf, refuseStridedDilation } from './convolve.js';
import { SlidingLayer } from './sliding-layer.js';

const options = {
  /** How many channels come out. */
  filters: positiveIntegerOption(),
  /** Default `valid`. */
  padding: paddingOption(),
  /** How many elements the result has beyond the fewest that lead to such an input. Default null, as many as `padding` implies. */
  outputPadding: option<SizesOption | null, readonly number[] | null>({
    check: (subject, name, given, owner) => {
      const { strides } = owner as { readonly strides: readonly number[] };
      const counts: unknown = typeof given === 'number' ? strides.map(() => given) : given;
      if (counts === null || areBelow(counts, strides)) return counts;
      const expected = `null, or integers from 0 that are less than strides, which is ${formatShape(strides)}`;
      throw optionInvalid(subject, name, expected, given);
    },
    default: null,
    isNullable: true,
  }),
  ...kernelOptions('kernel'),
};

/** The options of {@link TransposedConvolution}. With strides above 1, `dilationRate` is 1. */
export type TransposedConvolutionOptions = OptionsFor<typeof SlidingLayer.options & typeof options>;

/** A transposed convolution; which one, its dimensions say. */
export abstract class TransposedConvolution extends withOptions(SlidingLayer, options) {
  private kernel!: Weight;

  constructor(given: TransposedConvolutionOptions) {
    super(given);
    refuseStridedDilation(this);
  }

  protected override get staysWithin(): boolean {
    return false;
  }

  protected override buildKernels(channels: number): number {
    this.kernel = this.addWeight(weightSpec(this, 'kernel', [...this.kernelSize, this.filters, channels]));
    return this.filters;
  }

  protected override slide(x: tf.Tensor): tf.Tensor {
    const { strides, padding, dilationRate, outputPadding, filters } = this;
    const reach = reachOf(this);
    const kernel = this.kernel.read();
    const pads = reach.map((size, i) => padsOf(size, strides[i]!, padding, outputPadding?.[i] ?? null));
    if (Math.max(...dilationRate) > 1) {
      // As a convolution, which knows dilation, with the kernel turned around.
      const axes = reach.map((_, axis) => axis);
      const turned = tf.transpose(tf.reverse(kernel, axes), [...axes, kernel.rank - 1, kernel.rank - 2]);
      return convolve(tf.pad(x, [[0, 0], ...pads, [0, 0]]), turned, {
        strides,
        dilationRate,
        padding: 'valid',
      });
    }
    const sizes = x.shape
      .slice(1, -1)
      .map((size, i) => (size - 1) * strides[i]! + 2 - reach[i]! + pads[i]![0] + pads[i]![1]);
    if (outputPadding === null && padding === 'same')
      return convolveTransposed(x, kernel, sizes, { strides, padding });
    const before = pads.map(([pad], i) => reach[i]! - 1 - pad);
    const whole = sizes.map((size, i) => size + before[i]! + Math.max(0, reach[i]! - 1 - pads[i]![1]));
    const sums = convolveTransposed(x, kernel, whole, { strides, padding: 'valid' });
    return tf.slice(sums, [0, ...before, 0], [x.shape[0]!, ...sizes, filters]);
  }
}

function areBelow(counts: unknown, limits: readonly number[]): counts is readonly number[] {
  const isBelow = (count: unknown, i: number): boolean =>
    Number.isSafeInteger(count) && (count as number) >= 0 && (count as number) < limits[i]!;
  return Array.isArray(counts) && counts.length === limits.length && counts.every(isBelow);
}

/**
 * How many zeros a kernel that slides over the elements, `stride` apart, finds before and behind them.
 * Source: keras.src.backend.common.backend_utils, for JAX.
 */
function padsOf(
  reach: number,
  stride: number,
  padding: Padding,
  outputPadding: number | null,
): [before: number, behind: number] {
  if (padding === 'valid') return [reach - 1, reach - 1 + (outputPadding ?? Math.max(0, stride - reach))];
  const both = outputPadding === null ? stride + reach - 2 : reach + (reach % 2) - 2 + outputPadding;
  const before = Math.min(Math.ceil(both / 2), reach - 1);
  return [before, both - before];
}
