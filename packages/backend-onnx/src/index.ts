export { lowerProgram, type LoweredProgram, type LoweredValue } from './lower-program.js';
export { type Lowering, type LoweringCall, type Operand } from './lowering.js';
export { type GraphBuilder } from './model/graph-builder.js';
export { onnxLowerings } from './onnx-lowerings.js';
export { loadOnnx, onnx, type LoadOnnxOptions, type OnnxBackend, type OnnxOptions } from './onnx.js';
export { type WasmPaths } from './runtime/load-runtime.js';
export { type RuntimeName } from './runtime/runtime.js';
export { exportOnnx, type OnnxExportOptions } from './export/export-onnx.js';
export {
  exportTrainingStep,
  type ExportedState,
  type ExportedTrainingStep,
  type TrainableModel,
  type TrainingStepExportOptions,
} from './export/export-training-step.js';
export { onnxExport, onnxFormat, type OnnxExportApi } from './export/onnx-export.js';
export { lowerSymbolic, type SymbolicOptions } from './symbolic/lower-symbolic.js';
