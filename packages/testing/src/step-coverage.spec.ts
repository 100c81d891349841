// Holds the kernel cases against what this project's own layers, losses, metrics and optimizers train with. Every step is
// run on backend-cpu and backend-onnx and compared; a kernel without a lowering or without a case fails by its name.
import { afterAll, describe, expect, it } from '@jest/globals';
import { cpu } from '@lamella/backend-cpu';
import { onnx } from '@lamella/backend-onnx';
import {
  compose,
  HostLayer,
  input,
  runPlaces,
  type ApplyOptions,
  type Backend,
  type Constraint,
  type Executable,
  type Layer,
  type Regularizer,
  type SerializableClass,
  type SymbolicTensor,
} from '@lamella/core';
import * as layer from '@lamella/layers';
import { activations, layers } from '@lamella/layers';
import { HostTensor, isOpenProgram, type OpenProgram, type Program } from '@lamella/program';
import {
  adam,
  lossScaleOptimizer,
  multiOptimizer,
  optimizerMap,
  sgd,
  training,
  type CompileOptions,
  type Metric,
  type Optimizer,
} from '@lamella/training';
import { imageLayerOptions } from './image-layer-options.js';
import { assertClose } from './assertions.js';
import { floats, integers, kernelsIn, programOf } from './kernel-case.js';
import { kernelCases } from './kernel-cases/index.js';
import { runProgram } from './run-program.js';

/** Where each kernel was seen first: the layer's path, and the test's subject. */
const seen = new Map<string, string>();
let subject = '';

/** Runs each Program on cpu and on onnx, compares all outputs, and notes the kernels. */
const both: Backend = {
  name: 'both',
  computes: cpu().computes,
  buffer: (type) => cpu().buffer(type),
  async compile(given: Program | OpenProgram): Promise<Executable> {
    const reference = await cpu().compile(given);
    return {
      backend: reference.backend,
      async run(inputs, outputs, key) {
        const program = isOpenProgram(given) ? given.at(inputs[0]!.shape[0]!) : given;
        for (const { kernel, scope } of program.nodes)
          if (!seen.has(kernel)) seen.set(kernel, `"${scope}" of ${subject}`);
        const values = await Promise.all(inputs.map((buffer) => buffer.read()));
        const other = await onnx().compile(program);
        const actual = await runProgram(other, program, values, key);
        other.dispose();
        await reference.run(inputs, outputs, key);
        const { inputs: places, outputs: outputPlaces } = runPlaces(program);
        const written = [
          ...outputPlaces.map((place, i) => [place, outputs[i]!] as const),
          ...program.updates.map(({ output, input }) => [output, inputs[places.indexOf(input)]!] as const),
        ];
        for (const [place, buffer] of written)
          assertClose(
            actual[place]!,
            await buffer.read(),
            1e-4,
            `${subject}: output "${program.outputs[place]!.name}"`,
          );
      },
      dispose: () => reference.dispose(),
    };
  },
};

const { catalog, model } = compose({ backend: both, plugins: [layers, training] });
type Anything = Record<string, unknown>;
const classOf = (kind: 'losses' | 'metrics' | 'optimizers', name: string): SerializableClass =>
  catalog.get(kind, name);
const create = <T>(kind: 'metrics' | 'optimizers', name: string, options: Anything = {}): T =>
  new (classOf(kind, name))(options) as T;

interface Example {
  readonly shapes: readonly (readonly number[])[];
  readonly make: () => Layer;
  /** Arguments of its call, from what it is applied to. */
  readonly args?: (x: SymbolicTensor) => ApplyOptions<SymbolicTensor>;
}
const on = (make: () => Layer, ...shapes: (readonly number[])[]): Example => ({ shapes, make });
/** A layer that is applied to one tensor, with arguments of its call. */
const called = (
  make: () => Layer,
  shape: readonly number[],
  args: (x: SymbolicTensor) => ApplyOptions<SymbolicTensor>,
): Example => ({ shapes: [shape], make, args });
const row = [6];
const image = [6, 6, 3];
const sequence = [6, 3];
const volume = [3, 4, 3, 2];

