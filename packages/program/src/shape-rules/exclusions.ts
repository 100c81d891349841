// The kernels that have no shape rule, each with its reason. kernels.spec.ts holds this list against tfjs' own.

/** By kernel name: why its output has no type before it runs. */
export const shapeRuleExclusions: Readonly<Record<string, string>> = {
  Draw: 'it draws on a canvas and gives no new tensor',
  FromPixels: 'its input is an image of the browser, not a tensor; convert it before the graph',
  NonMaxSuppressionV3: 'as many indices as boxes that survive',
  NonMaxSuppressionV5: 'as many indices and scores as boxes that survive',
  Pool: 'a name without attributes that no operation and no backend of tfjs uses; tf.pool runs AvgPool or MaxPool',
  RaggedGather: 'the lengths of the gathered rows are values of its splits',
  RaggedRange: 'as many elements as its starts, limits and deltas ask for',
  RaggedTensorToTensor: 'its output shape is a tensor, hence a value',
  SparseFillEmptyRows: 'as many entries as there are, and one for each empty row',
  SparseSegmentMean: 'as many rows as the last segment id says',
  SparseSegmentSum: 'as many rows as the last segment id says',
  StringNGrams: 'as many n-grams as the splits and the widths give',
  StringSplit: 'as many parts as there are delimiters',
  Unique: 'as many elements as there are distinct ones',
};
