// Small models of every kind that files can hold, with data to train them on: what write-past-files.mjs writes.
// Weights and data are the same at each run. No test and no writer itself.
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { input } from '@lamella/core';
import * as L from '@lamella/layers';
import { lambda, namedFunction } from '@lamella/lambda';
import { HostTensor, random } from '@lamella/program';
import * as T from '@lamella/training';

/** The functions that files refer to by name. A spec defines them once more: a file must load with and without them. */
export const functions = [
  namedFunction('past>add_two', (x) => tf.add(x, 2)),
  namedFunction('past>scaled', (x, { factor }) => tf.mul(x, factor)),
  namedFunction('past>sampling', ([mean, logVariance]) =>
    tf.add(mean, tf.mul(tf.exp(tf.mul(logVariance, 0.5)), random.normal(mean.shape))),
  ),
  namedFunction('past>moments', (x) => {
    const { mean, variance } = tf.moments(x, 1);
    return [mean, tf.sqrt(variance)];
  }),
  namedFunction('past>straight_through', (x) =>
    tf.customGrad((v) => ({ value: tf.step(v), gradFunc: (dy) => tf.mul(dy, 0.5) }))(x),
  ),
];
const [addTwo, scaled, sampling, momentsOf, straightThrough] = functions;

/** Numbers between -1 and 1 that any machine makes the same. */
export function values(shape, offset = 0) {
  const data = Float32Array.from(
    { length: shape.reduce((a, b) => a * b, 1) },
    (_, i) => (((i + offset) * 37) % 101) / 50 - 1,
  );
  return new HostTensor(data, shape);
}

/** Whole numbers below `limit`. */
export function integers(shape, limit) {
  const data = Int32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => (i * 7) % limit);
  return new HostTensor(data, shape, 'int32');
}

/** Rows of zeros with a one. */
export function oneHot(rows, classes) {
  const data = new Float32Array(rows * classes);
  for (let row = 0; row < rows; row++) data[row * classes + (row % classes)] = 1;
  return new HostTensor(data, [rows, classes]);
}

const rows = 6;
const chain = (x, ...layers) => layers.reduce((tensor, layer) => layer.apply(tensor), x);
const small = (model, optimizer, options = {}) => {
  const x = input({ shape: [4], name: 'x' });
  const y = chain(
    x,
    L.dense({ units: 5, activation: 'tanh', name: 'hidden' }),
    L.dense({ units: 3, name: 'y' }),
  );
  const net = model({ inputs: x, outputs: y, name: 'net' });
  net.compile({ optimizer, loss: 'mse', metrics: ['mae'], ...options });
  return { net, x: values([rows, 4]), y: values([rows, 3], 5) };
};

