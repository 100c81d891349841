export { Adam, adam, type AdamOptions } from './adam.js';
export { AdamW, adamW } from './adam-w.js';
export {
  LossScaleOptimizer,
  lossScaleOptimizer,
  type LossScaleOptimizerOptions,
} from './loss-scale-optimizer.js';
export { RMSprop, rmsProp, type RMSpropOptions } from './rms-prop.js';
export { SGD, sgd, type SGDOptions } from './sgd.js';
