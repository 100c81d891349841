// Separable convolutions: each channel slides by itself, then the channels are mixed place by place.
import type * as tf from '@tensorflow/tfjs-core';
import { positiveIntegerOption, withOptions, type Weight } from '@lamella/core';
import { paddingOption, type OptionsFor } from '../options/declarations.js';
import { kernelOptions, weightSpec } from '../options/weight-declarations.js';
import { convolve, convolveDepthwise } from './convolve.js';
import { SlidingLayer } from './sliding-layer.js';

const options = {
  /** How many channels come out. */
  filters: positiveIntegerOption(),
  /** Default `valid`. */
  padding: paddingOption(),
  /** How many channels stand between for each one that comes in. Default 1. */
  depthMultiplier: positiveIntegerOption(1),
  ...kernelOptions('depthwise'),
  ...kernelOptions('pointwise'),
};

/** The options of {@link SeparableConvolution}. */
export type SeparableConvolutionOptions = OptionsFor<typeof SlidingLayer.options & typeof options>;

/** A separable convolution; which one, its dimensions say. */
export abstract class SeparableConvolution extends withOptions(SlidingLayer, options) {
  private depthwiseKernel!: Weight;
  private pointwiseKernel!: Weight;

  protected override buildKernels(channels: number): number {
    const { depthMultiplier, filters, kernelSize } = this;
    const depthwise = weightSpec(this, 'depthwise', [...kernelSize, channels, depthMultiplier]);
    const ones = kernelSize.map(() => 1);
    const pointwise = weightSpec(this, 'pointwise', [...ones, channels * depthMultiplier, filters]);
    this.depthwiseKernel = this.addWeight({ ...depthwise, name: 'depthwise_kernel' });
    this.pointwiseKernel = this.addWeight({ ...pointwise, name: 'pointwise_kernel' });
    return filters;
  }

  protected override slide(x: tf.Tensor): tf.Tensor {
    const between = convolveDepthwise(x, this.depthwiseKernel.read(), this);
    const ones = this.kernelSize.map(() => 1);
    const how = { strides: ones, dilationRate: ones, padding: 'valid' } as const;
    return convolve(between, this.pointwiseKernel.read(), how);
  }
}
