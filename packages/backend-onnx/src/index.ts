export { lowerProgram, type LoweredProgram, type LoweredValue } from './lower-program.js';
export { loadOnnx, onnx, type OnnxBackend, type OnnxOptions } from './onnx.js';
