// Sparse tensors, which tfjs keeps as a list of coordinates and a list of values. Those whose number of entries depends on
// values are among the exclusions.
import type { ShapeRule } from '../shape-rule.js';
import { formatShape, type Shape } from '../shape.js';
import {
  misfit,
  requireDType,
  requireRank,
  requireSameDType,
  requireShape,
  type Named,
} from './requirements.js';

export const SparseToDense: ShapeRule = (
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
};

export const SparseReshape: ShapeRule = ({
  inputIndices,
  inputShape,
  newShape,
}: Named<'inputIndices' | 'inputShape' | 'newShape'>) => {
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
};
