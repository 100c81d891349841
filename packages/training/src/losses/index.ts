export { BinaryCrossentropy, binaryCrossentropy, binaryCrossentropyOf } from './binary-crossentropy.js';
export {
  CategoricalCrossentropy,
  categoricalCrossentropy,
  categoricalCrossentropyOf,
  type CrossentropyOptions,
} from './categorical-crossentropy.js';
export { MeanAbsoluteError, meanAbsoluteError, meanAbsoluteErrorOf } from './mean-absolute-error.js';
export { MeanSquaredError, meanSquaredError, meanSquaredErrorOf } from './mean-squared-error.js';
export {
  SparseCategoricalCrossentropy,
  sparseCategoricalCrossentropy,
  sparseCategoricalCrossentropyOf,
  type SparseCategoricalCrossentropyOptions,
} from './sparse-categorical-crossentropy.js';
