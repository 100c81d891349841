export { arrange, type Arrangement } from './arrange.js';
export { type Backend, type Executable, type RunKey } from './backend.js';
export { type Buffer, type BufferType } from './buffer.js';
export {
  argumentTensors,
  callArgumentsOf,
  isCallConstant,
  mapArguments,
  type ApplyOptions,
  type CallArguments,
  type CallConstant,
} from './call-arguments.js';
export { callContext, type CallContext, type CallContextOptions, type Mask } from './call-context.js';
export { type Callable, type Outputs, type TensorInputs } from './call-types.js';
export {
  Catalog,
  isObjectConfig,
  lookUp,
  objectOfName,
  singular,
  type ClassTable,
  type NamePlace,
  type ObjectConfig,
} from './catalog.js';
export { catalogOf, compose, withPlugins, type Composed, type ComposeOptions } from './compose.js';
export { definePlugin } from './define-plugin.js';
export {
  type BackendFactory,
  type DatasetFactory,
  type Plugin,
  type PluginClasses,
  type PluginContext,
  type PluginDefinition,
} from './plugin.js';
export { kernelLowerings, type KernelLowerings, type LoweringTable } from './kernel-lowerings.js';
export {
  DTypePolicy,
  dtypePolicyClasses,
  dtypePolicy,
  setDTypePolicy,
  toDTypePolicy,
  type DTypePolicyLike,
  type DTypePolicyName,
} from './dtype-policy.js';
export { checkFits } from './check-fits.js';
export { checkRun, hostDType, runPlaces, type RunPlaces } from './check-run.js';
export { requireBackend, type Composition } from './composition.js';
export {
  camelCase,
  fromConfig,
  isSerializable,
  serializableKinds,
  snakeCase,
  type Config,
  type ConfigValue,
  type FileFacts,
  type NamedFunctionReference,
  type Serializable,
  type SerializableClass,
  type SerializableKind,
} from './config.js';
export { isDataset, type BatchStream, type Dataset, type Example, type ExampleValue } from './dataset.js';
export {
  backendMissing,
  backendUnavailable,
  bufferDisposed,
  dataInvalid,
  executableDisposed,
  identifierUnknown,
  hostLayerMisplaced,
  inputInvalid,
  layerNotAdapted,
  layerNotBuilt,
  layerUnknown,
  optionInvalid,
  optionUnknown,
  pluginInvalid,
  rankMismatch,
  structureMismatch,
  tokenUnknown,
} from './errors.js';
export { turnWhereDue } from './event-loop.js';
export { ExecutableBySize } from './executable-by-size.js';
export {
  type FileContents,
  type FileSet,
  type Format,
  type FormatContext,
  type ReadingContext,
  type NamedTensor,
  type ReadableWeight,
  type StoredWeight,
} from './format.js';
export { isFunctional, type Functional, type LayerWithEnds } from './functional.js';
export { type Graph } from './graph.js';
export { computesOnHost, HostLayer, needsHost, type ComputesOnHost } from './host-layer.js';
export { HostPart, hostPartOf, type HostValues } from './host-part.js';
export { HostBuffer, hostBuffer, isHostBuffer } from './host-buffer.js';
export { HostExecutable, type HostComputation } from './host-executable.js';
export { Constraint, Initializer, Regularizer, type InitializerKey } from './initializer.js';
export { guardWeights, runningLayers, type RunningLayer, type WeightGuard } from './weight-access.js';
export { input, InputLayer, isInputLayer, type InputOptions } from './input.js';
export { checkOptionNames, type OptionNames } from './known-options.js';
export { checkGivenNames } from './options/given-options.js';
export { type WeightSpec } from './create-weight.js';
export { type LayerResult } from './invoke-part.js';
export {
  isLayer,
  Layer,
  type Autocast,
  type LayerOptions,
  type SymbolicInputs,
  type SymbolicOutputs,
} from './layer.js';
export { isNamedFunction, type NamedFunction } from './named-function.js';
export {
  booleanOption,
  choiceOption,
  fractionOption,
  integerOption,
  nonNegativeOption,
  numberOption,
  positiveIntegerOption,
  positiveOption,
  seedOption,
} from './options/kinds.js';
export {
  option,
  optionKind,
  orNull,
  type Option,
  type OptionCheck,
  type OptionKind,
  type OptionSettings,
} from './options/option.js';
export {
  withOptions,
  type ClassWithOptions,
  type GivenOptions,
  type KeptOptions,
  type OptionTable,
} from './options/with-options.js';
export { hasState, type LayerState, type StatefulLayer } from './layer-state.js';
export { bindNames, namesInUse, shareNames, withNames } from './names-in-use.js';
export { clearNames, keepingNames, packageOf, pythonName, snakeCaseClass, uniqueName } from './names.js';
export { LayerGraph, type GraphEnds, type GraphOptions } from './layer-graph.js';
export { Node, type NodeCall } from './node.js';
export { RandomInputs, type RandomInputsOptions } from './random-inputs.js';
export { replayBackend, type ReplayBackendOptions } from './replay-backend.js';
export { Pass, type RunOutput } from './pass.js';
export { whileCalling, type RunningCall } from './running-call.js';
// What authors of layers need of the package below, so that a plugin has one peer.
export {
  gradients,
  HostTensor,
  isLamellaError,
  lamellaError,
  LamellaError,
  random,
  type Shape,
  type SymbolicShape,
  type Tree,
  pluginApi,
} from '@lamella/program';
export { Runner, type Runnable } from './runner.js';
export { initializerKey, randomSeed, setRandomSeed } from './seed.js';
export { summarize, type SummaryOptions } from './summary/summary.js';
export {
  isSymbolicTensor,
  SymbolicTensor,
  type Computed,
  type Symbolic,
  type SymbolicTree,
} from './symbolic-tensor.js';
export { isTensor, isTensorSpec, type TensorSpec } from './tensor-spec.js';
export { isTensorLike, toHostTensor, type ShapedArray, type TensorLike } from './to-host-tensor.js';
export { withWeightAllocator, type WeightAllocator, type WeightRequest } from './weight-allocation.js';
export { getWeightValues, setWeightValues } from './weight-values.js';
export { Weight, type WeightOptions } from './weight.js';
