// Kernels that count, search sorted sequences or draw by weight: their result's size is an attribute or an input's.
import type { ValueType } from '../program.js';
import type { ShapeRule } from '../shape-rule.js';
import { formatShape, sizeOf } from '../shape.js';
import {
  misfit,
  requireDType,
  requireRank,
  requireReal,
  requireSameDType,
  requireShape,
  type Named,
} from './requirements.js';

function requireWeights(kernel: string, x: ValueType, weights: ValueType): void {
  requireDType(kernel, 'x', x, 'int32');
  requireReal(kernel, 'weights', weights);
  if (sizeOf(weights.shape) > 0) requireShape(kernel, 'weights', weights, x.shape, 'as x, or empty');
}

export const Bincount: ShapeRule = ({ x, weights }: Named<'x' | 'weights'>, { size }: { size: number }) => {
  requireWeights('Bincount', x, weights);
  return { shape: [size], dtype: weights.dtype };
};

export const DenseBincount: ShapeRule = (
  { x, weights }: Named<'x' | 'weights'>,
  { size }: { size: number },
) => {
  requireWeights('DenseBincount', x, weights);
  if (x.shape.length !== 1 && x.shape.length !== 2) {
    throw misfit('DenseBincount', `expected x of rank 1 or 2, got ${formatShape(x.shape)}`);
  }
  return { shape: [...x.shape.slice(0, -1), size], dtype: weights.dtype };
};

/** The shape that two shapes, given as values, have together: only its rank is known. */
export const BroadcastArgs: ShapeRule = ({ s0, s1 }: Named<'s0' | 's1'>) => {
  requireRank('BroadcastArgs', 's0', s0, 1);
  requireRank('BroadcastArgs', 's1', s1, 1);
  return { shape: [Math.max(s0.shape[0]!, s1.shape[0]!)], dtype: 'int32' };
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

export const LowerBound = search('LowerBound');
export const SearchSorted = search('SearchSorted');
export const UpperBound = search('UpperBound');

/** Draws by the seed in its attributes; capture refuses tf.multinomial, whose seed would freeze. */
export const Multinomial: ShapeRule = (
  { logits }: Named<'logits'>,
  { numSamples }: { numSamples: number },
) => {
  requireReal('Multinomial', 'logits', logits);
  requireRank('Multinomial', 'logits', logits, 2);
  return { shape: [logits.shape[0]!, numSamples], dtype: 'int32' };
};
