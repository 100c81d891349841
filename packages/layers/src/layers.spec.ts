import { describe, expect, it } from '@jest/globals';
import { compose, input, snakeCaseClass, type Layer, type SymbolicTensor } from '@lamella/core';
import type { SymbolicShape } from '@lamella/program';
import * as published from './index.js';
import * as layerClasses from './layer-classes.js';
import { layers } from './layers.js';

/** Each class, and the function that makes it. */
const factories: Readonly<Record<string, string>> = {
  Activation: 'activation',
  ActivityRegularization: 'activityRegularization',
  AdaptiveAveragePooling1D: 'adaptiveAveragePooling1D',
  AdaptiveAveragePooling2D: 'adaptiveAveragePooling2D',
  AdaptiveAveragePooling3D: 'adaptiveAveragePooling3D',
  AdaptiveMaxPooling1D: 'adaptiveMaxPooling1D',
  AdaptiveMaxPooling2D: 'adaptiveMaxPooling2D',
  AdaptiveMaxPooling3D: 'adaptiveMaxPooling3D',
  Add: 'add',
  AdditiveAttention: 'additiveAttention',
  AlphaDropout: 'alphaDropout',
  Attention: 'attention',
  AugMix: 'augMix',
  AutoContrast: 'autoContrast',
  Average: 'average',
  AveragePooling1D: 'averagePooling1D',
  AveragePooling2D: 'averagePooling2D',
  AveragePooling3D: 'averagePooling3D',
  BatchNormalization: 'batchNormalization',
  Bidirectional: 'bidirectional',
  CategoryEncoding: 'categoryEncoding',
  CenterCrop: 'centerCrop',
  Concatenate: 'concatenate',
  ContrastLimitedAdaptiveHistogramEqualization: 'contrastLimitedAdaptiveHistogramEqualization',
  Conv1D: 'conv1D',
  Conv1DTranspose: 'conv1DTranspose',
  Conv2D: 'conv2D',
  Conv2DTranspose: 'conv2DTranspose',
  Conv3D: 'conv3D',
  Conv3DTranspose: 'conv3DTranspose',
  ConvLSTM1D: 'convLSTM1D',
  ConvLSTM2D: 'convLSTM2D',
  ConvLSTM3D: 'convLSTM3D',
  Cropping1D: 'cropping1D',
  Cropping2D: 'cropping2D',
  Cropping3D: 'cropping3D',
  CutMix: 'cutMix',
  Dense: 'dense',
  DepthwiseConv1D: 'depthwiseConv1D',
  DepthwiseConv2D: 'depthwiseConv2D',
  Discretization: 'discretization',
  Dot: 'dot',
  Dropout: 'dropout',
  EinsumDense: 'einsumDense',
  ELU: 'elu',
  Embedding: 'embedding',
  Equalization: 'equalization',
  Flatten: 'flatten',
  GaussianDropout: 'gaussianDropout',
  GaussianNoise: 'gaussianNoise',
  GlobalAveragePooling1D: 'globalAveragePooling1D',
  GlobalAveragePooling2D: 'globalAveragePooling2D',
  GlobalAveragePooling3D: 'globalAveragePooling3D',
  GlobalMaxPooling1D: 'globalMaxPooling1D',
  GlobalMaxPooling2D: 'globalMaxPooling2D',
  GlobalMaxPooling3D: 'globalMaxPooling3D',
  GroupNormalization: 'groupNormalization',
  GroupQueryAttention: 'groupQueryAttention',
  GRU: 'gru',
  GRUCell: 'gruCell',
  HashedCrossing: 'hashedCrossing',
  Hashing: 'hashing',
  Identity: 'identity',
  IntegerLookup: 'integerLookup',
  LayerNormalization: 'layerNormalization',
  LeakyReLU: 'leakyReLU',
  LSTM: 'lstm',
  LSTMCell: 'lstmCell',
  Masking: 'masking',
  Maximum: 'maximum',
  MaxNumBoundingBoxes: 'maxNumBoundingBoxes',
  MaxPooling1D: 'maxPooling1D',
  MaxPooling2D: 'maxPooling2D',
  MaxPooling3D: 'maxPooling3D',
  MelSpectrogram: 'melSpectrogram',
  Minimum: 'minimum',
  MixUp: 'mixUp',
  MultiHeadAttention: 'multiHeadAttention',
  Multiply: 'multiply',
  Normalization: 'normalization',
  Permute: 'permute',
  Pipeline: 'pipeline',
  PReLU: 'pReLU',
  RandAugment: 'randAugment',
  RandomBrightness: 'randomBrightness',
  RandomColorDegeneration: 'randomColorDegeneration',
  RandomColorJitter: 'randomColorJitter',
  RandomContrast: 'randomContrast',
  RandomCrop: 'randomCrop',
  RandomElasticTransform: 'randomElasticTransform',
  RandomErasing: 'randomErasing',
  RandomFlip: 'randomFlip',
  RandomGaussianBlur: 'randomGaussianBlur',
  RandomGrayscale: 'randomGrayscale',
  RandomHue: 'randomHue',
  RandomInvert: 'randomInvert',
  RandomPerspective: 'randomPerspective',
  RandomPosterization: 'randomPosterization',
  RandomRotation: 'randomRotation',
  RandomSaturation: 'randomSaturation',
  RandomSharpness: 'randomSharpness',
  RandomShear: 'randomShear',
  RandomTranslation: 'randomTranslation',
  RandomZoom: 'randomZoom',
  ReLU: 'reLU',
  RepeatVector: 'repeatVector',
  Rescaling: 'rescaling',
  Reshape: 'reshape',
  Resizing: 'resizing',
  ReversibleEmbedding: 'reversibleEmbedding',
  RMSNormalization: 'rmsNormalization',
  RNN: 'rnn',
  SeparableConv1D: 'separableConv1D',
  SeparableConv2D: 'separableConv2D',
  SimpleRNN: 'simpleRNN',
  SimpleRNNCell: 'simpleRNNCell',
  Softmax: 'softmax',
  Solarization: 'solarization',
  SpatialDropout1D: 'spatialDropout1D',
  SpatialDropout2D: 'spatialDropout2D',
  SpatialDropout3D: 'spatialDropout3D',
  SpectralNormalization: 'spectralNormalization',
  StackedRNNCells: 'stackedRNNCells',
  StringLookup: 'stringLookup',
  STFTSpectrogram: 'stftSpectrogram',
  Subtract: 'subtract',
  TextVectorization: 'textVectorization',
  TimeDistributed: 'timeDistributed',
  UnitNormalization: 'unitNormalization',
  UpSampling1D: 'upSampling1D',
  UpSampling2D: 'upSampling2D',
  UpSampling3D: 'upSampling3D',
  ZeroPadding1D: 'zeroPadding1D',
  ZeroPadding2D: 'zeroPadding2D',
  ZeroPadding3D: 'zeroPadding3D',
};

