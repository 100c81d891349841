// What runs under the real TensorFlow.js: `make FOLDER` writes its models, `check FOLDER` opens Lamella's. Prints JSON.
const { mkdirSync, readdirSync, readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const tf = require('@tensorflow/tfjs-core');
const layers = require('@tensorflow/tfjs-layers');
require('@tensorflow/tfjs-backend-cpu');

const say = console.log;
console.warn = console.log = console.info = () => undefined;

/** Numbers without chance, between -1 and 1. */
function numbers(shape, seed) {
  const size = shape.reduce((a, b) => a * b, 1);
  return Float32Array.from({ length: size }, (_, i) => Math.fround(Math.sin(seed * 12.9898 + i * 78.233)));
}

/** Gives all weights set values; variances stay positive. */
function settle(model) {
  model.setWeights(
    model.getWeights().map((weight, i) => {
      const values = numbers(weight.shape, i + 1);
      const isVariance = model.weights[i].name.includes('variance');
      return tf.tensor(isVariance ? values.map((v) => v * v + 0.5) : values, weight.shape);
    }),
  );
}

function listed(value) {
  return Array.isArray(value) ? value : [value];
}

function golden(tensor) {
  return { shape: tensor.shape, dtype: tensor.dtype, data: Array.from(tensor.dataSync()) };
}

function fed(inputs) {
  const tensors = inputs.map(({ shape, dtype, data }) => tf.tensor(data, shape, dtype));
  return tensors.length === 1 ? tensors[0] : tensors;
}

const ioHandler = (folder) => ({
  load: async () => {
    const json = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8'));
    const group = json.weightsManifest[0];
    const data = Buffer.concat(
      json.weightsManifest.flatMap(({ paths }) => paths).map((p) => readFileSync(join(folder, p))),
    );
    return {
      modelTopology: json.modelTopology,
      trainingConfig: json.trainingConfig,
      weightSpecs: group.weights,
      weightData: data.buffer.slice(data.byteOffset, data.byteOffset + data.length),
    };
  },
});

const { sequential, model, input, layers: l, loadLayersModel } = layers;

const models = {
  async sequential() {
    const net = sequential({ name: 'chain' });
    net.add(
      l.dense({ units: 5, activation: 'relu', inputShape: [4], kernelRegularizer: 'l1l2', name: 'first' }),
    );
    net.add(l.dropout({ rate: 0.3 }));
    net.add(l.dense({ units: 3, activation: 'softmax', kernelInitializer: 'heNormal', name: 'last' }));
    settle(net);
    net.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
    const [x, y] = [tf.tensor(numbers([6, 4], 3), [6, 4]), tf.oneHot([0, 1, 2, 0, 1, 2], 3)];
    await net.fit(x, y, { epochs: 2, batchSize: 3, shuffle: false, verbose: 0 });
    return net;
  },
  async convolution() {
    const x = input({ shape: [6, 6, 2], name: 'image' });
    let y = l
      .conv2d({ filters: 3, kernelSize: 3, padding: 'same', activation: 'selu', name: 'conv' })
      .apply(x);
    y = l.batchNormalization({ name: 'norm' }).apply(y);
    y = l.maxPooling2d({ poolSize: 2, name: 'pool' }).apply(y);
    y = l.leakyReLU({ alpha: 0.2, name: 'leaky' }).apply(y);
    y = l.layerNormalization({ name: 'layer_norm' }).apply(y);
    y = l.flatten({ name: 'flat' }).apply(y);
    const net = model({
      inputs: x,
      outputs: l.dense({ units: 2, activation: 'swish', name: 'out' }).apply(y),
      name: 'conv_net',
    });
    settle(net);
    return net;
  },
  async shared() {
    const [a, b] = [input({ shape: [3], name: 'a' }), input({ shape: [3], name: 'b' })];
    const shared = l.dense({ units: 4, activation: 'tanh', name: 'shared' });
    const [left, right] = [shared.apply(a), shared.apply(b)];
    const both = l.concatenate({ name: 'both' }).apply([left, right]);
    const sum = l.add({ name: 'sum' }).apply([left, right]);
    const outputs = [l.dense({ units: 2, name: 'score' }).apply(both), l.prelu({ name: 'bent' }).apply(sum)];
    const net = model({ inputs: [a, b], outputs, name: 'two_ends' });
    settle(net);
    return net;
  },
  async nested() {
    const inner = input({ shape: [3], name: 'inner_in' });
    const body = model({
      inputs: inner,
      outputs: l.dense({ units: 3, activation: 'elu', name: 'inner_dense' }).apply(inner),
      name: 'body',
    });
    const head = sequential({ name: 'head' });
    head.add(l.dense({ units: 2, inputShape: [3], name: 'head_dense' }));
    const x = input({ shape: [3], name: 'x' });
    const net = model({ inputs: x, outputs: head.apply(body.apply(body.apply(x))), name: 'outer' });
    settle(net);
    return net;
  },
  async embedding() {
    const net = sequential({ name: 'words' });
    net.add(l.embedding({ inputDim: 7, outputDim: 3, inputLength: 4, name: 'vectors' }));
    net.add(l.flatten({ name: 'flat' }));
    net.add(l.dense({ units: 1, activation: 'sigmoid', name: 'yes' }));
    settle(net);
    return net;
  },
};

const ids = { shape: [3, 4], dtype: 'int32', data: [0, 1, 2, 3, 4, 5, 6, 0, 1, 3, 5, 6] };

function inputsOf(net) {
  return net.inputs.map(({ shape }, i) => {
    if (net.name === 'words') return ids;
    const concrete = [3, ...shape.slice(1)];
    return { shape: concrete, dtype: 'float32', data: Array.from(numbers(concrete, 50 + i)) };
  });
}

/** Cuts values into files of odd sizes, so that they straddle them; `quantise` stores kernels in fewer bits. */
function save(folder, artifacts, quantise) {
  mkdirSync(folder, { recursive: true });
  const all = Buffer.from(artifacts.weightData);
  let at = 0;
  const parts = [];
  const weights = artifacts.weightSpecs.map((spec, i) => {
    const size = spec.shape.reduce((a, b) => a * b, 1);
    const bytes = all.subarray(at, (at += 4 * size));
    if (!quantise || spec.dtype !== 'float32' || spec.group === 'optimizer') {
      parts.push(bytes);
      return spec;
    }
    const values = new Float32Array(Uint8Array.from(bytes).buffer);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const [dtype, steps, Kind] = i % 2 === 0 ? ['uint8', 255, Uint8Array] : ['uint16', 65535, Uint16Array];
    const scale = (high - low) / steps || 1;
    parts.push(Buffer.from(Kind.from(values, (v) => Math.round((v - low) / scale)).buffer));
    return { ...spec, quantization: { dtype, scale, min: low, original_dtype: 'float32' } };
  });
  const data = Buffer.concat(parts);
  const size = Math.ceil(data.length / 3) + 1;
  const paths = [0, 1, 2].map((i) => `group1-shard${i + 1}of3.bin`);
  paths.forEach((path, i) => writeFileSync(join(folder, path), data.subarray(i * size, (i + 1) * size)));
  const { modelTopology, trainingConfig, format, generatedBy, convertedBy } = artifacts;
  const json = {
    format,
    generatedBy,
    convertedBy,
    modelTopology,
    trainingConfig,
    weightsManifest: [{ paths, weights }],
  };
  writeFileSync(join(folder, 'model.json'), `${JSON.stringify(json, null, 1)}\n`);
}

async function make(folder) {
  const made = [];
  for (const [name, build] of Object.entries(models)) {
    const net = await build();
    let artifacts;
    await net.save(
      { save: async (given) => ((artifacts = given), { modelArtifactsInfo: {} }) },
      { includeOptimizer: name === 'sequential' },
    );
    for (const variant of name === 'convolution' ? [name, 'quantised'] : [name]) {
      save(join(folder, variant), artifacts, variant === 'quantised');
      const again = await loadLayersModel(ioHandler(join(folder, variant)));
      const inputs = inputsOf(net);
      const outputs = listed(again.predict(fed(inputs))).map(golden);
      writeFileSync(
        join(folder, variant, 'expected.json'),
        `${JSON.stringify({ tfjs: layers.version_layers, inputs, outputs })}\n`,
      );
      made.push({ name: variant });
    }
  }
  return made;
}

async function check(folder) {
  const found = [];
  for (const name of readdirSync(folder).sort()) {
    const { inputs, outputs, losses, x, y } = JSON.parse(
      readFileSync(join(folder, name, 'expected.json'), 'utf8'),
    );
    try {
      const net = await loadLayersModel(ioHandler(join(folder, name)));
      const got = listed(net.predict(fed(inputs))).map(golden);
      const gaps = outputs.flatMap(({ data, shape }, i) => {
        if (String(shape) !== String(got[i].shape)) return [Infinity];
        return data.map((v, k) => Math.abs(v - got[i].data[k]) / Math.max(1, Math.abs(v)));
      });
      if (losses !== undefined) {
        const history = await net.fit(fed([x]), fed([y]), {
          epochs: losses.length,
          batchSize: x.shape[0],
          verbose: 0,
        });
        // The rule of Adam differs by where epsilon stands; losses of some steps do not, much.
        gaps.push(...losses.map((v, i) => (Math.abs(v - history.history.loss[i]) < 1e-4 ? 0 : Infinity)));
      }
      found.push({
        name,
        difference: Math.max(0, ...gaps.map((gap) => (Number.isNaN(gap) ? Infinity : gap))),
      });
    } catch (error) {
      found.push({ name, problem: String(error.message).slice(0, 300) });
    }
  }
  return found;
}

const [, , verb, folder] = process.argv;
(verb === 'make' ? make(folder) : check(folder)).then((result) => say(JSON.stringify(result)));
