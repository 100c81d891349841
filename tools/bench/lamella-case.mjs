// One case of the benchmark through Lamella's public API, in a process of its own. Prints one JSON line.
// Usage: node lamella-case.mjs CASE; the cases are those of README.md.
import { loadMnist } from './mnist.mjs';

/** @typedef {import('@lamella/core').SymbolicTensor} Values */

const started = performance.now();
const { compose, input } = await import('@lamella/core');
const { HostTensor } = await import('@lamella/program');
const {
  add,
  conv2D,
  dense,
  flatten,
  globalAveragePooling1D,
  gru,
  layerNormalization,
  layers,
  lstm,
  maxPooling2D,
  multiHeadAttention,
  reLU,
  softmax,
} = await import('@lamella/layers');
const { adam, training } = await import('@lamella/training');
const { onnx } = await import('@lamella/backend-onnx');
const importSeconds = (performance.now() - started) / 1000;

const { model } = compose({ backend: onnx(), plugins: [layers, training] });

function mlp() {
  const pixels = input({ shape: [784] });
  let values = pixels;
  for (const units of [500, 250, 20]) values = reLU().apply(dense({ units }).apply(values));
  const net = model({ inputs: pixels, outputs: softmax().apply(dense({ units: 10 }).apply(values)) });
  net.compile({ optimizer: adam({ learningRate: 5e-4 }), loss: 'categorical_crossentropy' });
  return net;
}

function cnn() {
  const image = input({ shape: [28, 28, 1] });
  let values = image;
  for (const filters of [32, 64])
    values = maxPooling2D().apply(conv2D({ filters, kernelSize: 3, activation: 'relu' }).apply(values));
  const outputs = dense({ units: 10, activation: 'softmax' }).apply(flatten().apply(values));
  const net = model({ inputs: image, outputs });
  net.compile({ optimizer: adam({ learningRate: 1e-3 }), loss: 'categorical_crossentropy' });
  return net;
}

function tiny() {
  const features = input({ shape: [4] });
  const outputs = dense({ units: 1 }).apply(dense({ units: 16, activation: 'relu' }).apply(features));
  const net = model({ inputs: features, outputs });
  net.compile({ optimizer: 'adam', loss: 'mse' });
  return net;
}

/** @param {ReturnType<typeof lstm> | ReturnType<typeof gru>} layer */
function recurrent(layer) {
  const sequence = input({ shape: [100, 64] });
  const outputs = dense({ units: 10, activation: 'softmax' }).apply(layer.apply(sequence));
  const net = model({ inputs: sequence, outputs });
  net.compile({ optimizer: adam({ learningRate: 1e-3 }), loss: 'categorical_crossentropy' });
  const { x, y } = sequences(640, 100);
  return fit(net, x, y, 32, 6);
}

/** Two blocks of attention with 4 heads over 128 tokens of 64 numbers, and of dense layers over each. */
function transformer() {
  const tokens = input({ shape: [128, 64] });
  let values = tokens;
  for (let block = 0; block < 2; block++) {
    const seen = multiHeadAttention({ numHeads: 4, keyDim: 16 }).apply(values, { value: values });
    values = layerNormalization().apply(add().apply([values, seen]));
    const wide = dense({ units: 128, activation: 'relu' }).apply(values);
    values = layerNormalization().apply(add().apply([values, dense({ units: 64 }).apply(wide)]));
  }
  const outputs = dense({ units: 10, activation: 'softmax' }).apply(globalAveragePooling1D().apply(values));
  const net = model({ inputs: tokens, outputs });
  net.compile({ optimizer: adam({ learningRate: 1e-3 }), loss: 'categorical_crossentropy' });
  const { x, y } = sequences(320, 128);
  return fit(net, x, y, 32, 5);
}

/**
 * One of ten classes for each example.
 * @param {{ inputs: Values, outputs: Values }} graph
 * @param {{ data: Float32Array, shape: number[] }} x
 * @param {number} batchSize
 * @param {number} epochs
 */
function classify(graph, x, batchSize, epochs) {
  const net = model(graph);
  net.compile({ optimizer: adam({ learningRate: 1e-3 }), loss: 'categorical_crossentropy' });
  return fit(net, x, classes(x.shape[0] ?? 0), batchSize, epochs);
}

/**
 * Images with values from -1 to 1.
 * @param {number} rows
 * @param {number} side
 */
function waves(rows, side) {
  const data = Float32Array.from({ length: rows * side * side * 3 }, (_, i) => Math.sin(i * 0.37 + (i >> 6)));
  return { data, shape: [rows, side, side, 3] };
}

/** @param {number} rows */
function classes(rows) {
  const y = Float32Array.from({ length: rows * 10 }, (_, i) => Number(i % 10 === Math.floor(i / 10) % 10));
  return { data: y, shape: [rows, 10] };
}

/**
 * Sequences of 64 features, and one of ten classes for each.
 * @param {number} rows
 * @param {number} length
 */
