// Kernels that read from places or write to them: what was read from a place flows back to that place.
import * as tf from '@tensorflow/tfjs-core';
import type { DType } from '../dtype.js';
import { resolveAxis, withSize } from '../kernel-rules/axes.js';
import {
  boundIndices,
  foundInside,
  gatherInside,
  nothingLike,
  placedInside,
} from '../kernel-rules/bounded-indices.js';
import { reshapeTo } from '../kernel-rules/broadcasting.js';
import type { Kernel } from '../kernel-rules/kernel.js';
import {
  accumulated,
  misfit,
  requireDType,
  requireNotComplex,
  requireRankAtLeast,
  requireReal,
  requireSameDType,
  requireShape,
  type Named,
} from '../kernel-rules/requirements.js';
import type { ValueType } from '../program.js';
import { formatShape, type Shape, sizeOf } from '../shape.js';

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

/** As {@link rowIndices}, of indices that may be out of bounds: in all rows together, those of one batch stay in it. */
function boundedRowIndices(indices: tf.Tensor, batch: readonly number[], length: number): tf.Tensor {
  if (sizeOf(batch) === 1) return tf.cast(indices, 'int32');
  const ids = tf.cast(indices, 'int32');
  const fromStart = tf.where(tf.less(ids, 0), tf.add(ids, tf.scalar(length, 'int32')), ids);
  const isInside = tf.logicalAnd(tf.greaterEqual(fromStart, 0), tf.less(fromStart, length));
  return tf.where(isInside, rowIndices(fromStart, batch, length), tf.scalar(sizeOf(batch) * length, 'int32'));
}

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
  const sums = tf.scatterND(tf.reshape(boundedRowIndices(indices, batch, length), [indices.size, 1]), rows, [
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

interface GatherAttributes {
  readonly axis: number;
  readonly batchDims: number;
}

function gatherAttributes(
  { axis = 0, batchDims = 0 }: Partial<GatherAttributes>,
  { x, indices }: { readonly [name in 'x' | 'indices']: { readonly shape: Shape } },
): GatherAttributes {
  return {
    axis: resolveAxis('GatherV2', axis, x.shape),
    batchDims: batchDims < 0 ? batchDims + indices.shape.length : batchDims,
  };
}

export const GatherV2: Kernel = {
  chooses: true,
  attributes: (attrs, inputs) => ({ ...gatherAttributes(attrs, inputs as Named<'x' | 'indices'>) }),
  shape: ({ x, indices }: Named<'x' | 'indices'>, { axis, batchDims }: GatherAttributes) => {
    requireNotComplex('GatherV2', 'x', x);
    requireDType('GatherV2', 'indices', indices, 'int32');
    const fits = batchDims >= 0 && batchDims <= indices.shape.length && batchDims <= axis;
    if (!fits || x.shape.slice(0, batchDims).some((size, i) => size !== indices.shape[i])) {
      throw misfit(
        'GatherV2',
        `expected ${batchDims} common batch dimensions before axis ${axis}, got x ${formatShape(x.shape)} and indices ${formatShape(indices.shape)}`,
      );
    }
    return {
      shape: [...x.shape.slice(0, axis), ...indices.shape.slice(batchDims), ...x.shape.slice(axis + 1)],
      dtype: x.dtype,
    };
  },
  // ScatterNd and not UnsortedSegmentSum: tfjs' plain backends walk through all rows of `x` once for each row there.
  gradient: ({ inputs, attrs, dy }) => {
    const { x, indices } = inputs as { x: tf.Tensor; indices: tf.Tensor };
    const { axis, batchDims } = attrs as unknown as GatherAttributes;
    return { x: () => ungather(dy[0]!, x.shape, indices, axis, batchDims) };
  },
  pointsInto: ({ x }, { axis }) => x!.shape[axis as number]!,
  replay: ({ x, indices }, attrs) => {
    const { axis, batchDims } = gatherAttributes(attrs, { x: x!, indices: indices! });
    const inner = x!.shape.slice(axis + 1);
    const outer = x!.shape.slice(batchDims, axis);
    const [batch, inside] = [indices!.shape.slice(0, batchDims), indices!.shape.slice(batchDims)];
    if (x!.shape[axis] === 0)
      return nothingLike({ shape: [...batch, ...outer, ...inside, ...inner], dtype: x!.dtype });
    const bounded = boundIndices(indices!, [x!.shape[axis]!]);
    if (bounded === undefined) return undefined;
    return foundInside(tf.gather(x!, bounded.indices, axis, batchDims), bounded.isInside, [
      ...batch,
      ...outer.map(() => 1),
      ...inside,
      ...inner.map(() => 1),
    ]);
  },
};

export const GatherNd: Kernel = {
  shape: ({ params, indices }: Named<'params' | 'indices'>) => {
    requireDType('GatherNd', 'indices', indices, 'int32');
    requireRankAtLeast('GatherNd', 'params', params, 1);
    requireRankAtLeast('GatherNd', 'indices', indices, 1);
    const depth = indices.shape[indices.shape.length - 1]!;
    if (depth > params.shape.length) {
      throw misfit(
        'GatherNd',
        `expected indices whose last dimension is at most ${params.shape.length}, got indices ${formatShape(indices.shape)} into ${formatShape(params.shape)}`,
      );
    }
    return { shape: [...indices.shape.slice(0, -1), ...params.shape.slice(depth)], dtype: params.dtype };
  },
  gradient: ({ inputs, dy }) => ({
    params: () => tf.scatterND(inputs['indices']!, dy[0]!, inputs['params']!.shape),
  }),
  replay: ({ params, indices }) => {
    const depth = indices!.shape[indices!.rank - 1]!;
    if (depth === 0) return undefined;
    const [sizes, inner] = [params!.shape.slice(0, depth), params!.shape.slice(depth)];
    const outer = indices!.shape.slice(0, -1);
    if (sizes.includes(0)) return nothingLike({ shape: [...outer, ...inner], dtype: params!.dtype });
    const bounded = boundIndices(indices!, sizes);
    if (bounded === undefined) return undefined;
    const found = tf.gatherND(params!, bounded.indices);
    return foundInside(found, bounded.isInside, [...outer, ...inner.map(() => 1)]);
  },
};

function requireUpdates(kernel: string, indices: ValueType, updates: ValueType, shape: Shape): void {
  requireDType(kernel, 'indices', indices, 'int32');
  requireRankAtLeast(kernel, 'indices', indices, 1);
  const isVector = indices.shape.length === 1;
  const depth = isVector ? 1 : indices.shape[indices.shape.length - 1]!;
  const batch = isVector ? indices.shape : indices.shape.slice(0, -1);
  if (depth > shape.length) {
    throw misfit(
      kernel,
      `expected indices whose last dimension is at most ${shape.length}, got indices ${formatShape(indices.shape)} into ${formatShape(shape)}`,
    );
  }
  requireShape(
    kernel,
    'updates',
    updates,
    [...batch, ...shape.slice(depth)],
    `for indices ${formatShape(indices.shape)} into ${formatShape(shape)}`,
  );
}

export const ScatterNd: Kernel = {
  shape: ({ indices, updates }: Named<'indices' | 'updates'>, { shape }: { shape: Shape }) => {
    requireUpdates('ScatterNd', indices, updates, shape);
    return { shape, dtype: updates.dtype };
  },
  gradient: ({ inputs, dy }) => ({
    // What is placed nowhere gets no gradient.
    updates: () => gatherInside(dy[0]!, inputs['indices']!),
  }),
  replay: ({ indices, updates }, attrs) => {
    const shape = attrs['shape'] as unknown as number[];
    const placed = placedInside(indices!, updates!, shape);
    return placed && tf.scatterND(placed.indices, placed.updates, shape);
  },
};

export const TensorScatterUpdate: Kernel = {
  shape: ({ tensor, indices, updates }: Named<'tensor' | 'indices' | 'updates'>) => {
    requireUpdates('TensorScatterUpdate', indices, updates, tensor.shape);
    requireSameDType('TensorScatterUpdate', tensor, updates);
    return tensor;
  },
  gradient: ({ inputs, dy: [dy] }) => {
    const { indices, updates } = inputs as { indices: tf.Tensor; updates: tf.Tensor };
    return {
      // Not by the kernel itself: tfjs-backend-cpu's writes into its input.
      tensor: () => {
        const times = tf.scatterND(indices, tf.onesLike(updates), dy!.shape);
        return tf.mul(dy!, tf.cast(tf.equal(times, 0), 'float32'));
      },
      updates: () => gatherInside(dy!, indices),
    };
  },
  // Into a copy: tfjs-backend-cpu's kernel writes into its input, and a clone shares its values.
  replay: ({ tensor, indices, updates }) => {
    const placed = placedInside(indices!, updates!, tensor!.shape) ?? {
      indices: indices!,
      updates: updates!,
    };
    const copy = tf.tile(
      tensor!,
      tensor!.shape.map(() => 1),
    );
    return tf.tensorScatterUpdate(copy, placed.indices, placed.updates);
  },
};

export const UnsortedSegmentSum: Kernel = {
  shape: ({ x, segmentIds }: Named<'x' | 'segmentIds'>, { numSegments }: { numSegments: number }) => {
    requireReal('UnsortedSegmentSum', 'x', x);
    requireDType('UnsortedSegmentSum', 'segmentIds', segmentIds, 'int32');
    requireRankAtLeast('UnsortedSegmentSum', 'x', x, segmentIds.shape.length);
    requireShape(
      'UnsortedSegmentSum',
      'segmentIds',
      segmentIds,
      x.shape.slice(0, segmentIds.shape.length),
      `the leading dimensions of x ${formatShape(x.shape)}`,
    );
    return { shape: [numSegments, ...x.shape.slice(1)], dtype: accumulated(x.dtype) };
  },
  // Rows whose segment does not exist were dropped, so nothing flows back to them.
  gradient: ({ inputs, attrs, dy: [dy] }) => {
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
  },
};

export const TopK: Kernel = {
  shape: ({ x }: Named<'x'>, { k = 1 }: { k?: number }) => {
    requireReal('TopK', 'x', x);
    requireRankAtLeast('TopK', 'x', x, 1);
    const last = x.shape.length - 1;
    if (!Number.isInteger(k) || k < 0 || k > x.shape[last]!) {
      throw misfit(
        'TopK',
        `expected k of at most ${x.shape[last]!}, the last dimension of ${formatShape(x.shape)}, got ${k}`,
      );
    }
    const shape = withSize(x.shape, last, k);
    return [
      { shape, dtype: x.dtype },
      { shape, dtype: 'int32' },
    ];
  },
  gradient: ({ inputs, outputs, dy }) => {
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
  },
};

export const OneHot: Kernel = {
  shape: ({ indices }: Named<'indices'>, { depth, dtype = 'float32' }: { depth: number; dtype?: DType }) => {
    requireDType('OneHot', 'indices', indices, 'int32');
    if (!Number.isInteger(depth) || depth < 0)
      throw misfit('OneHot', `expected a depth of 0 or more, got ${depth}`);
    return { shape: [...indices.shape, depth], dtype };
  },
  gradient: 'its input is integer',
};