describe('the layers', () => {
  it('are published with their functions, and little else', () => {
    const others = [
      'boundingBoxes',
      ...['InputLayer', 'activations', 'constraints', 'initializers', 'layers', 'regularizers'],
      // For those who write layers.
      ...['activationOption', 'activityOption', 'constraintOption', 'initializerOption', 'regularizerOption'],
      ...['kernelAndBias', 'kernelAndBiasConstraints', 'weightSpec'],
      // No layer, but a graph of them.
      ...['FeatureSpace', 'featureSpace'],
    ];
    const expected = [...Object.keys(factories), ...Object.values(factories), ...others];
    expect(Object.keys(published).sort()).toEqual(expected.sort());
  });

  it('are all in the plugin, by the names that files use', () => {
    const { catalog } = compose({ plugins: [layers] });
    for (const name of [...Object.keys(factories), 'InputLayer'])
      expect([name, catalog.find('layers', name)]).toEqual([name, layerClasses[name as 'Dense']]);
    // InputLayer and FeatureSpace.
    expect(catalog.names('layers')).toHaveLength(Object.keys(factories).length + 2);
    expect(catalog.names('features')).toEqual(['Cross', 'Feature']);
    expect(catalog.names('initializers')).toHaveLength(16);
    expect(catalog.names('regularizers')).toHaveLength(4);
    expect(catalog.names('constraints')).toHaveLength(4);
  });

  it('are named in snake_case and numbered when they are given no name', () => {
    const [first, second] = [published.leakyReLU(), published.leakyReLU()];
    expect(first.name).toMatch(/^leaky_re_lu(_\d+)?$/);
    expect(second.name).not.toBe(first.name);
    expect(snakeCaseClass('MaxPooling2D')).toBe('max_pooling2d');
    expect(published.dense({ units: 1, name: 'mine' }).name).toBe('mine');
  });

  it('leave open the sizes that follow from sizes that are not known', () => {
    const { averagePooling2D, conv2D, dense, flatten, globalMaxPooling2D, permute, softmax } = published;
    const images = input({ shape: [null, null, 3] });
    const after = (layer: Layer): SymbolicShape => (layer.apply(images) as SymbolicTensor).shape;
    expect(after(conv2D({ filters: 4, kernelSize: 3 }))).toEqual([null, null, null, 4]);
    expect(after(conv2D({ filters: 4, kernelSize: 3, strides: 2, padding: 'same' }))).toEqual([
      null,
      null,
      null,
      4,
    ]);
    expect(after(averagePooling2D())).toEqual([null, null, null, 3]);
    expect(after(globalMaxPooling2D({ keepdims: true }))).toEqual([null, 1, 1, 3]);
    expect(after(flatten())).toEqual([null, null]);
    expect(after(permute({ dims: [3, 1, 2] }))).toEqual([null, 3, null, null]);
    expect(after(softmax({ axis: [1, 2] }))).toEqual([null, null, null, 3]);
    expect(after(dense({ units: 2 }))).toEqual([null, null, null, 2]);
    const rows = [input({ shape: [null, 2] }), input({ shape: [1, 2] })];
    expect(published.add().apply(rows).shape).toEqual([null, null, 2]);
    expect(published.concatenate({ axis: 1 }).apply(rows).shape).toEqual([null, null, 2]);
    expect(published.dot({ axes: 2 }).apply(rows).shape).toEqual([null, null, 1]);
  });

  it('take what options every layer takes', () => {
    const minimal: Readonly<Record<string, object>> = {
      activation: { activation: 'relu' },
      alphaDropout: { rate: 0.5 },
      adaptiveAveragePooling1D: { outputSize: 1 },
      adaptiveAveragePooling2D: { outputSize: 1 },
      adaptiveAveragePooling3D: { outputSize: 1 },
      adaptiveMaxPooling1D: { outputSize: 1 },
      adaptiveMaxPooling2D: { outputSize: 1 },
      adaptiveMaxPooling3D: { outputSize: 1 },
      bidirectional: { layer: published.gru({ units: 1 }) },
      categoryEncoding: { numTokens: 1 },
      conv1D: { filters: 1, kernelSize: 1 },
      conv1DTranspose: { filters: 1, kernelSize: 1 },
      conv2D: { filters: 1, kernelSize: 1 },
      conv2DTranspose: { filters: 1, kernelSize: 1 },
      conv3D: { filters: 1, kernelSize: 1 },
      conv3DTranspose: { filters: 1, kernelSize: 1 },
      convLSTM1D: { filters: 1, kernelSize: 1 },
      convLSTM2D: { filters: 1, kernelSize: 1 },
      convLSTM3D: { filters: 1, kernelSize: 1 },
      dense: { units: 1 },
      depthwiseConv1D: { kernelSize: 1 },
      depthwiseConv2D: { kernelSize: 1 },
      discretization: { numBins: 1 },
      dot: { axes: 1 },
      dropout: { rate: 0.5 },
      einsumDense: { equation: 'ab,bc->ac', outputShape: 1 },
      embedding: { inputDim: 1, outputDim: 1 },
      gaussianDropout: { rate: 0.5 },
      gaussianNoise: { stddev: 1 },
      groupQueryAttention: { headDim: 1, numQueryHeads: 1, numKeyValueHeads: 1 },
      gru: { units: 1 },
      gruCell: { units: 1 },
      hashedCrossing: { numBins: 1 },
      hashing: { numBins: 1 },
      lstm: { units: 1 },
      lstmCell: { units: 1 },
      multiHeadAttention: { numHeads: 1, keyDim: 1 },
      permute: { dims: [1] },
      centerCrop: { height: 1, width: 1 },
      maxNumBoundingBoxes: { maxNumber: 1 },
      pipeline: { layers: [published.reLU()] },
      randomBrightness: { factor: 0.1 },
      randomColorDegeneration: { factor: 0.1 },
      randomContrast: { factor: 0.1 },
      randomCrop: { height: 1, width: 1 },
      randomHue: { factor: 0.1 },
      randomPosterization: { factor: 4 },
      randomRotation: { factor: 0.1 },
      randomSaturation: { factor: 0.1 },
      randomSharpness: { factor: 0.1 },
      randomTranslation: { heightFactor: 0.1, widthFactor: 0.1 },
      randomZoom: { heightFactor: 0.1 },
      resizing: { height: 1, width: 1 },
      repeatVector: { n: 1 },
      rescaling: { scale: 1 },
      reshape: { targetShape: [1] },
      reversibleEmbedding: { inputDim: 1, outputDim: 1 },
      rnn: { cell: published.gruCell({ units: 1 }) },
      separableConv1D: { filters: 1, kernelSize: 1 },
      separableConv2D: { filters: 1, kernelSize: 1 },
      simpleRNN: { units: 1 },
      simpleRNNCell: { units: 1 },
      spatialDropout1D: { rate: 0.5 },
      spatialDropout2D: { rate: 0.5 },
      spatialDropout3D: { rate: 0.5 },
      spectralNormalization: { layer: published.dense({ units: 1 }) },
      stackedRNNCells: { cells: [published.gruCell({ units: 1 })] },
      timeDistributed: { layer: published.reLU() },
    };
    const makers = published as unknown as Readonly<Record<string, (options: object) => Layer>>;
    for (const factory of Object.values(factories)) {
      const options = { ...minimal[factory], name: 'mine', dtype: 'float32' };
      expect(makers[factory]!({ ...options, trainable: false })).toMatchObject({
        name: 'mine',
        trainable: false,
      });
      expect(makers[factory]!({ ...options, dtype: 'mixed_float16' }).dtypePolicy.name).toBe('mixed_float16');
      expect(() => makers[factory]!({ ...options, dtype: 'wide' })).toThrow(/"mine": .*got "wide"/);
      expect(() => makers[factory]!({ ...options, name: 'a/b' })).toThrow(/^\[NAME_INVALID\]/);
    }
  });

  it("say how an option is named where Keras' first argument is given as in Python", () => {
    const called: readonly [(given: never) => Layer, unknown, string][] = [
      [published.activation, 'relu', 'activation'],
      [published.bidirectional, 1, 'layer'],
      [published.categoryEncoding, 4, 'numTokens'],
      [published.conv2D, 32, 'filters'],
      [published.dense, 32, 'units'],
      [published.depthwiseConv2D, 3, 'kernelSize'],
      [published.dropout, 0.5, 'rate'],
      [published.embedding, 10, 'inputDim'],
      [published.flatten, 'channels_last', 'dataFormat'],
      [published.lstm, 32, 'units'],
      [published.maxPooling2D, 2, 'poolSize'],
      [published.normalization, -1, 'axis'],
      [published.permute, [2, 1], 'dims'],
      [published.randomFlip, 'horizontal', 'mode'],
      [published.randomRotation, 0.1, 'factor'],
      [published.repeatVector, 3, 'n'],
      [published.rescaling, 0.5, 'scale'],
      [published.reshape, [2, 3], 'targetShape'],
      [published.resizing, 32, 'height'],
      [published.upSampling2D, 2, 'size'],
      [published.zeroPadding2D, 1, 'padding'],
    ];
    for (const [make, given, name] of called)
      expect(() => make(given as never)).toThrow(
        `expected an object, got ${JSON.stringify(given)}.\nFix: name what is given, as in { ${name}: ${JSON.stringify(given)} }`,
      );
  });
});