/** For each model a function of a composition: the compiled model and its data. */
export const models = {
  lambda_named: ({ model }) => {
    const x = input({ shape: [4], name: 'x' });
    const added = lambda(addTwo, { name: 'add_two' }).apply(L.dense({ units: 5, name: 'hidden' }).apply(x));
    const y = L.dense({ units: 3, activation: 'softmax', name: 'y' }).apply(L.reLU().apply(added));
    const net = model({ inputs: x, outputs: y, name: 'lambda_named' });
    net.compile({
      optimizer: T.adam({ learningRate: 0.01 }),
      loss: 'categorical_crossentropy',
      metrics: ['accuracy'],
    });
    return { net, x: values([rows, 4]), y: oneHot(rows, 3) };
  },
  lambda_anonymous: ({ model }) => {
    const x = input({ shape: [null, 4], name: 'x' });
    const centred = lambda((t) => tf.sub(t, tf.mean(t, 1, true)), { name: 'centred' }).apply(x);
    const folded = lambda((t) => tf.reshape(t, [t.shape[0], -1, 2]), { name: 'folded' }).apply(centred);
    const pooled = lambda((t) => tf.max(tf.concat([t, tf.neg(t)], 2), 1), { name: 'pooled' }).apply(folded);
    const reversed = lambda(
      (t) => tf.customGrad((v) => ({ value: tf.clone(v), gradFunc: (dy) => tf.neg(dy) }))(t),
      { name: 'reversed' },
    ).apply(pooled);
    const net = model({
      inputs: x,
      outputs: L.dense({ units: 2, name: 'y' }).apply(reversed),
      name: 'lambda_anonymous',
    });
    net.compile({ optimizer: T.sgd({ learningRate: 0.05 }), loss: 'mean_squared_error' });
    return { net, x: values([rows, 5, 4]), y: values([rows, 2], 5) };
  },
  lambda_arguments: ({ model }) => {
    const x = input({ shape: [4], name: 'x' });
    const hidden = L.dense({ units: 4, name: 'hidden' }).apply(x);
    const twice = lambda(scaled, { name: 'twice', arguments: { factor: 2 }, outputShape: [4] }).apply(hidden);
    const shifted = lambda((t, { by }) => tf.add(t, tf.tensor(by)), {
      name: 'shifted',
      arguments: { by: [0.5, -0.5, 1, 2] },
    }).apply(twice);
    const dimmed = lambda((t, _, { training }) => (training ? tf.mul(t, 0.5) : t), { name: 'dimmed' }).apply(
      shifted,
    );
    const net = model({
      inputs: x,
      outputs: L.dense({ units: 3, name: 'y' }).apply(dimmed),
      name: 'lambda_arguments',
    });
    net.compile({ optimizer: 'rmsprop', loss: 'mae' });
    return { net, x: values([rows, 4]), y: values([rows, 3], 5) };
  },
  several: ({ model }) => {
    const a = input({ shape: [4], name: 'a' });
    const b = input({ shape: [3], name: 'b' });
    const joined = L.concatenate({ name: 'joined' }).apply([a, L.dense({ units: 4, name: 'left' }).apply(b)]);
    const [mean, deviation] = lambda(momentsOf, { name: 'moments' }).applyAll(joined);
    const fromMoments = L.concatenate().apply([
      L.reshape({ targetShape: [1] }).apply(mean),
      L.reshape({ targetShape: [1] }).apply(deviation),
    ]);
    const cls = L.dense({ units: 3, activation: 'softmax', name: 'cls' }).apply(joined);
    const reg = L.dense({ units: 2, name: 'reg' }).apply(fromMoments);
    const net = model({ inputs: [a, b], outputs: [cls, reg], name: 'several' });
    net.compile({
      optimizer: T.adam({ learningRate: 0.01, clipnorm: 1 }),
      loss: { cls: 'sparse_categorical_crossentropy', reg: 'mse' },
      lossWeights: { reg: 0.5 },
      metrics: { cls: ['accuracy'], reg: ['mae', 'mse'] },
    });
    return {
      net,
      x: [values([rows, 4]), values([rows, 3], 3)],
      y: [integers([rows], 3), values([rows, 2], 5)],
    };
  },
  sampling: ({ model }) => {
    const x = input({ shape: [4], name: 'x' });
    const hidden = L.dense({ units: 6, activation: 'relu', name: 'hidden' }).apply(x);
    const mean = L.dense({ units: 3, name: 'mean' }).apply(hidden);
    const logVariance = L.dense({ units: 3, name: 'log_variance' }).apply(hidden);
    const sample = lambda(sampling, { name: 'sampling' }).apply([mean, logVariance]);
    const noisy = lambda((t) => tf.add(t, random.uniform(t.shape)), { name: 'noisy' }).apply(sample);
    const dropped = L.dropout({ rate: 0.3, name: 'dropped' }).apply(
      L.gaussianNoise({ stddev: 0.1 }).apply(noisy),
    );
    const y = L.dense({ units: 3, activation: 'softmax', name: 'y' }).apply(dropped);
    const net = model({ inputs: x, outputs: y, name: 'sampling', seed: 42 });
    net.compile({ optimizer: T.adam({ learningRate: 0.01 }), loss: 'categorical_crossentropy' });
    return { net, x: values([rows, 4]), y: oneHot(rows, 3) };
  },
  custom_gradients: ({ model }) => {
    const x = input({ shape: [4], name: 'x' });
    const gates = lambda(straightThrough, { name: 'gates' }).apply(
      L.dense({ units: 5, name: 'hidden' }).apply(x),
    );
    // A custom gradient within a custom gradient's own.
    const clipped = (v) =>
      tf.customGrad((u) => ({
        value: tf.clipByValue(u, -1, 1),
        gradFunc: (dy) =>
          tf.customGrad((d) => ({ value: tf.mul(d, 0.9), gradFunc: (dd) => tf.mul(dd, 2) }))(dy),
      }))(v);
    const y = L.dense({ units: 2, name: 'y' }).apply(lambda(clipped, { name: 'clipped' }).apply(gates));
    const net = model({ inputs: x, outputs: y, name: 'custom_gradients' });
    net.compile({ optimizer: T.sgd({ learningRate: 0.05 }), loss: 'mse' });
    return { net, x: values([rows, 4]), y: values([rows, 2], 5) };
  },
  shared: ({ model }) => {
    const a = input({ shape: [3], name: 'a' });
    const b = input({ shape: [3], name: 'b' });
    const twin = L.dense({ units: 4, activation: 'tanh', name: 'twin' });
    const inner = input({ shape: [4], name: 'inner_x' });
    const nested = model({
      inputs: inner,
      outputs: L.dense({ units: 2, name: 'inner_y' }).apply(inner),
      name: 'nested',
    });
    const apart = L.subtract({ name: 'apart' }).apply([
      nested.apply(twin.apply(a)),
      nested.apply(twin.apply(b)),
    ]);
    const net = model({
      inputs: [a, b],
      outputs: L.dense({ units: 1, activation: 'sigmoid', name: 'y' }).apply(apart),
      name: 'shared',
    });
    net.compile({
      optimizer: T.adam({ learningRate: 0.01 }),
      loss: T.binaryCrossentropy({ labelSmoothing: 0.1 }),
      metrics: ['binary_accuracy'],
    });
    return { net, x: [values([rows, 3]), values([rows, 3], 50)], y: integers([rows, 1], 2) };
  },
  sequential: ({ sequential }) => {
    const inner = sequential([input({ shape: [4] }), L.dense({ units: 3, name: 'inner' })], {
      name: 'inner_stack',
    });
    const net = sequential(
      [
        input({ shape: [4], name: 'x' }),
        L.dense({ units: 4, activation: 'relu', name: 'first' }),
        inner,
        L.softmax(),
      ],
      { name: 'sequential' },
    );
    net.compile({
      optimizer: 'adam',
      loss: 'sparse_categorical_crossentropy',
      metrics: ['accuracy', T.metrics.sparseTopKCategoricalAccuracy({ k: 2 })],
    });
    return { net, x: values([rows, 4]), y: integers([rows], 3) };
  },
  image: ({ model }) => {
    const image = input({ shape: [8, 8, 3], name: 'image' });
    const features = chain(
      image,
      L.rescaling({ scale: 0.5, offset: 0.1 }),
      L.conv2D({ filters: 4, kernelSize: 3, padding: 'same', useBias: false, name: 'conv' }),
      L.batchNormalization({ name: 'norm' }),
      L.pReLU({ sharedAxes: [1, 2], name: 'prelu' }),
      L.maxPooling2D({ poolSize: 2 }),
      L.conv2D({ filters: 4, kernelSize: [2, 3], strides: 1, groups: 2, name: 'grouped' }),
      L.leakyReLU({ negativeSlope: 0.1 }),
    );
    const parts = [
      L.globalAveragePooling2D().apply(features),
      L.globalMaxPooling2D().apply(features),
      L.dense({ units: 4, name: 'pooled' }).apply(
        L.flatten().apply(
          L.permute({ dims: [2, 1, 3] }).apply(L.averagePooling2D({ poolSize: 2 }).apply(features)),
        ),
      ),
    ];
    const merged = [
      L.add(),
      L.average(),
      L.maximum(),
      L.minimum(),
      L.multiply(),
      L.dot({ axes: 1, normalize: true }),
    ].map((layer) => layer.apply(layer.className === 'Dot' ? parts.slice(0, 2) : parts));
    const y = chain(
      L.concatenate().apply(merged),
      L.repeatVector({ n: 2 }),
      L.layerNormalization({ name: 'layer_norm' }),
      L.elu({ alpha: 0.5 }),
      L.activation({ activation: 'softplus' }),
      L.flatten(),
      L.dense({
        units: 3,
        kernelInitializer: 'he_normal',
        kernelRegularizer: 'l2',
        biasConstraint: 'non_neg',
        name: 'y',
      }),
    );
    const net = model({ inputs: image, outputs: y, name: 'image' });
    net.layers.find(({ name }) => name === 'grouped').trainable = false;
    net.compile({ optimizer: T.adam({ learningRate: 0.005 }), loss: 'mse', metrics: ['mse'] });
    return { net, x: values([rows, 8, 8, 3]), y: values([rows, 3], 5) };
  },
  words: ({ model }) => {
    const words = input({ shape: [5], dtype: 'int32', name: 'words' });
    const y = chain(
      words,
      L.embedding({ inputDim: 11, outputDim: 4, maskZero: true, name: 'table' }),
      L.batchNormalization({ renorm: true, name: 'renorm' }),
      L.flatten(),
      L.dense({ units: 3, activation: 'softmax', name: 'y' }),
    );
    const net = model({ inputs: words, outputs: y, name: 'words' });
    net.compile({
      optimizer: T.rmsProp({ learningRate: 0.01, momentum: 0.9, centered: true }),
      loss: 'sparse_categorical_crossentropy',
      weightedMetrics: ['accuracy'],
    });
    return { net, x: integers([rows, 5], 11), y: integers([rows], 3) };
  },
  operations: async ({ loadModel }) => {
    const net = await loadModel(
      fileURLToPath(new URL('../../../fixtures/keras/files/op_nodes.keras', import.meta.url)),
    );
    net.compile({ optimizer: T.sgd({ learningRate: 0.01 }), loss: 'mse' });
    const shapes = net.inputs.map(({ shape }) => shape.map((size) => size ?? rows));
    const targets = net.outputs.map(({ shape }) =>
      values(
        shape.map((size) => size ?? rows),
        5,
      ),
    );
    return { net, x: shapes.map((shape, i) => values(shape, i)), y: targets };
  },
  sgd_momentum: ({ model }) =>
    small(model, T.sgd({ learningRate: 0.05, momentum: 0.9, nesterov: true, clipvalue: 0.5 })),
  adam_w_ema: ({ model }) =>
    small(
      model,
      T.adamW({
        learningRate: T.cosineDecay({
          initialLearningRate: 0.01,
          decaySteps: 20,
          warmupTarget: 0.05,
          warmupSteps: 3,
        }),
        weightDecay: 0.02,
        useEma: true,
        emaMomentum: 0.9,
      }),
    ),
  adam_accumulated: ({ model }) =>
    small(
      model,
      T.adam({
        learningRate: T.exponentialDecay({ initialLearningRate: 0.05, decaySteps: 3, decayRate: 0.5 }),
        amsgrad: true,
        gradientAccumulationSteps: 3,
        lossScaleFactor: 8,
      }),
      { loss: T.meanSquaredError({ reduction: 'sum' }) },
    ),
  schedule_steps: ({ model }) =>
    small(
      model,
      T.sgd({
        learningRate: T.piecewiseConstantDecay({ boundaries: [2, 5], values: [0.1, 0.05, 0.01] }),
        globalClipnorm: 1,
      }),
    ),
};
