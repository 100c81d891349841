// Kernels that look up, scatter, count or sort by position. What their shapes need is in the attributes.
import type { DType } from '../dtype.js';
import type { ValueType } from '../program.js';
import type { ShapeRule } from '../shape-rule.js';
import { formatShape, type Shape } from '../shape.js';
import { resolveAxis, withSize } from './axes.js';
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
} from './requirements.js';

export const GatherV2: ShapeRule = (
  { x, indices }: Named<'x' | 'indices'>,
  { axis = 0, batchDims = 0 }: { axis?: number; batchDims?: number },
) => {
  requireNotComplex('GatherV2', 'x', x);
  requireDType('GatherV2', 'indices', indices, 'int32');
  const along = resolveAxis('GatherV2', axis, x.shape);
  const batch = batchDims < 0 ? batchDims + indices.shape.length : batchDims;
  const fits = batch >= 0 && batch <= indices.shape.length && batch <= along;
  if (!fits || x.shape.slice(0, batch).some((size, i) => size !== indices.shape[i])) {
    throw misfit(
      'GatherV2',
      `expected ${batchDims} common batch dimensions before axis ${along}, got x ${formatShape(x.shape)} and indices ${formatShape(indices.shape)}`,
    );
  }
  return {
    shape: [...x.shape.slice(0, along), ...indices.shape.slice(batch), ...x.shape.slice(along + 1)],
    dtype: x.dtype,
  };
};

export const GatherNd: ShapeRule = ({ params, indices }: Named<'params' | 'indices'>) => {
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

export const ScatterNd: ShapeRule = (
  { indices, updates }: Named<'indices' | 'updates'>,
  { shape }: { shape: Shape },
) => {
  requireUpdates('ScatterNd', indices, updates, shape);
  return { shape, dtype: updates.dtype };
};

export const TensorScatterUpdate: ShapeRule = ({
  tensor,
  indices,
  updates,
}: Named<'tensor' | 'indices' | 'updates'>) => {
  requireUpdates('TensorScatterUpdate', indices, updates, tensor.shape);
  requireSameDType('TensorScatterUpdate', tensor, updates);
  return tensor;
};

export const OneHot: ShapeRule = (
  { indices }: Named<'indices'>,
  { depth, dtype = 'float32' }: { depth: number; dtype?: DType },
) => {
  requireDType('OneHot', 'indices', indices, 'int32');
  if (!Number.isInteger(depth) || depth < 0)
    throw misfit('OneHot', `expected a depth of 0 or more, got ${depth}`);
  return { shape: [...indices.shape, depth], dtype };
};

export const TopK: ShapeRule = ({ x }: Named<'x'>, { k = 1 }: { k?: number }) => {
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
};

export const UnsortedSegmentSum: ShapeRule = (
  { x, segmentIds }: Named<'x' | 'segmentIds'>,
  { numSegments }: { numSegments: number },
) => {
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
};
