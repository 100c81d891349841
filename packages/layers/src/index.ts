export * as activations from './activations/index.js';
export {
  type ActivationFunction,
  type ActivationIdentifier,
  type ActivationOption,
} from './activations/resolve.js';
export * as boundingBoxes from './image/bounding-boxes.js';
export { type BoundingBoxes, type BoundingBoxFormat } from './image/bounding-boxes.js';
export { type ImageRecord } from './image/image-record.js';
export * as constraints from './constraints/index.js';
export * as initializers from './initializers/index.js';
export * from './layer-classes.js';
export { layers, type LayersApi } from './layers.js';
export {
  type ConstraintIdentifier,
  type InitializerIdentifier,
  type RegularizerIdentifier,
} from './options/identifiers.js';
export {
  activationOption,
  activityOption,
  constraintOption,
  initializerOption,
  regularizerOption,
} from './options/declarations.js';
export { kernelAndBias, kernelAndBiasConstraints, weightSpec } from './options/weight-declarations.js';
export { type Margin, type MarginsOption } from './options/margins.js';
export {
  type DataFormat,
  type Interpolation,
  type Padding,
  type SequencePadding,
  type SizesOption,
} from './options/spatial.js';
export {
  type ConstraintOption,
  type InitializerOption,
  type RegularizerOption,
} from './options/weight-options.js';
export {
  FeatureSpace,
  featureSpace,
  type EncodedFeatures,
  type FeatureData,
} from './preprocessing/feature-space.js';
export { type FeatureSpaceMode, type FeatureSpaceOptions } from './preprocessing/feature-space-options.js';
export {
  type Cross,
  type CrossOptions,
  type Feature,
  type FeatureOptions,
  type FeatureOutputMode,
  type FeatureType,
} from './preprocessing/features.js';
export { type RecurrentCell, type StateSize } from './recurrent/cell.js';
export * as regularizers from './regularizers/index.js';
