// What the convolutions share, over sequences, images or volumes: a kernel that slides, in groups, strided or dilated.
import * as tf from '@tensorflow/tfjs-core';
import {
  optionInvalid,
  positiveIntegerOption,
  withOptions,
  type CallContext,
  type Weight,
} from '@lamella/core';
import { formatShape, shapeMismatch, type SymbolicShape, type Tree } from '@lamella/program';
import { ActivatedLayer } from '../activation/activated-layer.js';
import { requireBuilt } from '../options/built.js';
import {
  activationOption,
  dataFormatOption,
  regularizerOption,
  sequencePaddingOption,
  sizesOption,
  type OptionsFor,
} from '../options/declarations.js';
import { floatTensor, knownSize, singleShape, singleTensor } from '../options/single-input.js';
import { channelAxis, nounOf, requireRank, withChannelsLast } from '../options/spatial.js';
import { kernelAndBias, kernelAndBiasConstraints, weightSpec } from '../options/weight-declarations.js';

const options = {
  /** How many channels come out. */
  filters: positiveIntegerOption(),
  /** The size of the kernel: one for all dimensions, or one each. */
  kernelSize: sizesOption(),
  /** How far the kernel moves at a time. Default 1. */
  strides: sizesOption(1),
  /** Default `valid`; `causal` is for sequences. */
  padding: sequencePaddingOption(),
  /** Default `channels_last`. */
  dataFormat: dataFormatOption(),
  /** How far apart the kernel's elements lie; with strides of 1 only. Default 1. */
  dilationRate: sizesOption(1),
  /** Into how many groups the channels fall, each with filters of its own. Default 1. */
  groups: positiveIntegerOption(1),
  /** What is applied at the end. Default `linear`, nothing. */
  activation: activationOption('linear'),
  ...kernelAndBias,
  /** What the output adds to the loss. Default null, nothing. */
  activityRegularizer: regularizerOption(),
  ...kernelAndBiasConstraints,
};

/** The options of {@link Convolution}. */
export type ConvolutionOptions = OptionsFor<typeof options>;

/** A convolution; which one, its {@link dimensions} say. */
export abstract class Convolution extends withOptions(ActivatedLayer, options) {
  private kernel!: Weight;
  private bias: Weight | undefined;

  constructor(given: ConvolutionOptions) {
    super(given);
    if (this.filters % this.groups !== 0)
      throw optionInvalid(this.label, 'groups', `a divisor of filters (${this.filters})`, given.groups);
    if (Math.max(...this.strides) > 1 && Math.max(...this.dilationRate) > 1) {
      const expected = `1, because strides is ${formatShape(this.strides)}`;
      throw optionInvalid(this.label, 'dilationRate', expected, given.dilationRate);
    }
  }

  /** 1 for sequences, 2 for images, 3 for volumes. */
  abstract get dimensions(): 1 | 2 | 3;

  override build(inputShape: Tree<SymbolicShape>): void {
    const shape = singleShape(this.label, inputShape);
    requireRank(this.label, shape, this.dataFormat, this.dimensions);
    const axis = channelAxis(this.dataFormat, this.dimensions);
    const channels = knownSize(this.label, shape, axis, 'number of channels', 'number of channels');
    if (channels % this.groups !== 0) {
      throw shapeMismatch(
        this.label,
        `expected channels that ${this.groups} groups share out, got ${channels} (input ${formatShape(shape)})`,
      );
    }
    const kernelShape = [...this.kernelSize, channels / this.groups, this.filters];
    this.kernel = this.addWeight(weightSpec(this, 'kernel', kernelShape));
    this.bias = this.useBias ? this.addWeight(weightSpec(this, 'bias', [this.filters])) : undefined;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], context: CallContext): tf.Tensor {
    requireBuilt(this);
    const x = floatTensor(singleTensor(this.label, inputs));
    this.checkShape(x.shape);
    const sums = withChannelsLast(x, this.dataFormat, (examples) => {
      this.checkReach(examples.shape.slice(1, -1), x.shape);
      const product = this.convolve(this.padding === 'causal' ? this.delayed(examples) : examples);
      return this.bias === undefined ? product : tf.add(product, this.bias.read());
    });
    return this.activate(sums, context);
  }

  /** Sequences after as many steps of zeros as a kernel at their first step looks back. */
  private delayed(x: tf.Tensor): tf.Tensor {
    const steps = this.dilationRate[0]! * (this.kernelSize[0]! - 1);
    return tf.pad(x, [
      [0, 0],
      [steps, 0],
      [0, 0],
    ]);
  }

  private convolve(x: tf.Tensor): tf.Tensor {
    const kernel = this.kernel.read();
    if (this.groups === 1) return this.convolveGroup(x, kernel);
    const parts = tf.split(x, this.groups, x.rank - 1);
    const filters = tf.split(kernel, this.groups, kernel.rank - 1);
    return tf.concat(
      parts.map((part, i) => this.convolveGroup(part, filters[i]!)),
      x.rank - 1,
    );
  }

  private convolveGroup(x: tf.Tensor, kernel: tf.Tensor): tf.Tensor {
    const padding = this.padding === 'causal' ? 'valid' : this.padding;
    if (this.dimensions === 3) {
      const [strides, dilations] = [this.strides, this.dilationRate].map((sizes) => [...sizes]) as [
        [number, number, number],
        [number, number, number],
      ];
      return tf.conv3d(x as tf.Tensor5D, kernel as tf.Tensor5D, strides, padding, 'NDHWC', dilations);
    }
    // A sequence is an image of one row.
    const isSequence = this.dimensions === 1;
    const [images, filter] = [x, kernel].map((tensor, i) =>
      isSequence ? tf.expandDims(tensor, 1 - i) : tensor,
    ) as [tf.Tensor4D, tf.Tensor4D];
    const [strides, dilations] = [this.strides, this.dilationRate].map((sizes) =>
      isSequence ? [1, ...sizes] : [...sizes],
    ) as [[number, number], [number, number]];
    const product = tf.conv2d(images, filter, strides, padding, 'NHWC', dilations);
    return isSequence ? tf.squeeze(product, [1]) : product;
  }

  private checkShape(shape: SymbolicShape): void {
    requireRank(this.label, shape, this.dataFormat, this.dimensions);
    const channels = this.kernel.shape.at(-2)! * this.groups;
    const given = shape[channelAxis(this.dataFormat, this.dimensions)];
    if (given === channels) return;
    throw shapeMismatch(
      this.label,
      `expected ${channels} channels, got ${given} (input ${formatShape(shape)})`,
      `feed ${nounOf(this.dimensions)}s of ${channels} channels, or rebuild the graph for ${given}`,
      [`Its kernel ${formatShape(this.kernel.shape)} was created for ${channels} channels.`],
    );
  }

  private checkReach(sizes: readonly number[], shape: SymbolicShape): void {
    const reach = this.kernelSize.map((size, i) => (size - 1) * this.dilationRate[i]! + 1);
    if (this.padding !== 'valid' || reach.every((size, i) => size <= sizes[i]!)) return;
    throw shapeMismatch(
      this.label,
      `its kernel reaches over ${formatShape(reach)}, more than the ${nounOf(this.dimensions)} ${formatShape(sizes)} (input ${formatShape(shape)})`,
      "choose a smaller kernelSize, or padding: 'same'",
    );
  }
}
