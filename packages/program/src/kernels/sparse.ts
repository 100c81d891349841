// Sparse tensors, which tfjs keeps as a list of coordinates and a list of values.
import * as tf from '@tensorflow/tfjs-core';
import { gatherInside, placedInside } from '../kernel-rules/bounded-indices.js';
import { reshapeTo } from '../kernel-rules/broadcasting.js';
import type { Kernel } from '../kernel-rules/kernel.js';
import {
  misfit,
  requireDType,
  requireRank,
  requireSameDType,
  requireShape,
  type Named,
} from '../kernel-rules/requirements.js';
import { formatShape, type Shape } from '../shape.js';

export const SparseToDense: Kernel = {
  shape: (
    inputs: Named<'sparseIndices' | 'sparseValues' | 'defaultValue'>,
    { outputShape }: { outputShape: Shape },
  ) => {
    const { sparseIndices, sparseValues, defaultValue } = inputs;
    requireDType('SparseToDense', 'sparseIndices', sparseIndices, 'int32');
    requireShape('SparseToDense', 'defaultValue', defaultValue, []);
    requireSameDType('SparseToDense', sparseValues, defaultValue);
    const count = sparseIndices.shape[0] ?? 1;
    const depth = sparseIndices.shape[1] ?? 1;
    if (sparseIndices.shape.length > 2 || depth !== outputShape.length) {
      throw misfit(
        'SparseToDense',
        `expected indices of ${outputShape.length} coordinates for output ${formatShape(outputShape)}, got ${formatShape(sparseIndices.shape)}`,
      );
    }
    if (sparseValues.shape.length > 0)
      requireShape('SparseToDense', 'sparseValues', sparseValues, [count], 'one for each index');
    return { shape: outputShape, dtype: sparseValues.dtype };
  },
  gradient: ({ inputs, attrs, dy: [dy] }) => {
    const { sparseIndices, sparseValues } = inputs as { sparseIndices: tf.Tensor; sparseValues: tf.Tensor };
    const rank = (attrs['outputShape'] as readonly number[]).length;
    const taken = (): tf.Tensor => gatherInside(dy!, tf.reshape(sparseIndices, [-1, rank]));
    return {
      sparseValues: () =>
        sparseValues.rank === 0 ? tf.sum(taken()) : reshapeTo(taken(), sparseValues.shape),
      defaultValue: () => tf.sub(tf.sum(dy!), tf.sum(taken())),
    };
  },
  replay: ({ sparseIndices, sparseValues, defaultValue }, attrs) => {
    const shape = attrs['outputShape'] as unknown as number[];
    const count = sparseIndices!.shape[0] ?? 1;
    const places = tf.reshape(sparseIndices!, [count, shape.length]);
    const placed = placedInside(places, tf.broadcastTo(sparseValues!, [count]), shape);
    return placed && tf.sparseToDense(placed.indices, placed.updates, shape, defaultValue as tf.Scalar);
  },
};

export const SparseReshape: Kernel = {
  shape: ({ inputIndices, inputShape, newShape }: Named<'inputIndices' | 'inputShape' | 'newShape'>) => {
    requireRank('SparseReshape', 'inputIndices', inputIndices, 2);
    requireRank('SparseReshape', 'newShape', newShape, 1);
    requireShape(
      'SparseReshape',
      'inputShape',
      inputShape,
      [inputIndices.shape[1]!],
      `for indices ${formatShape(inputIndices.shape)}`,
    );
    return [
      { shape: [inputIndices.shape[0]!, newShape.shape[0]!], dtype: inputIndices.dtype },
      { shape: newShape.shape, dtype: newShape.dtype },
    ];
  },
  gradient: 'its output is integer',
};
