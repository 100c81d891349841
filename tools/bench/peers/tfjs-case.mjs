// One case in tfjs-layers. Usage: node tfjs-case.mjs MODULES_FOLDER MNIST_FOLDER cpu|wasm|node CASE
// MODULES_FOLDER holds the node_modules with tfjs; the slow backends run the mlp cases on fewer rows.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [modules = '', folder = '', backend = '', name = ''] = process.argv.slice(2);
const require = createRequire(join(modules, 'package.json'));

const started = performance.now();
const tf = await loadTfjs();
const importSeconds = (performance.now() - started) / 1000;

async function loadTfjs() {
  if (backend === 'node') return require('@tensorflow/tfjs-node');
  const core = require('@tensorflow/tfjs-core');
  const layers = require('@tensorflow/tfjs-layers');
  const engine = require(`@tensorflow/tfjs-backend-${backend}`);
  engine.setWasmPaths?.(`${join(modules, 'node_modules/@tensorflow/tfjs-backend-wasm/dist')}/`);
  await core.setBackend(backend);
  await core.ready();
  return { ...core, ...layers, train: core.train, version: { tfjs: core.version_core } };
}

/** @param {number} rows */
function load(rows) {
  const images = readFileSync(join(folder, 'train-images-idx3-ubyte')).subarray(16, 16 + rows * 784);
  const labels = readFileSync(join(folder, 'train-labels-idx1-ubyte')).subarray(8, 8 + rows);
  const x = new Float32Array(images.length);
  for (let i = 0; i < images.length; i++) x[i] = (images[i] ?? 0) / 255;
  const y = new Float32Array(rows * 10);
  labels.forEach((label, i) => (y[i * 10 + label] = 1));
  return { x: tf.tensor2d(x, [rows, 784]), y: tf.tensor2d(y, [rows, 10]) };
}

function mlp() {
  const net = tf.sequential();
  [500, 250, 20].forEach((units, i) =>
    net.add(tf.layers.dense({ units, activation: 'relu', ...(i === 0 && { inputShape: [784] }) })),
  );
  net.add(tf.layers.dense({ units: 10, activation: 'softmax' }));
  net.compile({ optimizer: tf.train.adam(5e-4), loss: 'categoricalCrossentropy' });
  return net;
}

function cnn() {
  const net = tf.sequential();
  [32, 64].forEach((filters, i) => {
    const shape = i === 0 && { inputShape: [28, 28, 1] };
    net.add(tf.layers.conv2d({ filters, kernelSize: 3, activation: 'relu', ...shape }));
    net.add(tf.layers.maxPooling2d({ poolSize: 2 }));
  });
  net.add(tf.layers.flatten());
  net.add(tf.layers.dense({ units: 10, activation: 'softmax' }));
  net.compile({ optimizer: tf.train.adam(1e-3), loss: 'categoricalCrossentropy' });
  return net;
}

async function fit(net, x, y, batchSize, epochs) {
  const seconds = [];
  let loss = NaN;
  for (let epoch = 0; epoch < epochs; epoch++) {
    const start = performance.now();
    const { history } = await net.fit(x, y, { batchSize, epochs: 1, verbose: 0 });
    seconds.push((performance.now() - start) / 1000);
    loss = Number(history.loss[0]);
  }
  const steps = Math.ceil(x.shape[0] / batchSize);
  const best = (1000 * Math.min(...seconds.slice(1))) / steps;
  return { first_epoch_s: Number(seconds[0].toFixed(3)), ms_per_step: Number(best.toFixed(4)), loss };
}

async function perCall(call, warm, count) {
  for (let i = 0; i < warm; i++) await call();
  const start = performance.now();
  for (let i = 0; i < count; i++) await call();
  return (performance.now() - start) / count;
}

const isSlow = backend !== 'node';
const cases = {
  async mlp256() {
    const { x, y } = load(isSlow ? 2560 : 60_000);
    return fit(mlp(), x, y, 256, 3);
  },
  async mlp32() {
    const { x, y } = load(isSlow ? 320 : 15_360);
    return fit(mlp(), x, y, 32, 3);
  },
  async cnn128() {
    const { x, y } = load(isSlow ? 256 : 12_800);
    return fit(cnn(), tf.reshape(x, [-1, 28, 28, 1]), y, 128, 3);
  },
  async tiny() {
    const { x, y } = load(2000);
    const net = tf.sequential();
    net.add(tf.layers.dense({ units: 16, inputShape: [4], activation: 'relu' }));
    net.add(tf.layers.dense({ units: 1 }));
    net.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
    return fit(net, tf.slice(x, [0, 400], [2000, 4]), tf.slice(y, [0, 0], [2000, 1]), 1, 2);
  },
  async predict() {
    const rows = isSlow ? 5120 : 60_000;
    const { x } = load(rows);
    const net = mlp();
    const whole = () => {
      const predicted = net.predict(x, { batchSize: 256 });
      return predicted.data().then(() => predicted.dispose());
    };
    return { rows_per_s: Math.round((1000 * rows) / (await perCall(whole, 1, 2))) };
  },
  async latency() {
    const { x } = load(1);
    const net = mlp();
    const one = () => tf.tidy(() => net.predict(x)).data();
    return { call_ms: Number((await perCall(one, 20, 200)).toFixed(4)) };
  },
};

const measured = await cases[name]();
const line = {
  peer: `tfjs-${backend}`,
  version: tf.version?.tfjs ?? tf.version_core,
  case: name,
  import_s: Number(importSeconds.toFixed(3)),
  ...measured,
  rss_mb: Math.round(process.resourceUsage().maxRSS / 1024),
};
console.log(JSON.stringify(line));
