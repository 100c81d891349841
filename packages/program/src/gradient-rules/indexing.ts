// Gradients of gathering, scattering, choosing and counting: what was read from a place flows back to that place.
import * as tf from '@tensorflow/tfjs-core';
import type { GradientRule } from '../gradient-rule.js';
import { sizeOf } from '../shape.js';
import { reshapeTo, runKernel } from './broadcasting.js';

export const Select: GradientRule = ({ inputs, dy: [dy] }) => {
  const condition = inputs['condition']!;
  const zeros = (): tf.Tensor => tf.zerosLike(dy!);
  return {
    t: () => runKernel(tf.Select, { condition, t: dy!, e: zeros() }),
    e: () => runKernel(tf.Select, { condition, t: zeros(), e: dy! }),
  };
};

// ScatterNd and not UnsortedSegmentSum: tfjs' plain backends walk through all rows of `x` once for each row there.
export const GatherV2: GradientRule = ({ inputs, attrs, dy }) => {
  const { x, indices } = inputs as { x: tf.Tensor; indices: tf.Tensor };
  const axis = tf.util.parseAxisParam(attrs['axis'] as number, x.shape)[0]!;
  const given = (attrs['batchDims'] as number | undefined) ?? 0;
  const batchDims = given < 0 ? given + indices.rank : given;
  return { x: () => ungather(dy[0]!, x.shape, indices, axis, batchDims) };
};

/** `dy` is [batch…, outer…, indices…, inner…]; its rows go to [batch…, axis, outer…, inner…] and that is turned back. */
function ungather(
  dy: tf.Tensor,
  shape: number[],
  indices: tf.Tensor,
  axis: number,
  batchDims: number,
): tf.Tensor {
  const batch = shape.slice(0, batchDims);
  const outer = shape.slice(batchDims, axis);
  const inner = shape.slice(axis + 1);
  const length = shape[axis]!;
  const indexRank = indices.rank - batchDims;
  const range = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i);
  const toRows = [
    ...range(0, batchDims),
    ...range(batchDims + outer.length, indexRank),
    ...range(batchDims, outer.length),
    ...range(batchDims + outer.length + indexRank, inner.length),
  ];
  const moved = outer.length === 0 ? dy : tf.transpose(dy, toRows);
  const rows = reshapeTo(moved, [indices.size, ...outer, ...inner]);
  const sums = tf.scatterND(tf.reshape(rowIndices(indices, batch, length), [indices.size, 1]), rows, [
    sizeOf(batch) * length,
    ...outer,
    ...inner,
  ]);
  const found = reshapeTo(sums, [...batch, length, ...outer, ...inner]);
  if (outer.length === 0) return found;
  const back = [
    ...range(0, batchDims),
    ...range(batchDims + 1, outer.length),
    batchDims,
    ...range(batchDims + 1 + outer.length, inner.length),
  ];
  return tf.transpose(found, back);
}

/** Indices into the rows of all batches laid end to end. */
function rowIndices(indices: tf.Tensor, batch: readonly number[], length: number): tf.Tensor {
  const ids = tf.cast(indices, 'int32');
  if (sizeOf(batch) === 1) return ids;
  const starts = Int32Array.from({ length: sizeOf(batch) }, (_, i) => i * length);
  return tf.add(
    ids,
    tf.tensor(starts, [...batch, ...Array<number>(indices.rank - batch.length).fill(1)], 'int32'),
  );
}

export const GatherNd: GradientRule = ({ inputs, dy }) => ({
  params: () => tf.scatterND(inputs['indices']!, dy[0]!, inputs['params']!.shape),
});

export const ScatterNd: GradientRule = ({ inputs, dy }) => ({
  updates: () => tf.gatherND(dy[0]!, inputs['indices']!),
});

export const TensorScatterUpdate: GradientRule = ({ inputs, dy: [dy] }) => {
  const { indices, updates } = inputs as { indices: tf.Tensor; updates: tf.Tensor };
  return {
    // Not by the kernel itself: tfjs-backend-cpu's writes into its input.
    tensor: () => {
      const times = tf.scatterND(indices, tf.onesLike(updates), dy!.shape);
      return tf.mul(dy!, tf.cast(tf.equal(times, 0), 'float32'));
    },
    updates: () => tf.gatherND(dy!, indices),
  };
};

export const SparseToDense: GradientRule = ({ inputs, attrs, dy: [dy] }) => {
  const { sparseIndices, sparseValues } = inputs as { sparseIndices: tf.Tensor; sparseValues: tf.Tensor };
  const rank = (attrs['outputShape'] as readonly number[]).length;
  const taken = (): tf.Tensor => tf.gatherND(dy!, tf.reshape(sparseIndices, [-1, rank]));
  return {
    sparseValues: () => (sparseValues.rank === 0 ? tf.sum(taken()) : reshapeTo(taken(), sparseValues.shape)),
    defaultValue: () => tf.sub(tf.sum(dy!), tf.sum(taken())),
  };
};

export const TopK: GradientRule = ({ inputs, outputs, dy }) => {
  const { shape, size } = inputs['x']!;
  const count = outputs[1]!.shape[outputs[1]!.rank - 1]!;
  return {
    x: () => {
      const ids = rowIndices(
        reshapeTo(outputs[1]!, [outputs[1]!.size / count, count]),
        [outputs[1]!.size / count],
        shape[shape.length - 1]!,
      );
      return tf.reshape(tf.scatterND(tf.reshape(ids, [-1, 1]), tf.reshape(dy[0]!, [-1]), [size]), shape);
    },
  };
};

// Rows whose segment does not exist were dropped, so nothing flows back to them.
export const UnsortedSegmentSum: GradientRule = ({ inputs, attrs, dy: [dy] }) => {
  const { x, segmentIds } = inputs as { x: tf.Tensor; segmentIds: tf.Tensor };
  const last = (attrs['numSegments'] as number) - 1;
  return {
    x: () => {
      const ids = tf.minimum(tf.maximum(segmentIds, tf.scalar(0, 'int32')), tf.scalar(last, 'int32'));
      const known = tf.reshape(tf.cast(tf.equal(ids, segmentIds), 'float32'), [
        ...segmentIds.shape,
        ...Array<number>(x.rank - segmentIds.rank).fill(1),
      ]);
      return tf.mul(tf.gather(dy!, ids), known);
    },
  };
};

export const Bincount: GradientRule = ({ inputs, dy }) => ({
  weights: () => countedFrom(dy[0]!, inputs['x']!, inputs['weights']!),
});

// With binaryOutput the weights do not reach the result.
export const DenseBincount: GradientRule = ({
  inputs,
  attrs,
  dy,
}): Readonly<Record<string, () => tf.Tensor>> =>
  attrs['binaryOutput'] === true
    ? {}
    : { weights: () => countedFrom(dy[0]!, inputs['x']!, inputs['weights']!) };

function countedFrom(dy: tf.Tensor, x: tf.Tensor, weights: tf.Tensor): tf.Tensor {
  if (weights.size === 0) return tf.zerosLike(weights);
  const size = dy.shape[dy.rank - 1]!;
  const ids = tf.minimum(x, tf.scalar(size - 1, 'int32'));
  const known = tf.cast(tf.equal(ids, x), 'float32');
  const found = dy.rank === 1 ? tf.gather(dy, ids) : tf.gather(dy, ids, 1, 1);
  return reshapeTo(tf.mul(found, known), weights.shape);
}
