// Gradients of the greyscale dilation and of its backward kernels.
import * as tf from '@tensorflow/tfjs-core';
import type { GradientRule } from '../gradient-rule.js';
import { reshapeTo, runKernel } from './broadcasting.js';
import { atTap, besideWinner, dilationAxes, padForWindows, tapsOf } from './windows.js';

const lowest = -3e38;

export const Dilation2D: GradientRule = ({ inputs, attrs, dy }) => ({
  x: () => runKernel(tf.Dilation2DBackpropInput, { ...inputs, dy: dy[0]! }, attrs),
  filter: () => runKernel(tf.Dilation2DBackpropFilter, { ...inputs, dy: dy[0]! }, attrs),
});

/** Both backward kernels hand each element of `dy` to the place that won; so only `dy` has a gradient, read from there. */
function backward(side: 'input' | 'filter'): GradientRule {
  return ({ inputs, attrs, dy: [v] }) => {
    const { x, filter } = inputs as { x: tf.Tensor; filter: tf.Tensor };
    return {
      dy: () => {
        const axes = dilationAxes(x.shape, filter.shape, attrs);
        const values = padForWindows(x, axes, lowest);
        const beside = side === 'input' ? padForWindows(v!, axes) : v!;
        const weight = (of: tf.Tensor, [h, w]: readonly number[]): tf.Tensor =>
          reshapeTo(tf.slice(of, [h!, w!, 0], [1, 1, of.shape[2]!]), [of.shape[2]!]);
        const pairs = tapsOf(axes).map((tap) => ({
          candidate: tf.add(atTap(values, axes, tap), weight(filter, tap)),
          beside: side === 'input' ? atTap(beside, axes, tap) : weight(beside, tap),
        }));
        return besideWinner(runKernel(tf.Dilation2D, { x, filter }, attrs), pairs);
      },
    };
  };
}

export const Dilation2DBackpropInput = backward('input');
export const Dilation2DBackpropFilter = backward('filter');
