// The cell of the convolutional LSTMs: one step of an LSTM whose products are convolutions. Channels stand last.
import { positiveIntegerOption, withOptions } from '@lamella/core';
import type { Shape, SymbolicShape } from '@lamella/program';
import type * as tf from '@tensorflow/tfjs-core';
import { convolve, reachOf } from '../convolution/convolve.js';
import { paddingOption, sizesOption } from '../options/declarations.js';
import { knownSize } from '../options/single-input.js';
import { nounOf, requireRank, windowAxes } from '../options/spatial.js';
import { LSTMCell } from './lstm-cell.js';

/** How kernels slide over what comes in. Over states they slide with strides of 1, and states keep their size. */
export const kernelSlideOptions = {
  /** The size of the kernels: one for all dimensions, or one each. */
  kernelSize: sizesOption(),
  /** How far the kernel moves at a time. Default 1. */
  strides: sizesOption(1),
  /** Default `valid`. */
  padding: paddingOption(),
  /** How far apart the kernel's elements lie; with strides of 1 only. Default 1. */
  dilationRate: sizesOption(1),
} as const;

const options = { dimensions: positiveIntegerOption(), ...kernelSlideOptions } as const;

/** One step of a ConvLSTM, which makes it; Keras has it for itself, too. */
export class ConvLSTMCell extends withOptions(LSTMCell, options) {
  static override readonly className = 'ConvLSTMCell';

  override stateShape([batch, ...sizes]: Shape): Shape {
    const reach = reachOf(this);
    const places = this.strides.map((stride, i) => {
      const first = this.padding === 'same' ? 1 : reach[i]!;
      return Math.floor((sizes[i]! - first) / stride) + 1;
    });
    return [batch!, ...places, this.units];
  }

  protected override get window(): readonly number[] {
    return this.kernelSize;
  }

  protected override get sharesDrops(): boolean {
    return false;
  }

  protected override checkInput(shape: SymbolicShape): void {
    requireRank(this.label, shape, 'channels_last', this.dimensions);
    for (const axis of windowAxes('channels_last', this.dimensions))
      knownSize(this.label, shape, axis, `size of the ${nounOf(this.dimensions)}`, 'sizes');
  }

  protected override timesInput(x: tf.Tensor, kernel: tf.Tensor): tf.Tensor {
    return convolve(x, kernel, this);
  }

  protected override timesState(state: tf.Tensor, kernel: tf.Tensor): tf.Tensor {
    const ones = this.strides.map(() => 1);
    return convolve(state, kernel, { strides: ones, dilationRate: ones, padding: 'same' });
  }
}
