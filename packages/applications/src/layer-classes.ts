// The layers that Keras has in its applications alone, for files.
export {
  CustomScaleLayer,
  customScaleLayer,
  type CustomScaleLayerOptions,
} from './layers/custom-scale-layer.js';
export { LayerScale, layerScale, type LayerScaleOptions } from './layers/layer-scale.js';
export { StochasticDepth, stochasticDepth, type StochasticDepthOptions } from './layers/stochastic-depth.js';
