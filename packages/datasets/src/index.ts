export {
  imageDatasetFromDirectory,
  type ImageDirectoryOptions,
} from './directories/image-dataset-from-directory.js';
export {
  type DirectoryDataset,
  type DirectoryOptions,
  type LabelledExample,
  type LabelMode,
} from './directories/labelled-files.js';
export { type AspectRatioOptions, type PixelInterpolation } from './directories/resize-pixels.js';
export {
  textDatasetFromDirectory,
  type TextDirectoryOptions,
} from './directories/text-dataset-from-directory.js';
export { batch, type BatchOptions } from './examples/batch.js';
export { fromTensors } from './examples/from-tensors.js';
export { map } from './examples/map.js';
export { prefetch } from './examples/prefetch.js';
export { shuffle } from './examples/shuffle.js';
export { splitDataset, type SplitDatasetOptions } from './examples/split-dataset.js';
export { skip, take } from './examples/take.js';
export { zip, type Zipped } from './examples/zip.js';
export {
  csvDataset,
  readCsv,
  type CsvBatch,
  type CsvDatasetOptions,
  type CsvOptions,
  type CsvSource,
  type CsvType,
} from './formats/csv.js';
export { readIdx, writeIdx, type ReadIdxOptions } from './formats/idx.js';
export { readNpy, writeNpy, type ReadNpyOptions } from './formats/npy.js';
export { readNpz, writeNpz, type ReadNpzOptions } from './formats/npz.js';
export { mnist, type Mnist, type MnistOptions, type MnistPart } from './mnist.js';
export { normalize } from './normalize.js';
export { padSequences, type PadSequencesOptions } from './pad-sequences.js';
export { timeseriesDatasetFromArray, type TimeseriesExample, type TimeseriesOptions } from './time-series.js';
export { type ArrayLikeData } from './to-tensor.js';
export { toCategorical, type Labels } from './to-categorical.js';
