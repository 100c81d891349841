// Batch normalization (inference) and local response normalization.
import type { ValueType } from '../program.js';
import type { ShapeRule } from '../shape-rule.js';
import { formatShape } from '../shape.js';
import { broadcastShapes } from './broadcast.js';
import { requireRank, requireReal, requireShape, type Named } from './requirements.js';

type BatchNormInputs = Named<'x' | 'mean' | 'variance'> & {
  readonly scale?: ValueType;
  readonly offset?: ValueType;
};

export const FusedBatchNorm: ShapeRule = ({ x, mean, variance, scale, offset }: BatchNormInputs) => {
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
};

export const LRN: ShapeRule = ({ x }: Named<'x'>) => {
  requireReal('LRN', 'x', x);
  requireRank('LRN', 'x', x, 4);
  return { shape: x.shape, dtype: x.dtype };
};

export const LRNGrad: ShapeRule = ({ x, y, dy }: Named<'x' | 'y' | 'dy'>) => {
  requireRank('LRNGrad', 'x', x, 4);
  requireShape('LRNGrad', 'y', y, x.shape, 'as x');
  requireShape('LRNGrad', 'dy', dy, x.shape, 'as x');
  return { shape: x.shape, dtype: x.dtype };
};
