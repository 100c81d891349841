// The kernels that have no gradient, and why. The sweep stops at them as it stops at values that are not floats.
// kernels.spec.ts holds this list against tfjs' own.

function all(reason: string, kernels: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(kernels.map((kernel) => [kernel, reason]));
}

/** Why a kernel has no gradient, by kernel name. */
export const gradientExclusions: Readonly<Record<string, string>> = {
  ...all('its output is boolean', [
    'All',
    'Any',
    'Equal',
    'Greater',
    'GreaterEqual',
    'IsFinite',
    'IsInf',
    'IsNan',
    'Less',
    'LessEqual',
    'LogicalAnd',
    'LogicalNot',
    'LogicalOr',
    'LogicalXor',
    'NotEqual',
  ]),
  ...all('its output is integer', [
    'ArgMax',
    'ArgMin',
    'BitwiseAnd',
    'BroadcastArgs',
    'LowerBound',
    'Multinomial',
    'NonMaxSuppressionV3',
    'NonMaxSuppressionV4',
    'SearchSorted',
    'SparseReshape',
    'UpperBound',
  ]),
  ...all('piecewise constant: its derivative is zero wherever it exists', [
    'Ceil',
    'Floor',
    'FloorDiv',
    'Round',
    'Sign',
    'Step',
  ]),
  ...all('its output does not depend on the values of its inputs', ['OnesLike', 'ZerosLike']),
  ...all('it has no tensor inputs', ['Fill', 'LinSpace', 'Range']),
  ...all('its input is integer', ['OneHot']),
  ...all('the shape of its output depends on values, so it is never captured', [
    'NonMaxSuppressionV5',
    'RaggedGather',
    'RaggedRange',
    'RaggedTensorToTensor',
    'SparseFillEmptyRows',
    'SparseSegmentMean',
    'SparseSegmentSum',
    'Unique',
  ]),
  ...all('it works on strings', [
    'StaticRegexReplace',
    'StringNGrams',
    'StringSplit',
    'StringToHashBucketFast',
  ]),
  ...all('it exchanges pixels with the page', ['Draw', 'FromPixels']),
  ...all('a name only: tf.pool calls the max and average kernels', ['Pool']),
};
