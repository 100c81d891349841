// Options that are Keras' carry Keras' names, in camelCase. What Keras does not have is marked as our own, by hand.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { snakeCase, type Serializable, type SerializableKind, type SummaryOptions } from '@lamella/core';
import type { BackupAndRestoreOptions, CSVLoggerOptions, ModelCheckpointOptions } from '@lamella/io';
import {
  adam,
  optimizerMap,
  type CompileOptions,
  type EarlyStoppingOptions,
  type EvaluateOptions,
  type FitOptions,
  type LearningRateSchedulerOptions,
  type PredictOptions,
  type ReduceLROnPlateauOptions,
  type TerminateOnNaNOptions,
} from '@lamella/training';
import { composition, dense, lstm, simpleRNNCell } from './index.js';

type Names = readonly string[];
type Family = Readonly<Record<string, Names>>;
const keras: Readonly<Record<string, Family>> = JSON.parse(
  readFileSync(new URL('../../../fixtures/keras/signatures.json', import.meta.url), 'utf8'),
);

type Whose = 'keras' | 'own';
/** Each option of an interface: the compiler asks for all of them. */
type Options<T> = Readonly<Record<keyof Required<T>, Whose>>;

const evaluate: Options<EvaluateOptions> = {
  ...{ batchSize: 'keras', callbacks: 'keras', classWeight: 'own', sampleWeight: 'keras', signal: 'own' },
  ...{ steps: 'keras', verbose: 'keras' },
};
const { sampleWeight: _sampleWeight, classWeight: _classWeight, ...forPredict } = evaluate;
const predict: Options<PredictOptions> = forPredict;
const fit: Options<FitOptions> = {
  ...{ batchSize: 'keras', callbacks: 'keras', classWeight: 'keras', epochs: 'keras', initialEpoch: 'keras' },
  ...{ sampleWeight: 'keras', shuffle: 'keras', signal: 'own', stepsPerEpoch: 'keras', verbose: 'keras' },
  ...{ validationBatchSize: 'keras', validationData: 'keras', validationFreq: 'keras' },
  ...{ validationSplit: 'keras', validationSteps: 'keras' },
};
const compile: Options<CompileOptions> = {
  ...{ autoScaleLoss: 'keras', loss: 'keras', lossWeights: 'keras', metrics: 'keras', optimizer: 'keras' },
  ...{ optimizers: 'own', weightedMetrics: 'keras' },
};
const summary: Options<SummaryOptions> = {
  ...{ expandNested: 'keras', layerRange: 'keras', lineLength: 'keras', optimizerWeights: 'own' },
  ...{ positions: 'keras', printFn: 'keras', showTrainable: 'keras' },
};
const monitored = { monitor: 'keras', mode: 'keras', verbose: 'keras', print: 'own' } as const;
const modelCheckpoint: Options<ModelCheckpointOptions> = {
  ...monitored,
  ...{ filepath: 'keras', initialValueThreshold: 'keras', saveBestOnly: 'keras', saveFreq: 'keras' },
  saveWeightsOnly: 'keras',
};
const backupAndRestore: Options<BackupAndRestoreOptions> = {
  ...{ backupDir: 'keras', deleteCheckpoint: 'keras', doubleCheckpoint: 'keras', saveFreq: 'keras' },
};
const csvLogger: Options<CSVLoggerOptions> = { append: 'keras', filename: 'keras', separator: 'keras' };
const earlyStopping: Options<EarlyStoppingOptions> = {
  ...monitored,
  ...{ baseline: 'keras', minDelta: 'keras', patience: 'keras', restoreBestWeights: 'keras' },
  startFromEpoch: 'keras',
};
const reduceLROnPlateau: Options<ReduceLROnPlateauOptions> = {
  ...monitored,
  ...{ cooldown: 'keras', factor: 'keras', minDelta: 'keras', minLr: 'keras', patience: 'keras' },
};
const learningRateScheduler: Options<LearningRateSchedulerOptions> = { print: 'own', verbose: 'keras' };
const terminateOnNaN: Options<TerminateOnNaNOptions> = { print: 'own', raiseError: 'keras' };

