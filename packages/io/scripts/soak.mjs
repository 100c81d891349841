// Models loaded, trained, evaluated several at once, saved, loaded again and dropped, for minutes: every number must be right
// and memory flat. `npm run check:soak -- --minutes 1` after a build; prints a line a minute, and fails where it is not so.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as tf from '@tensorflow/tfjs-core';
import { cpu } from '@lamella/backend-cpu';
import { onnx } from '@lamella/backend-onnx';
import { clearNames, compose, input } from '@lamella/core';
import { sharedArena } from '@lamella/fused';
import { io } from '@lamella/io';
import { lambda, lambdas } from '@lamella/lambda';
import { layers } from '@lamella/layers';
import { HostTensor } from '@lamella/program';
import { adam, training } from '@lamella/training';

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } });
const minutes = Number(values.minutes);
if (!(minutes > 0)) throw new Error(`--minutes: expected a positive number, got ${values.minutes}.`);

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');
const folder = mkdtempSync(join(tmpdir(), 'lamella-soak-'));
const rows = 64;
const x = filled([rows, 8], (i) => Math.sin(i));
const y = filled([rows, 2], (i) => Math.cos(i));
const files = ['.keras', '.h5'].map((ending) => join(folder, `model${ending}`));

/** Rounds run on each backend in turn. */
const places = [onnx(), cpu(), onnx({ runtime: 'wasm' })].map((backend) => {
  const composed = compose({ backend, plugins: [layers, training, io, lambdas()] });
  return { backend, ...composed };
});

/** What memory is in use, once nothing is held that can be dropped. Units: MiB; tensors and bytes as they are. */
async function measure() {
  for (let i = 0; i < 3; i++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  const mib = 2 ** 20;
  return {
    resident: rss / mib,
    heap: heapUsed / mib,
    external: external / mib,
    arena: sharedArena().used / mib,
    tensors: tf.memory().numTensors,
  };
}

/** @typedef {Awaited<ReturnType<typeof measure>>} Memory */

/** How much of each there may be more in the last quarter than in the second. */
const allowed = { resident: 48, heap: 4, external: 8, arena: 0.5, tensors: 0 };

function made() {
  const { batchNormalization, dense, dropout, model } = places[0];
  const pixels = input({ shape: [8] });
  const h = dropout({ rate: 0.2 }).apply(dense({ units: 16, activation: 'relu' }).apply(pixels));
  const normal = batchNormalization().apply(h);
  const squashed = lambda((values) => tf.tanh(tf.mul(values, 2))).apply(normal);
  const net = model({ inputs: pixels, outputs: dense({ units: 2 }).apply(squashed), seed: 1 });
  net.compile({ optimizer: adam({ learningRate: 0.01 }), loss: 'mse', metrics: ['mae'] });
  return net;
}

/** @param {number} number */
async function round(number) {
  clearNames();
  const { loadModel, saveModel } = places[number % places.length];
  const file = files[number % files.length];
  const net = await loadModel(file);
  const still = await loadModel(file);
  const alone = await still.evaluate(x, y, { batchSize: 16 });
  const [, ...evaluated] = await Promise.all([
    net.fit(x, y, {
      epochs: 2,
      batchSize: 24,
      verbose: 0,
      validationData: [x, y],
      callbacks: [{ onTrainBatchEnd: async () => void (await net.evaluate(x, y, { steps: 1 })) }],
    }),
    still.evaluate(x, y, { batchSize: 16 }),
    still.evaluate(x, y, { batchSize: 16 }),
  ]);
  for (const logs of evaluated) same('evaluations at once', logs, alone);
  const sizes = [1, 2, 3, 5, 8, 13, 1 + (number % 31)];
  const whole = await net.predict(x, { batchSize: rows });
  await Promise.all(
    sizes.map(async (size) => {
      const part = new HostTensor(x.data.slice(0, 8 * size), [size, 8]);
      const { data } = await net.predictOnBatch(part);
      data.forEach((value, i) => {
        if (Math.abs(value - whole.data[i]) > 1e-5)
          throw new Error(`predictOnBatch gave ${value}, not ${whole.data[i]}.`);
      });
    }),
  );
  await saveModel(net, file);
  const again = await loadModel(file);
  same('weights after reloading', await again.getWeights(), await net.getWeights());
  same(
    'predictions after reloading',
    [...(await again.predict(x, { batchSize: rows })).data],
    [...whole.data],
  );
  // Half of them are only let go of.
  if (number % 2 === 0) for (const done of [net, still, again]) done.dispose();
}

/**
 * @param {string} what
 * @param {unknown} found
 * @param {unknown} expected
 */
function same(what, found, expected) {
  if (JSON.stringify(found) !== JSON.stringify(expected))
    throw new Error(`${what}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(found)}.`);
}

/**
 * @param {readonly number[]} shape
 * @param {(i: number) => number} value
 */
function filled(shape, value) {
  const tensor = HostTensor.zeros(shape);
  tensor.data.forEach((_, i) => (tensor.data[i] = value(i)));
  return tensor;
}

/** @param {number[]} numbers */
function median(numbers) {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
}

/** @param {Memory} memory */
function line({ resident, heap, external, arena, tensors }) {
  return `resident ${resident.toFixed(0)} MiB, heap ${heap.toFixed(1)}, external ${external.toFixed(1)}, arena ${arena.toFixed(2)}, ${tensors} tfjs tensors`;
}

/** @type {Memory[]} */
const seen = [];
const start = performance.now();
try {
  const first = made();
  for (const file of files) await places[0].saveModel(first, file);
  first.dispose();
  let told = 0;
  for (let number = 0; performance.now() - start < minutes * 60_000 || number < 8; number++) {
    await round(number);
    seen.push(await measure());
    const passed = Math.floor((performance.now() - start) / 60_000);
    if (passed === told) continue;
    told = passed;
    console.log(`${passed} min, ${number + 1} rounds: ${line(seen.at(-1))}`);
  }
  const quarter = Math.floor(seen.length / 4);
  const grown = Object.entries(allowed).flatMap(([name, most]) => {
    const of = (/** @type {Memory[]} */ part) =>
      median(part.map((memory) => memory[/** @type {keyof Memory} */ (name)]));
    const more = of(seen.slice(-quarter)) - of(seen.slice(quarter, 2 * quarter));
    return more > most ? [`${name} by ${more.toFixed(2)} (at most ${most})`] : [];
  });
  if (grown.length > 0) throw new Error(`Memory grew over ${seen.length} rounds: ${grown.join(', ')}.`);
  console.log(`${seen.length} rounds: every number right, memory flat; ${line(seen.at(-1))}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
