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
export { Circle, circle, type CircleOptions } from './circle.js';
export { CTC, ctc } from './ctc.js';
export {
  BinaryFocalCrossentropy,
  binaryFocalCrossentropy,
  CategoricalFocalCrossentropy,
  categoricalFocalCrossentropy,
  CategoricalGeneralizedCrossEntropy,
  categoricalGeneralizedCrossEntropy,
  type BinaryFocalCrossentropyOptions,
  type CategoricalFocalCrossentropyOptions,
  type CategoricalGeneralizedCrossEntropyOptions,
} from './focal-crossentropy.js';
export { CategoricalHinge, categoricalHinge, Hinge, hinge, SquaredHinge, squaredHinge } from './hinge.js';
export { Dice, dice, Tversky, tversky, type DiceOptions, type TverskyOptions } from './overlap.js';
export { KLDivergence, klDivergence, Poisson, poisson } from './probabilistic.js';
export {
  CosineSimilarity,
  cosineSimilarity,
  Huber,
  huber,
  LogCosh,
  logCosh,
  MeanAbsolutePercentageError,
  meanAbsolutePercentageError,
  MeanSquaredLogarithmicError,
  meanSquaredLogarithmicError,
  type CosineSimilarityOptions,
  type HuberOptions,
} from './regression.js';
