// The kernels that cannot be captured, each with its reason.
import type { UncapturableKernel } from '../kernel-rules/kernel.js';

function because(uncapturable: string): UncapturableKernel {
  return { uncapturable };
}

export const Draw = because('it draws on a canvas and gives no new tensor');
export const FromPixels = because(
  'its input is an image of the browser, not a tensor; convert it before the graph',
);
export const NonMaxSuppressionV3 = because('as many indices as boxes that survive');
export const NonMaxSuppressionV5 = because('as many indices and scores as boxes that survive');
export const Pool = because(
  'a name without attributes that no operation and no backend of tfjs uses; tf.pool runs AvgPool or MaxPool',
);
export const RaggedGather = because('the lengths of the gathered rows are values of its splits');
export const RaggedRange = because('as many elements as its starts, limits and deltas ask for');
export const RaggedTensorToTensor = because('its output shape is a tensor, hence a value');
export const SparseFillEmptyRows = because('as many entries as there are, and one for each empty row');
export const SparseSegmentMean = because('as many rows as the last segment id says');
export const SparseSegmentSum = because('as many rows as the last segment id says');
export const StringNGrams = because('as many n-grams as the splits and the widths give');
export const StringSplit = because('as many parts as there are delimiters');
export const Unique = because('as many elements as there are distinct ones');