/** One or more uses of every layer, by Keras' class name. */
const examples: Readonly<Record<string, readonly Example[]>> = {
  // threshold() needs its options; the others are activations as they stand.
  Activation: Object.entries(activations)
    .filter(([name, value]) => typeof value === 'function' && name !== 'threshold')
    .map(([, activation]) =>
      on(() => layer.activation({ activation: activation as layer.ActivationFunction }), row),
    ),
  ActivityRegularization: [on(() => layer.activityRegularization({ l1: 0.1, l2: 0.1 }), row)],
  AdaptiveAveragePooling1D: [on(() => layer.adaptiveAveragePooling1D({ outputSize: 2 }), sequence)],
  AdaptiveAveragePooling2D: [on(() => layer.adaptiveAveragePooling2D({ outputSize: 2 }), image)],
  AdaptiveAveragePooling3D: [on(() => layer.adaptiveAveragePooling3D({ outputSize: 3 }), volume)],
  AdaptiveMaxPooling1D: [on(() => layer.adaptiveMaxPooling1D({ outputSize: 2 }), sequence)],
  AdaptiveMaxPooling2D: [on(() => layer.adaptiveMaxPooling2D({ outputSize: 2 }), image)],
  AdaptiveMaxPooling3D: [on(() => layer.adaptiveMaxPooling3D({ outputSize: 3 }), volume)],
  Add: [on(() => layer.add(), row, row, row)],
  AlphaDropout: [on(() => layer.alphaDropout({ rate: 0.3 }), row)],
  AdditiveAttention: [on(() => layer.additiveAttention({ dropout: 0.3 }), sequence, sequence)],
  Attention: [
    on(() => layer.attention({ useScale: true, scoreMode: 'concat' }), sequence, sequence),
    on(() => layer.attention(), sequence, sequence, sequence),
  ],
  Average: [on(() => layer.average(), row, row)],
  AveragePooling1D: [on(() => layer.averagePooling1D(), sequence)],
  AveragePooling2D: [
    on(() => layer.averagePooling2D(), image),
    on(() => layer.averagePooling2D({ poolSize: 3, strides: 2 }), image),
  ],
  AveragePooling3D: [on(() => layer.averagePooling3D(), volume)],
  BatchNormalization: [
    on(() => layer.batchNormalization(), row),
    on(() => layer.batchNormalization({ scale: false, center: false }), image),
    on(() => layer.batchNormalization({ axis: 1 }), image),
  ],
  Bidirectional: [on(() => layer.bidirectional({ layer: layer.lstm({ units: 2 }) }), sequence)],
  CategoryEncoding: [on(() => layer.categoryEncoding({ numTokens: 3, outputMode: 'count' }), row)],
  Concatenate: [
    on(() => layer.concatenate(), row, [3]),
    on(() => layer.concatenate({ axis: 1 }), image, image),
  ],
  Conv1D: [on(() => layer.conv1D({ filters: 3, kernelSize: 2, activation: 'tanh' }), sequence)],
  Conv1DTranspose: [on(() => layer.conv1DTranspose({ filters: 2, kernelSize: 2, strides: 2 }), sequence)],
  Conv2D: [
    on(() => layer.conv2D({ filters: 4, kernelSize: 3, activation: 'relu' }), image),
    on(() => layer.conv2D({ filters: 4, kernelSize: 2, strides: 2, padding: 'same' }), image),
    on(() => layer.conv2D({ filters: 4, kernelSize: 1, useBias: false }), image),
    on(() => layer.conv2D({ filters: 4, kernelSize: 3, padding: 'same' }), [5, 5, 18]),
  ],
  Conv2DTranspose: [on(() => layer.conv2DTranspose({ filters: 2, kernelSize: 2, strides: 2 }), image)],
  Conv3D: [on(() => layer.conv3D({ filters: 2, kernelSize: 2 }), volume)],
  Conv3DTranspose: [on(() => layer.conv3DTranspose({ filters: 2, kernelSize: 2, strides: 2 }), volume)],
  ConvLSTM1D: [on(() => layer.convLSTM1D({ filters: 2, kernelSize: 2, dropout: 0.3 }), image)],
  ConvLSTM2D: [on(() => layer.convLSTM2D({ filters: 2, kernelSize: 2, dropout: 0.3 }), volume)],
  ConvLSTM3D: [on(() => layer.convLSTM3D({ filters: 2, kernelSize: 2, dropout: 0.3 }), [2, 3, 2, 3, 2])],
  Cropping1D: [on(() => layer.cropping1D(), sequence)],
  Cropping2D: [on(() => layer.cropping2D(), image)],
  Cropping3D: [on(() => layer.cropping3D(), volume)],
  Dense: [
    on(() => layer.dense({ units: 4, activation: 'relu' }), row),
    on(() => layer.dense({ units: 4, useBias: false }), [3, 5]),
    ...regularizers().map((kernelRegularizer) =>
      on(
        () => layer.dense({ units: 4, kernelRegularizer, biasRegularizer: 'l2', activityRegularizer: 'l1' }),
        row,
      ),
    ),
    ...constraints().map((kernelConstraint) => on(() => layer.dense({ units: 4, kernelConstraint }), row)),
  ],
  DepthwiseConv1D: [on(() => layer.depthwiseConv1D({ kernelSize: 2, depthMultiplier: 2 }), sequence)],
  DepthwiseConv2D: [on(() => layer.depthwiseConv2D({ kernelSize: 2, depthMultiplier: 2 }), image)],
  Discretization: [
    on(() => layer.discretization({ binBoundaries: [-0.5, 0.5], outputMode: 'multi_hot' }), row),
  ],
  Dot: [
    on(() => layer.dot({ axes: 1 }), row, row),
    on(() => layer.dot({ axes: 2, normalize: true }), [3, 4], [2, 4]),
  ],
  Dropout: [
    on(() => layer.dropout({ rate: 0.4 }), row),
    on(() => layer.dropout({ rate: 0.4, noiseShape: [null, 1] }), row),
  ],
  ELU: [on(() => layer.elu({ alpha: 0.7 }), row)],
  EinsumDense: [
    on(
      () => layer.einsumDense({ equation: 'abc,cde->abde', outputShape: [null, 2, 2], biasAxes: 'de' }),
      sequence,
    ),
    on(() => layer.einsumDense({ equation: 'ab...,bc->ac...', outputShape: 2, biasAxes: 'c' }), sequence),
  ],
  Embedding: [on(() => layer.embedding({ inputDim: 9, outputDim: 3 }), [5])],
  Flatten: [on(() => layer.flatten(), image)],
  GRU: [
    on(() => layer.gru({ units: 2 }), sequence),
    on(() => layer.gru({ units: 2, resetAfter: false, returnSequences: true }), sequence),
  ],
  GRUCell: [on(() => layer.rnn({ cell: layer.gruCell({ units: 2 }) }), sequence)],
  GaussianDropout: [on(() => layer.gaussianDropout({ rate: 0.3 }), row)],
  GaussianNoise: [on(() => layer.gaussianNoise({ stddev: 0.3 }), row)],
  GlobalAveragePooling1D: [on(() => layer.globalAveragePooling1D(), sequence)],
  GlobalAveragePooling2D: [on(() => layer.globalAveragePooling2D(), image)],
  GlobalAveragePooling3D: [on(() => layer.globalAveragePooling3D(), volume)],
  GlobalMaxPooling1D: [on(() => layer.globalMaxPooling1D(), sequence)],
  GlobalMaxPooling2D: [on(() => layer.globalMaxPooling2D({ keepdims: true }), image)],
  GlobalMaxPooling3D: [on(() => layer.globalMaxPooling3D(), volume)],
  GroupNormalization: [
    on(() => layer.groupNormalization({ groups: 3 }), row),
    on(() => layer.groupNormalization({ groups: -1 }), image),
  ],
  Identity: [on(() => layer.identity(), row)],
  GroupQueryAttention: [
    called(
      () =>
        layer.groupQueryAttention({ headDim: 2, numQueryHeads: 4, numKeyValueHeads: 2, slidingWindow: 2 }),
      sequence,
      (value) => ({ value }),
    ),
  ],
  LSTM: [
    on(() => layer.lstm({ units: 2, dropout: 0.3, recurrentDropout: 0.3 }), sequence),
    on(() => layer.lstm({ units: 2, returnSequences: true, goBackwards: true }), sequence),
  ],
  LSTMCell: [on(() => layer.rnn({ cell: layer.lstmCell({ units: 2 }) }), sequence)],
  LayerNormalization: [
    on(() => layer.layerNormalization(), row),
    on(() => layer.layerNormalization({ axis: [1, 2] }), image),
  ],
  LeakyReLU: [on(() => layer.leakyReLU(), row)],
  Masking: [on(() => layer.masking(), sequence)],
  MaxPooling1D: [on(() => layer.maxPooling1D(), sequence)],
  MaxPooling2D: [
    on(() => layer.maxPooling2D(), image),
    on(() => layer.maxPooling2D({ poolSize: 3, strides: 2, padding: 'same' }), image),
  ],
  MaxPooling3D: [on(() => layer.maxPooling3D(), volume)],
  Maximum: [on(() => layer.maximum(), row, row)],
  MelSpectrogram: [
    on(
      () => layer.melSpectrogram({ fftLength: 8, sequenceStride: 4, samplingRate: 100, numMelBins: 3 }),
      [20],
    ),
  ],
  Minimum: [on(() => layer.minimum(), row, row)],
  MultiHeadAttention: [
    called(
      () => layer.multiHeadAttention({ numHeads: 2, keyDim: 2, useGate: true }),
      sequence,
      (value) => ({
        value,
        useCausalMask: true,
      }),
    ),
    called(
      () => layer.multiHeadAttention({ numHeads: 2, keyDim: 2, dropout: 0.3 }),
      image,
      (value) => ({ value }),
    ),
  ],
  Multiply: [on(() => layer.multiply(), row, row)],
  Normalization: [
    on(() => layer.normalization(), row),
    on(() => layer.normalization({ mean: 0.1, variance: 2, invert: true }), row),
  ],
  PReLU: [on(() => layer.pReLU(), row), on(() => layer.pReLU({ sharedAxes: [1, 2] }), image)],
  Permute: [on(() => layer.permute({ dims: [2, 3, 1] }), image)],
  RMSNormalization: [on(() => layer.rmsNormalization(), row)],
  RNN: [on(() => layer.rnn({ cell: layer.simpleRNNCell({ units: 2 }), unroll: true }), sequence)],
  ReLU: [
    on(() => layer.reLU(), row),
    on(() => layer.reLU({ maxValue: 1, negativeSlope: 0.1, threshold: 0.2 }), row),
  ],
  RepeatVector: [on(() => layer.repeatVector({ n: 3 }), row)],
  Rescaling: [on(() => layer.rescaling({ scale: 0.5, offset: 1 }), row)],
  Reshape: [on(() => layer.reshape({ targetShape: [2, 3] }), row)],
  SeparableConv1D: [
    on(() => layer.separableConv1D({ filters: 2, kernelSize: 2, padding: 'same' }), sequence),
  ],
  SeparableConv2D: [on(() => layer.separableConv2D({ filters: 2, kernelSize: 2, padding: 'same' }), image)],
  ReversibleEmbedding: [
    on(() => layer.reversibleEmbedding({ inputDim: 9, outputDim: 3 }), [5]),
    called(
      () => layer.reversibleEmbedding({ inputDim: 9, outputDim: 3, logitSoftCap: 2 }),
      sequence,
      () => ({ reverse: true }),
    ),
  ],
  STFTSpectrogram: [
    on(() => layer.stftSpectrogram({ frameLength: 4, mode: 'angle' }), [9, 2]),
    on(() => layer.stftSpectrogram({ frameLength: 4, mode: 'psd', padding: 'same' }), [9, 2]),
  ],
  SimpleRNN: [on(() => layer.simpleRNN({ units: 2 }), sequence)],
  SimpleRNNCell: [on(() => layer.rnn({ cell: layer.simpleRNNCell({ units: 2 }) }), sequence)],
  Softmax: [on(() => layer.softmax(), row), on(() => layer.softmax({ axis: 1 }), image)],
  SpatialDropout1D: [on(() => layer.spatialDropout1D({ rate: 0.4 }), sequence)],
  SpatialDropout2D: [on(() => layer.spatialDropout2D({ rate: 0.4 }), image)],
  SpatialDropout3D: [on(() => layer.spatialDropout3D({ rate: 0.4, dataFormat: 'channels_first' }), volume)],
  SpectralNormalization: [
    on(() => layer.spectralNormalization({ layer: layer.dense({ units: 3 }), powerIterations: 2 }), row),
  ],
  StackedRNNCells: [
    on(
      () =>
        layer.rnn({
          cell: layer.stackedRNNCells({ cells: [layer.lstmCell({ units: 2 }), layer.gruCell({ units: 3 })] }),
        }),
      sequence,
    ),
  ],
  Subtract: [on(() => layer.subtract(), row, row)],
  TimeDistributed: [on(() => layer.timeDistributed({ layer: layer.dense({ units: 2 }) }), sequence)],
  UnitNormalization: [on(() => layer.unitNormalization(), row)],
  UpSampling1D: [on(() => layer.upSampling1D(), sequence)],
  UpSampling2D: [
    on(() => layer.upSampling2D(), image),
    on(() => layer.upSampling2D({ interpolation: 'bilinear' }), image),
  ],
  UpSampling3D: [on(() => layer.upSampling3D(), volume)],
  ZeroPadding1D: [on(() => layer.zeroPadding1D(), sequence)],
  ZeroPadding2D: [on(() => layer.zeroPadding2D(), image)],
  ZeroPadding3D: [on(() => layer.zeroPadding3D(), volume)],
  Pipeline: [on(() => layer.pipeline({ layers: [layer.randomFlip(), layer.dense({ units: 2 })] }), image)],
  ...Object.fromEntries(
    Object.entries(imageLayerOptions).map(([name, options]) => [
      name,
      [on(() => new (catalog.get('layers', name))(options) as Layer, image)],
    ]),
  ),
};

