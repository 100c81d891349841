// Batch normalization with given statistics, and local response normalization.
import * as tf from '@tensorflow/tfjs-core';
import { broadcastShapes } from '../kernel-rules/broadcast.js';
import { once, reshapeTo, sumTo } from '../kernel-rules/broadcasting.js';
import type { NormalAttributes } from '../kernel-rules/attribute-rule.js';
import type { Kernel } from '../kernel-rules/kernel.js';
import { requireRank, requireReal, requireShape, type Named } from '../kernel-rules/requirements.js';
import type { ValueType } from '../program.js';
import { formatShape } from '../shape.js';

type BatchNormInputs = Named<'x' | 'mean' | 'variance'> & {
  readonly scale?: ValueType;
  readonly offset?: ValueType;
};

export const FusedBatchNorm: Kernel = {
  shape: ({ x, mean, variance, scale, offset }: BatchNormInputs) => {
    requireReal('FusedBatchNorm', 'x', x);
    for (const [name, type] of Object.entries({ mean, variance, scale, offset })) {
      if (type === undefined) continue;
      requireReal('FusedBatchNorm', name, type);
      requireShape(
        'FusedBatchNorm',
        'x',
        x,
        broadcastShapes('FusedBatchNorm', x.shape, type.shape),
        `with ${name} ${formatShape(type.shape)}`,
      );
    }
    return { shape: x.shape, dtype: x.dtype };
  },
  gradient: ({ inputs, attrs, dy: [dy] }) => {
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
  },
};

export const LRN: Kernel = {
  shape: ({ x }: Named<'x'>) => {
    requireReal('LRN', 'x', x);
    requireRank('LRN', 'x', x, 4);
    return { shape: x.shape, dtype: x.dtype };
  },
  gradient: ({ inputs, outputs, raw, dy }) => ({
    x: () =>
      tf
        .engine()
        .runKernel(tf.LRNGrad, { x: inputs['x']!, y: outputs[0]!, dy: dy[0]! }, raw as tf.NamedAttrMap),
  }),
};

/** Sums over the neighbouring channels: a product with a banded matrix, and its own adjoint. */
function overNeighbours(x: tf.Tensor, radius: number): tf.Tensor {
  const channels = x.shape[x.rank - 1]!;
  const band = new Float32Array(channels * channels).map((_, i) =>
    Math.abs(Math.floor(i / channels) - (i % channels)) <= radius ? 1 : 0,
  );
  return reshapeTo(tf.matMul(tf.reshape(x, [-1, channels]), tf.tensor(band, [channels, channels])), x.shape);
}

function normOf(x: tf.Tensor, attrs: NormalAttributes): tf.Tensor {
  const { depthRadius, alpha, bias } = attrs as unknown as tf.LRNAttrs;
  return tf.add(tf.mul(overNeighbours(tf.square(x), depthRadius), alpha), bias);
}

export const LRNGrad: Kernel = {
  shape: ({ x, y, dy }: Named<'x' | 'y' | 'dy'>) => {
    requireRank('LRNGrad', 'x', x, 4);
    requireShape('LRNGrad', 'y', y, x.shape, 'as x');
    requireShape('LRNGrad', 'dy', dy, x.shape, 'as x');
    return { shape: x.shape, dtype: x.dtype };
  },
  // LRNGrad as a function of x and dy; its third input, y, is itself a function of x and is written so.
  gradient: (call) =>
    call.through(['x', 'dy'], ({ x, dy }) => {
      const { depthRadius, alpha, beta } = call.attrs as unknown as tf.LRNAttrs;
      const norm = normOf(x!, call.attrs);
      const spreadBack = overNeighbours(tf.mul(tf.mul(dy!, x!), tf.pow(norm, -beta - 1)), depthRadius);
      return tf.sub(tf.mul(dy!, tf.pow(norm, -beta)), tf.mul(tf.mul(x!, spreadBack), 2 * alpha * beta));
    }),
};
