export { Budget, currentBudget, withBudget, type BudgetKind } from './budget.js';
export {
  capture,
  isCapturing,
  withScope,
  withSeveralCaptures,
  withComputeDType,
  withFullPrecision,
  readState,
  assignState,
  type CaptureOptions,
  type CaptureResult,
} from './capture.js';
export { convertData, numbersOf } from './convert.js';
export { asFloat, currentRecorder, recordedDType } from './capture-backend.js';
export { cond } from './control-flow/cond.js';
export { scan, type ScanOptions } from './control-flow/scan.js';
export { scanNode, scanParts, type ScanParts } from './control-flow/scan-kernel.js';
export { type Tensors } from './control-flow/tensor-tree.js';
export { whileLoop, type WhileLoopOptions } from './control-flow/while-loop.js';
export { whileParts, type WhileParts } from './control-flow/while-kernel.js';
export {
  allocateArray,
  bytesPerElement,
  computeDType,
  isArrayOf,
  arrayOver,
  dtypes,
  elementsPerValue,
  isDType,
  isFloatDType,
  isNumberDType,
  numberDTypes,
  tfjsDType,
  widestFloat,
  type ComputeDType,
  type DataOf,
  type DType,
  type FloatDType,
  type NumberDType,
  type TfjsDType,
  type TypedArray,
} from './dtype.js';
export { einsum } from './einsum.js';
export { unitVectors } from './unit-vectors.js';
export { ctcDecode, type CtcDecodeOptions } from './ctc/ctc-decode.js';
export { ctcLoss } from './ctc/ctc-loss.js';
export { type Lengths } from './ctc/sequences.js';
export { entering } from './entering.js';
export * as image from './image/image.js';
export { filtered, bellCurve } from './image/blur.js';
export { onImages, roundedTo } from './image/images.js';
export { resample, resamplingWeights, type Resampling } from './image/resampling.js';
export { centralPart, nearestPlaces } from './image/resize.js';
export {
  dtypeMismatch,
  imageInvalid,
  inOneLine,
  isLamellaError,
  isModuleMissing,
  kernelUnsupported,
  LamellaError,
  lamellaError,
  loopTooLong,
  notCapturable,
  programInvalid,
  randomInvalid,
  scopeLabel,
  shapeMismatch,
  suggest,
  valueOutOfRange,
  withoutCode,
  type ErrorParts,
} from './errors.js';
export * as signal from './signal.js';
export { describeCopyOf } from './installed-copy.js';
export { pluginApi } from './plugin-api.js';
export { sharedState } from './shared-state.js';
export { printable } from './printable.js';
export { type GradientRule, type KernelCall } from './kernel-rules/gradient-rule.js';
export { type NormalAttributes } from './kernel-rules/attribute-rule.js';
export { type KernelTraits } from './kernel-rules/kernel.js';
export {
  convolutionWindows,
  poolWindows,
  type ConvolutionAttributes,
  type PoolingAttributes,
  type Window,
} from './kernel-rules/windows.js';
export { type ReductionAttributes } from './kernels/reductions.js';
export { indexUses, type IndexUse } from './index-uses.js';
export { attributesOf, isWrittenOut, kernelNames, traitsOf, type KernelName } from './kernels.js';
export { gradients, stopGradients } from './gradients.js';
export {
  copyValues,
  HostTensor,
  isHostTensor,
  requirePresent,
  type AnyHostTensor,
  type ElementOf,
  type MakeZeros,
} from './host-tensor.js';
export {
  isNarrowFloat,
  type NarrowFloat,
  narrowFloatBits,
  narrowFloats,
  roundToFloat,
  widenFloats,
} from './narrow-floats.js';
export { nestedShape, type NestedArray, type NestedValue } from './nested-array.js';
export { batchOverTime } from './passes/batch-over-time.js';
export { requireRoom, requireRoomForOne, requireRoomForResult } from './held-at-once.js';
export { boundLoops } from './loop-steps.js';
export { emulateDTypes, heldDType, requireDTypes, type DTypeSupport } from './passes/emulate-dtypes.js';
export { canonicalise } from './passes/canonicalise.js';
export { diffPrograms } from './passes/diff-programs.js';
export { foldConstants } from './passes/fold-constants.js';
export { mergeCommon } from './passes/merge-common.js';
export { removeDeadCode } from './passes/remove-dead-code.js';
export { removeCustomGradients, removeIdentities } from './passes/remove-identities.js';
export { rewrite, type NodeRewrite, type Rewriter } from './passes/rewriter.js';
export { simplifyAlgebra } from './passes/simplify-algebra.js';
export { splitComplex } from './passes/split-complex.js';
export { unrollScans } from './passes/unroll-scans.js';
export { writeOut } from './passes/write-out.js';
export { forExecution, simplify } from './passes/simplify.js';
export {
  condKernel,
  customGradientKernel,
  floatOf,
  Program,
  roundKernel,
  scanKernel,
  whileKernel,
  type Attribute,
  type Attributes,
  type ConstantData,
  type ProgramConstant,
  type ProgramInput,
  type ProgramNode,
  type ProgramOutput,
  type ProgramParts,
  type ProgramUpdate,
  type RandomSpec,
  type ValueId,
  type ValueType,
} from './program.js';
export { type ArgumentSpec, type Captured, type StateSlot } from './recorder.js';
export { random, setRandomSeed, type Random, type RandomOptions } from './random.js';
export { fillRandom, streamKey, type RandomKey } from './random-streams.js';
export { replay } from './replay.js';
export {
  broadcastable,
  fitsShape,
  formatShape,
  isConcrete,
  isShape,
  sameShape,
  sizeOf,
  type Shape,
  type SymbolicShape,
} from './shape.js';
export { holdingKernel, isControlFlow, mapInside, mapPrograms, nodesWithin } from './subprograms.js';
export { openProgram, type OpenArgument } from './open-program/capture-open-program.js';
export {
  fitPolynomial,
  isPolynomial,
  Polynomial,
  sameSize,
  sameSizes,
  sizeAt,
  sumOfSizes,
  type Quotient,
  type Size,
  type Term,
} from './open-program/size.js';
export { isOpenProgram, OpenProgram, type OpenType } from './open-program/open-program.js';
export { type OpenNode, type OpenConstant } from './open-program/graph.js';
export {
  inferenceTrials,
  largeTrialPoints,
  smallBatchPoints,
  withMoreTrials,
} from './open-program/trial-sizes.js';
export { shapesAt, withUnknowns, type Unknowns } from './open-program/unknowns.js';
export { readOpenProgram, writeOpenProgram, type OpenProgramJson } from './open-program/open-program-json.js';
export {
  describeStructure,
  flatten,
  isRecord,
  mapTree,
  sameStructure,
  structureDifferences,
  structureOf,
  unflatten,
  type MapTree,
  type Tree,
  type TreeStructure,
} from './tree.js';
