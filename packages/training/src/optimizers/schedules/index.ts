export { CosineDecay, cosineDecay, type CosineDecayOptions } from './cosine-decay.js';
export {
  CosineDecayRestarts,
  cosineDecayRestarts,
  type CosineDecayRestartsOptions,
} from './cosine-decay-restarts.js';
export { ExponentialDecay, exponentialDecay, type DecayOptions } from './exponential-decay.js';
export { InverseTimeDecay, inverseTimeDecay } from './inverse-time-decay.js';
export {
  PiecewiseConstantDecay,
  piecewiseConstantDecay,
  type PiecewiseConstantDecayOptions,
} from './piecewise-constant-decay.js';
export { PolynomialDecay, polynomialDecay, type PolynomialDecayOptions } from './polynomial-decay.js';
