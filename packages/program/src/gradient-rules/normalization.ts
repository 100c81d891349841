// Gradients of batch normalization with given statistics, and of local response normalization.
import * as tf from '@tensorflow/tfjs-core';
import type { GradientRule } from '../gradient-rule.js';
import type { Attributes } from '../program.js';
import { once, reshapeTo, sumTo } from './broadcasting.js';

export const FusedBatchNorm: GradientRule = ({ inputs, attrs, dy: [dy] }) => {
  const { x, mean, variance, scale, offset } = inputs as Record<'x' | 'mean' | 'variance', tf.Tensor> &
    Partial<Record<'scale' | 'offset', tf.Tensor>>;
  const deviation = once(() => tf.rsqrt(tf.add(variance, attrs['varianceEpsilon'] as number)));
  const gain = once(() => (scale === undefined ? deviation() : tf.mul(deviation(), scale)));
  const toX = once(() => tf.mul(dy!, gain()));
  const normalized = once(() => tf.mul(tf.sub(x, mean), deviation()));
  return {
    x: toX,
    mean: () => tf.neg(sumTo(toX(), mean.shape)),
    variance: () => sumTo(tf.mul(tf.mul(toX(), normalized()), tf.mul(deviation(), -0.5)), variance.shape),
    ...(scale && { scale: () => sumTo(tf.mul(dy!, normalized()), scale.shape) }),
    ...(offset && { offset: () => sumTo(dy!, offset.shape) }),
  };
};

/** Sums over the neighbouring channels: a product with a banded matrix, and its own adjoint. */
function overNeighbours(x: tf.Tensor, radius: number): tf.Tensor {
  const channels = x.shape[x.rank - 1]!;
  const band = new Float32Array(channels * channels).map((_, i) =>
    Math.abs(Math.floor(i / channels) - (i % channels)) <= radius ? 1 : 0,
  );
  return reshapeTo(tf.matMul(tf.reshape(x, [-1, channels]), tf.tensor(band, [channels, channels])), x.shape);
}

function normOf(x: tf.Tensor, attrs: Attributes): tf.Tensor {
  const { depthRadius, alpha, bias } = attrs as unknown as tf.LRNAttrs;
  return tf.add(tf.mul(overNeighbours(tf.square(x), depthRadius), alpha), bias);
}

export const LRN: GradientRule = ({ inputs, outputs, attrs, dy }) => ({
  x: () =>
    tf
      .engine()
      .runKernel(tf.LRNGrad, { x: inputs['x']!, y: outputs[0]!, dy: dy[0]! }, attrs as tf.NamedAttrMap),
});

// LRNGrad as a function of x and dy; its third input, y, is itself a function of x and is written so.
export const LRNGrad: GradientRule = (call) =>
  call.through(['x', 'dy'], ({ x, dy }) => {
    const { depthRadius, alpha, beta } = call.attrs as unknown as tf.LRNAttrs;
    const norm = normOf(x!, call.attrs);
    const spreadBack = overNeighbours(tf.mul(tf.mul(dy!, x!), tf.pow(norm, -beta - 1)), depthRadius);
    return tf.sub(tf.mul(dy!, tf.pow(norm, -beta)), tf.mul(tf.mul(x!, spreadBack), 2 * alpha * beta));
  });