function regularizers(): Regularizer[] {
  const made = [
    layer.regularizers.l1(),
    layer.regularizers.l2(),
    layer.regularizers.l1L2({ l1: 0.1, l2: 0.2 }),
  ];
  return [...made, layer.regularizers.orthogonalRegularizer()];
}

function constraints(): Constraint[] {
  const { maxNorm, minMaxNorm, nonNeg, unitNorm } = layer.constraints;
  return [maxNorm(), minMaxNorm(), nonNeg(), unitNorm()];
}

const batch = 4;

/** Trains two steps on, and evaluates, a network in which `make` stands between weights and a softmax. */
async function train(
  { shapes, make, args }: Example,
  options: CompileOptions,
  targets = oneHot(3),
): Promise<void> {
  const isEmbedding = subject.endsWith('Embedding') && args === undefined;
  const inputs = shapes.map((shape) => input({ shape, dtype: isEmbedding ? 'int32' : 'float32' }));
  // A weight in front, so that the layer's gradient by its input is in the step too.
  const before = inputs.map((x) => (isEmbedding ? x : layer.pReLU().apply(x)));
  const between = make().apply(
    before.length === 1 ? before[0]! : before,
    args?.(before[0]!),
  ) as SymbolicTensor;
  const logits = layer.dense({ units: 3 }).apply(layer.flatten().apply(between));
  const net = model({ inputs, outputs: layer.softmax().apply(logits) });
  net.compile(options);
  const x = shapes.map((shape) =>
    isEmbedding ? integers([batch, ...shape], 9) : floats([batch, ...shape], -1, 1),
  );
  await net.fit(x.length === 1 ? x[0]! : x, targets, { batchSize: batch, epochs: 2, verbose: 0 });
  await net.evaluate(x.length === 1 ? x[0]! : x, targets, { batchSize: batch });
  net.dispose();
}

