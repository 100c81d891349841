// What layers share that slide kernels over sequences, images or volumes: windows, a bias, an activation, and what they refuse.
// Which kernels there are and what they compute, each kind of convolution says.
import * as tf from '@tensorflow/tfjs-core';
import { withOptions, type CallContext, type Weight } from '@lamella/core';
import { formatShape, shapeMismatch, type SymbolicShape, type Tree } from '@lamella/program';
import { ActivatedLayer } from '../activation/activated-layer.js';
import { requireBuilt } from '../options/built.js';
import {
  activationOption,
  dataFormatOption,
  regularizerOption,
  sizesOption,
} from '../options/declarations.js';
import { floatTensor, knownSize, singleShape, singleTensor } from '../options/single-input.js';
import {
  channelAxis,
  nounOf,
  requireRank,
  windowAxes,
  withChannelsLast,
  type SequencePadding,
} from '../options/spatial.js';
import { biasOptions, weightSpec } from '../options/weight-declarations.js';
import { reachOf } from './convolve.js';

const options = {
  /** The size of the kernel: one for all dimensions, or one each. */
  kernelSize: sizesOption(),
  /** How far the kernel moves at a time. Default 1. */
  strides: sizesOption(1),
  /** Default `channels_last`. */
  dataFormat: dataFormatOption(),
  /** How far apart the kernel's elements lie. Default 1. */
  dilationRate: sizesOption(1),
  /** What is applied at the end. Default `linear`, nothing. */
  activation: activationOption('linear'),
  ...biasOptions,
  /** What the output adds to the loss. Default null, nothing. */
  activityRegularizer: regularizerOption(),
};

/** A layer that slides kernels; over what, its {@link dimensions} say. Its subclasses declare `padding`. */
export abstract class SlidingLayer extends withOptions(ActivatedLayer, options) {
  declare readonly padding: SequencePadding;
  private channels = 0;
  private bias: Weight | undefined;

  /** 1 for sequences, 2 for images, 3 for volumes. */
  abstract get dimensions(): 1 | 2 | 3;

  override build(inputShape: Tree<SymbolicShape>): void {
    const shape = singleShape(this.label, inputShape);
    requireRank(this.label, shape, this.dataFormat, this.dimensions);
    const axis = channelAxis(this.dataFormat, this.dimensions);
    this.channels = knownSize(this.label, shape, axis, 'number of channels', 'number of channels');
    const filters = this.buildKernels(this.channels, shape);
    this.bias = this.useBias ? this.addWeight(weightSpec(this, 'bias', [filters])) : undefined;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], context: CallContext): tf.Tensor {
    requireBuilt(this);
    const x = floatTensor(singleTensor(this.label, inputs));
    this.checkShape(x.shape);
    const sums = withChannelsLast(x, this.dataFormat, (examples) => {
      const product = this.slide(examples);
      return this.bias === undefined ? product : tf.add(product, this.bias.read());
    });
    return this.activate(sums, context);
  }

  /** Creates the kernels for so many channels, and says how many come out. */
  protected abstract buildKernels(channels: number, inputShape: SymbolicShape): number;

  /** What the kernels compute, channels last. */
  protected abstract slide(x: tf.Tensor): tf.Tensor;

  /** Whether kernels stay within what they slide over. */
  protected get staysWithin(): boolean {
    return this.padding === 'valid';
  }

  private checkShape(shape: SymbolicShape): void {
    const { channels, dataFormat, dimensions } = this;
    requireRank(this.label, shape, dataFormat, dimensions);
    const given = shape[channelAxis(dataFormat, dimensions)];
    if (given !== channels)
      throw shapeMismatch(
        this.label,
        `expected ${channels} channels, got ${given} (input ${formatShape(shape)})`,
        `feed ${nounOf(dimensions)}s of ${channels} channels, or rebuild the graph for ${given}`,
        [`Its kernel ${formatShape(this.weights[0]!.shape)} was created for ${channels} channels.`],
      );
    const reach = reachOf(this);
    const sizes = windowAxes(dataFormat, dimensions).map((axis) => shape[axis]!);
    if (!this.staysWithin || reach.every((size, i) => size <= sizes[i]!)) return;
    throw shapeMismatch(
      this.label,
      `its kernel reaches over ${formatShape(reach)}, more than the ${nounOf(dimensions)} ${formatShape(sizes)} (input ${formatShape(shape)})`,
      "choose a smaller kernelSize, or padding: 'same'",
    );
  }
}