function sequences(rows, length) {
  const size = length * 64;
  const x = Float32Array.from({ length: rows * size }, (_, i) => Math.sin(i * 0.37 + (i >> 6)));
  return { x: { data: x, shape: [rows, length, 64] }, y: classes(rows) };
}

/**
 * @param {ReturnType<typeof mlp>} net
 * @param {{ data: Float32Array, shape: number[] }} x
 * @param {{ data: Float32Array, shape: number[] }} y
 * @param {number} batchSize
 * @param {number} epochs
 */
async function fit(net, x, y, batchSize, epochs) {
  const seconds = [];
  let loss = NaN;
  for (let epoch = 0; epoch < epochs; epoch++) {
    const start = performance.now();
    const { history } = await net.fit(x, y, { batchSize, epochs: 1, verbose: 0 });
    seconds.push((performance.now() - start) / 1000);
    loss = history['loss']?.at(-1) ?? NaN;
  }
  const steps = Math.ceil((x.shape[0] ?? 0) / batchSize);
  const [first = NaN, ...later] = seconds;
  return {
    first_epoch_s: rounded(first),
    ms_per_step: rounded((1000 * Math.min(...later)) / steps, 4),
    loss,
  };
}

/** @param {number} rows */
function images(rows) {
  const { x, y } = loadMnist(rows);
  return { x: { data: x, shape: [rows, 784] }, y: { data: y, shape: [rows, 10] } };
}

/** @type {Record<string, () => Promise<Record<string, number>>>} */
const cases = {
  async mlp256() {
    const { x, y } = images(60_000);
    return fit(mlp(), x, y, 256, 4);
  },
  async mlp32() {
    const { x, y } = images(15_360);
    return fit(mlp(), x, y, 32, 4);
  },
  async cnn128() {
    const { x, y } = images(12_800);
    return fit(cnn(), { ...x, shape: [12_800, 28, 28, 1] }, y, 128, 4);
  },
  async tiny() {
    const { x, y } = loadMnist(2000);
    const features = Float32Array.from({ length: 8000 }, (_, i) => x[(i >> 2) * 784 + 400 + (i & 3)] ?? 0);
    const targets = Float32Array.from({ length: 2000 }, (_, i) => y[i * 10] ?? 0);
    return fit(tiny(), { data: features, shape: [2000, 4] }, { data: targets, shape: [2000, 1] }, 1, 3);
  },
  lstm: () => recurrent(lstm({ units: 128 })),
  gru: () => recurrent(gru({ units: 128 })),
  transformer,
  async conv1d() {
    const { conv1d } = await import('./vision-and-text.mjs');
    return classify(conv1d(), sequences(640, 128).x, 32, 5);
  },
  async resnet() {
    const { resnet } = await import('./vision-and-text.mjs');
    return classify(resnet(), waves(320, 32), 32, 4);
  },
  async mobilenet() {
    const { mobilenet } = await import('./vision-and-text.mjs');
    return classify(await mobilenet(), waves(96, 96), 16, 4);
  },
  async text() {
    const { texts, vectorization } = await import('./vision-and-text.mjs');
    const [rows, layer] = [texts(20_000), vectorization()];
    await layer.adapt(rows);
    const words = input({ shape: [1], dtype: 'string' });
    const net = model({ inputs: words, outputs: layer.apply(words) });
    const seconds = await times(5, () => net.predict(rows, { batchSize: 256 }));
    return { rows_per_s: Math.round(rows.length / Math.min(...seconds)) };
  },
  async predict() {
    const { x } = images(60_000);
    const net = mlp();
    const seconds = await times(5, () => net.predict(x, { batchSize: 256 }));
    return { rows_per_s: Math.round(60_000 / Math.min(...seconds)) };
  },
  async latency() {
    const { x } = images(1);
    const net = mlp();
    const row = new HostTensor(x.data, x.shape);
    return {
      predict_ms: await meanMs(() => net.predict(x)),
      call_ms: await meanMs(() => net.predictOnBatch(row)),
    };
  },
};

/**
 * The seconds that each of `count` calls took.
 * @param {number} count
 * @param {() => Promise<unknown>} call
 */
async function times(count, call) {
  const seconds = [];
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    await call();
    seconds.push((performance.now() - start) / 1000);
  }
  return seconds;
}

/**
 * The mean of 500 calls, after 50 others, in milliseconds.
 * @param {() => Promise<unknown>} call
 */
async function meanMs(call) {
  await times(50, call);
  const seconds = await times(500, call);
  return rounded((1000 * seconds.reduce((a, b) => a + b)) / seconds.length, 4);
}

/** @param {number} value */
function rounded(value, digits = 3) {
  return Number(value.toFixed(digits));
}

const name = process.argv[2] ?? '';
const measured = await cases[name]?.();
if (measured === undefined)
  throw new Error(`"${name}" is no case; the cases are ${Object.keys(cases).join(', ')}`);
const line = {
  peer: 'lamella-onnx',
  version: '0.1.0',
  case: name,
  import_s: rounded(importSeconds),
  ...measured,
  rss_mb: Math.round(process.resourceUsage().maxRSS / 1024),
};
console.log(JSON.stringify(line));