function oneHot(classes: number): HostTensor {
  const y = HostTensor.zeros([batch, classes]);
  for (let i = 0; i < batch; i++) y.data[i * classes + (i % classes)] = 1;
  return y;
}

/** Integer labels for what takes such, else one-hot rows. */
const targetsFor = (name: string): HostTensor => {
  if (/^(Sparse|CategoricalGeneralized|Circle)/.test(name)) return integers([batch, 1], 3);
  // Shares of 0 would be as large as floats get, and their sums nothing but rounding.
  return name === 'MeanAbsolutePercentageError' ? floats([batch, 3], 0.5, 1.5) : oneHot(3);
};

/** Options of metrics that need some, or that give several results without. */
const metricOptions: Readonly<Record<string, Anything>> = {
  F1Score: { average: 'macro' },
  FBetaScore: { average: 'weighted', beta: 2 },
  IoU: { numClasses: 3, targetClassIds: [0, 2], sparseYTrue: false, sparseYPred: false },
  MeanIoU: { numClasses: 3, sparseYTrue: false, sparseYPred: false },
  OneHotIoU: { numClasses: 3, targetClassIds: [0, 2] },
  OneHotMeanIoU: { numClasses: 3 },
  PrecisionAtRecall: { recall: 0.5 },
  RecallAtPrecision: { precision: 0.5 },
  SensitivityAtSpecificity: { specificity: 0.5 },
  SpecificityAtSensitivity: { sensitivity: 0.5 },
};
const dense = on(() => layer.dense({ units: 4, activation: 'relu' }), row);

