export { Adadelta, adadelta, type AdadeltaOptions } from './adadelta.js';
export { Adafactor, adafactor, type AdafactorOptions } from './adafactor.js';
export { Adagrad, adagrad, type AdagradOptions } from './adagrad.js';
export { Adam, adam, type AdamOptions } from './adam.js';
export { AdamW, adamW } from './adam-w.js';
export { Adamax, adamax, type MomentOptions } from './adamax.js';
export { Ftrl, ftrl, type FtrlOptions } from './ftrl.js';
export { Lamb, lamb } from './lamb.js';
export { Lion, lion, type LionOptions } from './lion.js';
export {
  LossScaleOptimizer,
  lossScaleOptimizer,
  type LossScaleOptimizerOptions,
} from './loss-scale-optimizer.js';
export {
  MultiOptimizer,
  multiOptimizer,
  OptimizerMap,
  optimizerMap,
  type MultiOptimizerOptions,
  type OptimizerMapOptions,
} from './multi-optimizer.js';
export { Muon, muon, type MuonOptions } from './muon.js';
export { Nadam, nadam } from './nadam.js';
export { RMSprop, rmsProp, type RMSpropOptions } from './rms-prop.js';
export {
  ScheduleFreeAdamW,
  scheduleFreeAdamW,
  type ScheduleFreeAdamWOptions,
} from './schedule-free-adam-w.js';
export { SGD, sgd, type SGDOptions } from './sgd.js';
