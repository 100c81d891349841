// Kernels that count, search sorted sequences or draw by weight: their result's size is an attribute or an input's.
import * as tf from '@tensorflow/tfjs-core';
import { reshapeTo } from '../kernel-rules/broadcasting.js';
import type { Kernel } from '../kernel-rules/kernel.js';
import {
  misfit,
  requireDType,
  requireRank,
  requireReal,
  requireSameDType,
  requireShape,
  type Named,
} from '../kernel-rules/requirements.js';
import type { ShapeRule } from '../kernel-rules/shape-rule.js';
import type { ValueType } from '../program.js';
import { formatShape, sizeOf } from '../shape.js';

function requireWeights(kernel: string, x: ValueType, weights: ValueType): void {
  requireDType(kernel, 'x', x, 'int32');
  requireReal(kernel, 'weights', weights);
  if (sizeOf(weights.shape) > 0) requireShape(kernel, 'weights', weights, x.shape, 'as x, or empty');
}

function countedFrom(dy: tf.Tensor, x: tf.Tensor, weights: tf.Tensor): tf.Tensor {
  if (weights.size === 0) return tf.zerosLike(weights);
  const size = dy.shape[dy.rank - 1]!;
  const ids = tf.minimum(x, tf.scalar(size - 1, 'int32'));
  const known = tf.cast(tf.equal(ids, x), 'float32');
  const found = dy.rank === 1 ? tf.gather(dy, ids) : tf.gather(dy, ids, 1, 1);
  return reshapeTo(tf.mul(found, known), weights.shape);
}

export const Bincount: Kernel = {
  shape: ({ x, weights }: Named<'x' | 'weights'>, { size }: { size: number }) => {
    requireWeights('Bincount', x, weights);
    return { shape: [size], dtype: weights.dtype };
  },
  gradient: ({ inputs, dy }) => ({
    weights: () => countedFrom(dy[0]!, inputs['x']!, inputs['weights']!),
  }),
};

export const DenseBincount: Kernel = {
  shape: ({ x, weights }: Named<'x' | 'weights'>, { size }: { size: number }) => {
    requireWeights('DenseBincount', x, weights);
    if (x.shape.length !== 1 && x.shape.length !== 2) {
      throw misfit('DenseBincount', `expected x of rank 1 or 2, got ${formatShape(x.shape)}`);
    }
    return { shape: [...x.shape.slice(0, -1), size], dtype: weights.dtype };
  },
  // With binaryOutput the weights do not reach the result.
  gradient: ({ inputs, attrs, dy }): Readonly<Record<string, () => tf.Tensor>> =>
    attrs['binaryOutput'] === true
      ? {}
      : { weights: () => countedFrom(dy[0]!, inputs['x']!, inputs['weights']!) },
};

/** The shape that two shapes, given as values, have together: only its rank is known. */
export const BroadcastArgs: Kernel = {
  shape: ({ s0, s1 }: Named<'s0' | 's1'>) => {
    requireRank('BroadcastArgs', 's0', s0, 1);
    requireRank('BroadcastArgs', 's1', s1, 1);
    return { shape: [Math.max(s0.shape[0]!, s1.shape[0]!)], dtype: 'int32' };
  },
  gradient: 'its output is integer',
};

function search(kernel: string): ShapeRule {
  return ({ sortedSequence, values }: Named<'sortedSequence' | 'values'>) => {
    requireRank(kernel, 'sortedSequence', sortedSequence, 2);
    requireRank(kernel, 'values', values, 2);
    requireSameDType(kernel, sortedSequence, values);
    requireShape(
      kernel,
      'values',
      values,
      [sortedSequence.shape[0]!, values.shape[1]!],
      `for sequences ${formatShape(sortedSequence.shape)}`,
    );
    return { shape: values.shape, dtype: 'int32' };
  };
}

export const LowerBound: Kernel = {
  shape: search('LowerBound'),
  gradient: 'its output is integer',
};

export const SearchSorted: Kernel = {
  shape: search('SearchSorted'),
  gradient: 'its output is integer',
};

export const UpperBound: Kernel = {
  shape: search('UpperBound'),
  gradient: 'its output is integer',
};

/** Draws by the seed in its attributes; capture refuses tf.multinomial, whose seed would freeze. */
export const Multinomial: Kernel = {
  shape: ({ logits }: Named<'logits'>, { numSamples }: { numSamples: number }) => {
    requireReal('Multinomial', 'logits', logits);
    requireRank('Multinomial', 'logits', logits, 2);
    return { shape: [logits.shape[0]!, numSamples], dtype: 'int32' };
  },
  gradient: 'its output is integer',
};
