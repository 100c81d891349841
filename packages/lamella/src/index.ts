// The functions that need the composition; they stand before those of the same name in the packages.
export {
  composition,
  encodeModel,
  encodeWeights,
  inspectFile,
  lambda,
  loadModel,
  loadWeights,
  model,
  register,
  registerFunction,
  registeredFunctions,
  saveModel,
  saveWeights,
  sequential,
  use,
} from './composition.js';
export { defaultBackend, type DefaultBackendOptions } from './default-backend.js';

export * from '@lamella/layers';
export * from '@lamella/training';
export { cpu } from '@lamella/backend-cpu';
export {
  exportOnnx,
  exportTrainingStep,
  loadOnnx,
  onnx,
  type LoadOnnxOptions,
  type OnnxExportOptions,
  type OnnxOptions,
} from '@lamella/backend-onnx';
export {
  callContext,
  compose,
  Constraint,
  definePlugin,
  Initializer,
  input,
  InputLayer,
  Layer,
  Regularizer,
  setRandomSeed,
  SymbolicTensor,
  Weight,
  type Backend,
  type BatchStream,
  type CallContext,
  type Composed,
  type Composition,
  type Config,
  type Dataset,
  type Example,
  type Format,
  type InputOptions,
  type LayerOptions,
  type Plugin,
  type SummaryOptions,
} from '@lamella/core';
export * as datasets from '@lamella/datasets';
export {
  csvDataset,
  fromTensors,
  imageDatasetFromDirectory,
  mnist,
  padSequences,
  splitDataset,
  textDatasetFromDirectory,
  timeseriesDatasetFromArray,
  toCategorical,
} from '@lamella/datasets';
export {
  backupAndRestore,
  csvLogger,
  io,
  modelCheckpoint,
  printInspection,
  tensorBoard,
  type FileInspection,
  type LoadOptions,
  type SaveOptions,
} from '@lamella/io';
export {
  Lambda,
  lambdas,
  namedFunction,
  verifyFunctions,
  type LambdaArguments,
  type LambdaContext,
  type LambdaOptions,
} from '@lamella/lambda';
export {
  ctcDecode,
  ctcLoss,
  gradients,
  HostTensor,
  isHostTensor,
  isLamellaError,
  LamellaError,
  random,
  type CtcDecodeOptions,
  type NestedArray,
  type Shape,
  type NumberDType,
} from '@lamella/program';
