export { fieldKinds, fieldsOf, type CallbackState } from './callbacks/callback-state.js';
export {
  type Callback,
  type Logs,
  type ResumePoint,
  type RunParameters,
  type Verbosity,
} from './callbacks/callback.js';
export { EarlyStopping, earlyStopping, type EarlyStoppingOptions } from './callbacks/early-stopping.js';
export { History } from './callbacks/history.js';
export { lambdaCallback } from './callbacks/lambda-callback.js';
export {
  LearningRateScheduler,
  learningRateScheduler,
  type LearningRateSchedulerOptions,
} from './callbacks/learning-rate-scheduler.js';
export { Monitor, type MonitorOptions } from './callbacks/monitor.js';
export { ProgressBar, type ProgressBarOptions, type ProgressOutput } from './callbacks/progress-bar.js';
export {
  ReduceLROnPlateau,
  reduceLROnPlateau,
  type ReduceLROnPlateauOptions,
} from './callbacks/reduce-lr-on-plateau.js';
export { RemoteMonitor, remoteMonitor, type RemoteMonitorOptions } from './callbacks/remote-monitor.js';
export { SwapEMAWeights, swapEMAWeights, type SwapEMAWeightsOptions } from './callbacks/swap-ema-weights.js';
export { TerminateOnNaN, terminateOnNaN, type TerminateOnNaNOptions } from './callbacks/terminate-on-nan.js';
export { type DataLike, type TrainingStepOptions } from './capture-training-step.js';
export { Compiled, type CompileOptions } from './compile.js';
export { type ClassWeight } from './data/class-weight.js';
export { type Tensors, type TrainingData } from './data/adapt-data.js';
export { type EvaluateOptions, type PredictOptions } from './evaluate.js';
export { type FitOptions, type ValidationData } from './fit.js';
export * from './losses/index.js';
export { Loss, type LossOptions } from './losses/loss.js';
export { type Reduction } from './losses/reduce.js';
export { type LossFunction } from './losses/function-loss.js';
export { type LossIdentifier } from './losses/identifiers.js';
export { resolveLoss, type LossLike } from './losses/resolve-loss.js';
export * as metrics from './metrics/index.js';
export { MeanMetricWrapper, type MetricFunction } from './metrics/mean-metric-wrapper.js';
export { Metric, type MetricOptions } from './metrics/metric.js';
export { type MetricIdentifier } from './metrics/identifiers.js';
export { type MetricLike } from './metrics/resolve-metric.js';
export { Functional, type FunctionalOptions } from './functional.js';
export { Model, type ModelOptions, type Predicted } from './model.js';
export { type BatchOptions } from './one-by-one.js';
export * from './optimizers/index.js';
export { learningRateOption, type OptimizerOptions } from './optimizers/options.js';
export { type OptimizerIdentifier } from './optimizers/identifiers.js';
export { type OptimizerLike } from './optimizers/resolve-optimizer.js';
export { type Gradient } from './optimizers/gradient.js';
export { Optimizer, type DecayExclusion } from './optimizers/optimizer.js';
export * from './optimizers/schedules/index.js';
export { LearningRateSchedule, type ScheduleOptions } from './optimizers/schedules/schedule.js';
export { Sequential, type SequentialLayers, type SequentialOptions } from './sequential.js';
export { model, sequential, training, type ModelFactory, type TrainingApi } from './training.js';
export {
  type PredictedBatch,
  type StepBatch,
  type StepLogs,
  type TrainableModel,
} from './trainable-model.js';
