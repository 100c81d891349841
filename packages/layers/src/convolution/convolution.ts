// Convolutions: each place of the result sums up a window over all channels of its group.
import * as tf from '@tensorflow/tfjs-core';
import { optionInvalid, positiveIntegerOption, withOptions, type Weight } from '@lamella/core';
import { formatShape, shapeMismatch, type SymbolicShape } from '@lamella/program';
import { sequencePaddingOption, type OptionsFor } from '../options/declarations.js';
import { kernelOptions, weightSpec } from '../options/weight-declarations.js';
import { convolve, convolveDepthwise, reachOf, refuseStridedDilation, type Slide } from './convolve.js';
import { SlidingLayer } from './sliding-layer.js';

const options = {
  /** How many channels come out. */
  filters: positiveIntegerOption(),
  /** Default `valid`; `causal` is for sequences. */
  padding: sequencePaddingOption(),
  /** Into how many groups the channels fall, each with filters of its own. Default 1. */
  groups: positiveIntegerOption(1),
  ...kernelOptions('kernel'),
};

/** The options of {@link Convolution}. With strides above 1, `dilationRate` is 1. */
export type ConvolutionOptions = OptionsFor<typeof SlidingLayer.options & typeof options>;

/** A convolution; which one, its dimensions say. */
export abstract class Convolution extends withOptions(SlidingLayer, options) {
  private kernel!: Weight;

  constructor(given: ConvolutionOptions) {
    super(given);
    if (this.filters % this.groups !== 0)
      throw optionInvalid(this.label, 'groups', `a divisor of filters (${this.filters})`, given.groups);
    refuseStridedDilation(this);
  }

  protected override buildKernels(channels: number, inputShape: SymbolicShape): number {
    if (channels % this.groups !== 0)
      throw shapeMismatch(
        this.label,
        `expected channels that ${this.groups} groups share out, got ${channels} (input ${formatShape(inputShape)})`,
      );
    const shape = [...this.kernelSize, channels / this.groups, this.filters];
    this.kernel = this.addWeight(weightSpec(this, 'kernel', shape));
    return this.filters;
  }

  protected override slide(x: tf.Tensor): tf.Tensor {
    const kernel = this.kernel.read();
    const { groups, strides, dilationRate } = this;
    const examples = this.padding === 'causal' ? this.delayed(x) : x;
    const how: Slide = { strides, dilationRate, padding: this.padding === 'same' ? 'same' : 'valid' };
    if (groups === 1) return convolve(examples, kernel, how);
    if (groups === x.shape.at(-1) && x.rank < 5) {
      const alone = [...this.kernelSize, groups, this.filters / groups];
      return convolveDepthwise(examples, tf.reshape(kernel, alone), how);
    }
    const parts = tf.split(examples, groups, x.rank - 1);
    const filters = tf.split(kernel, groups, kernel.rank - 1);
    return tf.concat(
      parts.map((part, i) => convolve(part, filters[i]!, how)),
      x.rank - 1,
    );
  }

  /** Sequences after as many steps of zeros as a kernel at their first step looks back. */
  private delayed(x: tf.Tensor): tf.Tensor {
    return tf.pad(x, [
      [0, 0],
      [reachOf(this)[0]! - 1, 0],
      [0, 0],
    ]);
  }
}
