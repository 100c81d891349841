export { assertClose, assertRejects, assertSame } from './assertions.js';
export { booleans, floats, integers, list, type KernelCase } from './kernel-case.js';
export { runProgram } from './run-program.js';
export { simulatedDevice, type SimulatedDevice } from './simulated-device.js';
export { testBackend, type TestBackendOptions, type TestRunner } from './test-backend.js';
export { trainingStep, type TrainingStep } from './training-step.js';
export { callLayer, LayerProgram, type LayerCall, type LayerResult } from './test-layer-program.js';
export { type LayerCase } from './test-layer-checks.js';
export { testLayer, type LayerRejection, type TestLayerOptions } from './test-layer.js';
