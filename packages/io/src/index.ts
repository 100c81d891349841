export { architectureFormat } from './formats/architecture.js';
export { h5Format } from './formats/h5.js';
export { kerasFormat } from './formats/keras.js';
export { safetensorsFormat } from './formats/safetensors.js';
export { tfjsFormat } from './formats/tfjs.js';
export { weightsH5Format } from './formats/weights-h5.js';
export { weightsJsonFormat } from './formats/weights-json.js';
export {
  io,
  type InspectOptions,
  type IoApi,
  type LoadOptions,
  type LoadWeightsOptions,
  type ReadOptions,
  type SaveOptions,
  type SaveWeightsOptions,
} from './io.js';
export { type BrowserFile, type FileInMemory, type FileSource, type NamedUrl } from './files/source.js';
export {
  BackupAndRestore,
  backupAndRestore,
  type BackupAndRestoreOptions,
} from './callbacks/backup-and-restore.js';
export { CSVLogger, csvLogger, type CSVLoggerOptions } from './callbacks/csv-logger.js';
export {
  ModelCheckpoint,
  modelCheckpoint,
  type ModelCheckpointOptions,
} from './callbacks/model-checkpoint.js';
export { TensorBoard, tensorBoard, type TensorBoardOptions } from './callbacks/tensor-board.js';
export {
  type FileInspection,
  type InspectedLambda,
  type InspectedLayer,
  type InspectedWeight,
  type StoredEnds,
} from './inspect/file-inspection.js';
export { type StoredTensor } from './inspect/stored-calls.js';
export { type WeightStatistics } from './inspect/weight-statistics.js';
export {
  describeMissing,
  type Missing,
  type MissingClass,
  type MissingFunction,
} from './keras-json/missing.js';
export { printInspection } from './inspect/print-inspection.js';
