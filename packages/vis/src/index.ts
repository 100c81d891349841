export { graphOfModel } from './graph-of-model.js';
export {
  type GraphEdge,
  type GraphEnd,
  type GraphLayer,
  type ModelGraph,
  type PlainValue,
} from './model-graph.js';
export { modelToDot, modelToSvg, plotModel } from './plot-model.js';
export { type PlotOptions } from './plot-options.js';
export { historyToSvg, type HistoryToSvgOptions } from './history-to-svg.js';
export { type HistoryLike } from './history-charts.js';
export { plotHistory, type PlotHistoryOptions } from './plot-history.js';
export { graphOfFile } from './graph-of-file.js';
export { inspectionPage, saveInspectionPage } from './page/inspection-page.js';
export { diffModels } from './diff/diff-models.js';
export {
  type LambdaDifference,
  type LayerDifference,
  type LayerOfOne,
  type ModelDifferences,
  type OptionDifference,
  type WeightDifference,
} from './diff/model-differences.js';
export { printDifferences } from './diff/print-differences.js';