describe('a step of training, on cpu and onnx alike', () => {
  it('is tried with every layer', () => {
    // What the host computes before is no part of a step, and a FeatureSpace stands in no graph.
    const isOutside = (name: string): boolean =>
      ['FeatureSpace', 'InputLayer'].includes(name) ||
      catalog.get('layers', name).prototype instanceof HostLayer;
    expect(
      catalog.names('layers').filter((name) => !isOutside(name) && name in layer && !(name in examples)),
    ).toEqual([]);
  });

  it.each(Object.keys(examples))('with %s', async (name) => {
    subject = name;
    for (const example of examples[name]!)
      await train(example, { optimizer: adam(), loss: 'categorical_crossentropy' });
  });

  it.each(catalog.names('losses').filter((name) => name !== 'CTC'))('with the loss %s', async (name) => {
    subject = `the loss ${name}`;
    const loss = new (classOf('losses', name))({}) as unknown as 'mse';
    await train(dense, { optimizer: sgd(), loss }, targetsFor(name));
  });

  it('with the loss CTC', async () => {
    subject = 'the loss CTC';
    const steps = input({ shape: sequence });
    const net = model({ inputs: steps, outputs: layer.dense({ units: 3 }).apply(steps) });
    net.compile({ optimizer: sgd(), loss: 'ctc' });
    const [x, y] = [floats([batch, ...sequence], -1, 1), integers([batch, 2], 3)];
    await net.fit(x, y, { batchSize: batch, epochs: 2, verbose: 0 });
    net.dispose();
  });

  it.each(catalog.names('metrics').filter((name) => name !== 'MeanMetricWrapper' && name !== 'Mean'))(
    'with the metric %s',
    async (name) => {
      subject = `the metric ${name}`;
      const loss = name.startsWith('Sparse') ? 'sparse_categorical_crossentropy' : 'categorical_crossentropy';
      await train(
        dense,
        { optimizer: sgd(), loss, metrics: [create<Metric>('metrics', name, metricOptions[name])] },
        targetsFor(name),
      );
    },
  );

  it('with a loss scale', async () => {
    subject = 'the optimizer LossScaleOptimizer';
    const optimizer = lossScaleOptimizer({ innerOptimizer: sgd() });
    await train(dense, { optimizer, loss: 'mse' });
  });

  it('with an optimizer for each weight', async () => {
    subject = 'the optimizer MultiOptimizer';
    const map = optimizerMap({ defaultOptimizer: adam(), optimizerMap: { '.*bias': sgd() } });
    await train(dense, { optimizer: multiOptimizer({ optimizerMap: map }), loss: 'mse' });
  });

  // One that is made of another one has its own case.
  const optimizers = catalog
    .names('optimizers')
    .filter((name) => !['LossScaleOptimizer', 'MultiOptimizer', 'OptimizerMap'].includes(name));
  it.each(optimizers)('with the optimizer %s', async (name) => {
    subject = `the optimizer ${name}`;
    const own: Anything[] = [
      { momentum: 0.9 },
      { momentum: 0.9, nesterov: true },
      { centered: true },
      { amsgrad: true },
    ];
    const shared: Anything[] = [
      { weightDecay: 0.01 },
      { clipnorm: 0.1 },
      { clipvalue: 0.1 },
      { globalClipnorm: 0.1 },
      { useEma: true },
    ];
    const { options: known = {} } = classOf('optimizers', name);
    const taken = own.filter((options) => Object.keys(options).every((option) => option in known));
    for (const options of [{}, ...taken, ...shared])
      await train(dense, { optimizer: create<Optimizer>('optimizers', name, options), loss: 'mse' });
  });
});

describe('the kernel cases', () => {
  const cased = new Set(kernelCases.flatMap((kernelCase) => [...kernelsIn(programOf(kernelCase))]));

  it('hold every kernel of those steps', () => {
    expect(seen.size).toBeGreaterThan(50);
    const missing = [...seen]
      .filter(([kernel]) => !cased.has(kernel))
      .map(([kernel, where]) => `${kernel}, in ${where}`);
    expect(missing).toEqual([]);
  });

  afterAll(() => seen.clear());
});
