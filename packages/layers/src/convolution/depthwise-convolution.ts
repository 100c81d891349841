// Depthwise convolutions: each channel has kernels of its own.
import type * as tf from '@tensorflow/tfjs-core';
import { positiveIntegerOption, withOptions, type FileFacts, type Weight } from '@lamella/core';
import { paddingOption, type OptionsFor } from '../options/declarations.js';
import { kernelOptions, weightSpec } from '../options/weight-declarations.js';
import { convolveDepthwise } from './convolve.js';
import { SlidingLayer } from './sliding-layer.js';

const options = {
  /** Default `valid`. */
  padding: paddingOption(),
  /** How many channels come out for each one that comes in. Default 1. */
  depthMultiplier: positiveIntegerOption(1),
  ...kernelOptions('depthwise'),
};

/** The options of {@link DepthwiseConvolution}. */
export type DepthwiseConvolutionOptions = OptionsFor<typeof SlidingLayer.options & typeof options>;

/** A depthwise convolution; which one, its dimensions say. */
export abstract class DepthwiseConvolution extends withOptions(SlidingLayer, options) {
  static readonly fileFacts: FileFacts = { tfjsWeights: { kernel: 'depthwise_kernel' } };
  private kernel!: Weight;

  protected override buildKernels(channels: number): number {
    const spec = weightSpec(this, 'depthwise', [...this.kernelSize, channels, this.depthMultiplier]);
    this.kernel = this.addWeight({ ...spec, name: 'kernel' });
    return channels * this.depthMultiplier;
  }

  protected override slide(x: tf.Tensor): tf.Tensor {
    return convolveDepthwise(x, this.kernel.read(), this);
  }
}