const expectKeras = (options: Readonly<Record<string, Whose>>, names: Names): void => {
  for (const [option, whose] of Object.entries(options))
    expect([option, names.includes(snakeCase(option))]).toEqual([option, whose === 'keras']);
};

describe("Keras' names", () => {
  it.each<[string, Readonly<Record<string, Whose>>]>([
    ['compile', compile],
    ['fit', fit],
    ['evaluate', evaluate],
    ['predict', predict],
    ['summary', summary],
  ])('are those of the options of %s()', (method, options) => expectKeras(options, keras['model']![method]!));

  it.each<[string, Readonly<Record<string, Whose>>]>([
    ['ModelCheckpoint', modelCheckpoint],
    ['BackupAndRestore', backupAndRestore],
    ['CSVLogger', csvLogger],
    ['EarlyStopping', earlyStopping],
    ['ReduceLROnPlateau', reduceLROnPlateau],
    ['LearningRateScheduler', learningRateScheduler],
    ['TerminateOnNaN', terminateOnNaN],
  ])('are those of the options of %s', (name, options) => expectKeras(options, keras['callbacks']![name]!));
});

/** What classes need to be made. */
const needed: Readonly<Record<string, object>> = {
  Activation: { activation: 'relu' },
  AlphaDropout: { rate: 0.5 },
  AdaptiveAveragePooling1D: { outputSize: 1 },
  AdaptiveAveragePooling2D: { outputSize: 1 },
  AdaptiveAveragePooling3D: { outputSize: 1 },
  AdaptiveMaxPooling1D: { outputSize: 1 },
  AdaptiveMaxPooling2D: { outputSize: 1 },
  AdaptiveMaxPooling3D: { outputSize: 1 },
  Bidirectional: { layer: lstm({ units: 1 }) },
  CategoryEncoding: { numTokens: 1 },
  Conv1D: { filters: 1, kernelSize: 1 },
  Conv1DTranspose: { filters: 1, kernelSize: 1 },
  Conv2D: { filters: 1, kernelSize: 1 },
  Conv2DTranspose: { filters: 1, kernelSize: 1 },
  Conv3D: { filters: 1, kernelSize: 1 },
  Conv3DTranspose: { filters: 1, kernelSize: 1 },
  ConvLSTM1D: { filters: 1, kernelSize: 1 },
  ConvLSTM2D: { filters: 1, kernelSize: 1 },
  ConvLSTM3D: { filters: 1, kernelSize: 1 },
  CosineDecay: { initialLearningRate: 1, decaySteps: 1 },
  CosineDecayRestarts: { initialLearningRate: 1, firstDecaySteps: 1 },
  Dense: { units: 1 },
  DepthwiseConv1D: { kernelSize: 1 },
  DepthwiseConv2D: { kernelSize: 1 },
  Discretization: { numBins: 2 },
  Dot: { axes: 1 },
  Dropout: { rate: 0.5 },
  EinsumDense: { equation: 'ab,bc->ac', outputShape: 1 },
  Embedding: { inputDim: 1, outputDim: 1 },
  Cross: { featureNames: ['a', 'b'], crossingDim: 2 },
  ExponentialDecay: { initialLearningRate: 1, decaySteps: 1, decayRate: 1 },
  Feature: { dtype: 'float32', preprocessor: dense({ units: 1 }), outputMode: 'float' },
  FeatureSpace: { features: { size: 'float' } },
  GroupQueryAttention: { headDim: 1, numQueryHeads: 1, numKeyValueHeads: 1 },
  GRU: { units: 1 },
  GRUCell: { units: 1 },
  GaussianDropout: { rate: 0.5 },
  GaussianNoise: { stddev: 1 },
  HashedCrossing: { numBins: 1 },
  Hashing: { numBins: 1 },
  InputLayer: { shape: [1] },
  InverseTimeDecay: { initialLearningRate: 1, decaySteps: 1, decayRate: 1 },
  IoU: { numClasses: 2, targetClassIds: [0] },
  LSTM: { units: 1 },
  LSTMCell: { units: 1 },
  Lambda: { function: (x: unknown) => x },
  LossScaleOptimizer: { innerOptimizer: adam() },
  MeanIoU: { numClasses: 2 },
  MultiOptimizer: { optimizerMap: optimizerMap({ defaultOptimizer: adam() }) },
  MultiHeadAttention: { numHeads: 1, keyDim: 1 },
  OneHotIoU: { numClasses: 2, targetClassIds: [0] },
  OneHotMeanIoU: { numClasses: 2 },
  OptimizerMap: { defaultOptimizer: adam() },
  Permute: { dims: [1] },
  PiecewiseConstantDecay: { boundaries: [1], values: [1, 2] },
  PolynomialDecay: { initialLearningRate: 1, decaySteps: 1 },
  PrecisionAtRecall: { recall: 0.5 },
  CenterCrop: { height: 1, width: 1 },
  MaxNumBoundingBoxes: { maxNumber: 1 },
  Pipeline: { layers: [dense({ units: 1 })] },
  RandomBrightness: { factor: 0.1 },
  RandomColorDegeneration: { factor: 0.1 },
  RandomContrast: { factor: 0.1 },
  RandomCrop: { height: 1, width: 1 },
  RandomHue: { factor: 0.1 },
  RandomPosterization: { factor: 4 },
  RandomRotation: { factor: 0.1 },
  RandomSaturation: { factor: 0.1 },
  RandomSharpness: { factor: 0.1 },
  RandomTranslation: { heightFactor: 0.1, widthFactor: 0.1 },
  RandomZoom: { heightFactor: 0.1 },
  Resizing: { height: 1, width: 1 },
  RNN: { cell: simpleRNNCell({ units: 1 }) },
  RecallAtPrecision: { precision: 0.5 },
  RepeatVector: { n: 1 },
  Rescaling: { scale: 1 },
  Reshape: { targetShape: [1] },
  ReversibleEmbedding: { inputDim: 1, outputDim: 1 },
  SensitivityAtSpecificity: { specificity: 0.5 },
  SeparableConv1D: { filters: 1, kernelSize: 1 },
  SeparableConv2D: { filters: 1, kernelSize: 1 },
  SimpleRNN: { units: 1 },
  SimpleRNNCell: { units: 1 },
  SpecificityAtSensitivity: { sensitivity: 0.5 },
  SpatialDropout1D: { rate: 0.5 },
  SpatialDropout2D: { rate: 0.5 },
  SpatialDropout3D: { rate: 0.5 },
  SpectralNormalization: { layer: dense({ units: 1 }) },
  StackedRNNCells: { cells: [simpleRNNCell({ units: 1 })] },
  TimeDistributed: { layer: dense({ units: 1 }) },
};
const kinds: readonly SerializableKind[] = [
  ...(['layers', 'features', 'initializers', 'regularizers', 'constraints'] as const),
  ...(['losses', 'metrics', 'optimizers', 'schedules'] as const),
];
const classes = kinds.flatMap((kind) =>
  composition.catalog
    .names(kind)
    .filter((name) => !['Functional', 'Model', 'Sequential'].includes(name))
    .map((name) => [kind, name] as const),
);

/** Options that Keras takes from **kwargs, which its signatures do not list. */
const keywords: Readonly<Record<string, readonly string[]>> = {
  IntegerLookup: ['vocabulary_size'],
  LayerNormalization: ['rms_scaling'],
  StringLookup: ['vocabulary_size'],
  TextVectorization: ['vocabulary_size'],
};

describe("Keras' names of options", () => {
  it.each(classes)('of %s: %s', (kind, name) => {
    const made = new (composition.catalog.get(kind, name))(needed[name] ?? {}) as Serializable;
    const names = [...keras[kind]![name]!, ...(keywords[name] ?? []), 'name', 'trainable', 'dtype'];
    const options = Object.keys(made.getConfig()).map((option) =>
      snakeCase(option).replace(/(beta|epsilon)(\d)/, '$1_$2'),
    );
    expect(options.filter((option) => !names.includes(option))).toEqual([]);
  });

  // input() checks its own.
  it.each(classes.filter(([, name]) => name !== 'InputLayer'))('are all of %s: %s', (kind, name) => {
    const given = { ...needed[name], ofNobody: 1 };
    expect(() => new (composition.catalog.get(kind, name))(given)).toThrow('unknown option "ofNobody"');
  });
});
