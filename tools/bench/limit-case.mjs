// What mlp256 could take at best on this machine: its floating-point operations at the rate of one large product of
// matrices in ONNX Runtime, and one pass over weights, slots and gradients. Prints one JSON line.
import * as tf from '@tensorflow/tfjs-core';
import { onnx } from '@lamella/backend-onnx';
import { capture, HostTensor } from '@lamella/program';

const units = [784, 500, 250, 20, 10];
const batch = 256;
const products = units.slice(1).map((width, i) => 2 * batch * width * (units[i] ?? 0));
const [first = 0, ...rest] = products;
// Forward, by the weights and, behind the first layer, by the inputs.
const operations = 2 * first + 3 * rest.reduce((a, b) => a + b);
const parameters = units.slice(1).reduce((sum, width, i) => sum + width * ((units[i] ?? 0) + 1), 0);

/**
 * The least milliseconds of many runs.
 * @param {() => unknown} work
 */
async function best(work) {
  let least = Infinity;
  for (let i = 0; i < 60; i++) {
    const start = performance.now();
    await work();
    least = Math.min(least, performance.now() - start);
  }
  return least;
}

const side = 1024;
const square = { shape: [side, side], dtype: /** @type {const} */ ('float32') };
const { program } = capture(
  (a, b) => tf.matMul(/** @type {tf.Tensor} */ (a), /** @type {tf.Tensor} */ (b)),
  [
    { name: 'a', ...square },
    { name: 'b', ...square },
  ],
);
const backend = onnx();
const executable = await backend.compile(program);
const ones = () => {
  const buffer = backend.buffer(square);
  buffer.write(new HostTensor(new Float32Array(side * side).fill(1), [side, side]));
  return buffer;
};
const [inputs, outputs] = [[ones(), ones()], [backend.buffer(square)]];
const productMs = await best(() => executable.run(inputs, outputs, { seed: 0, step: 0 }));
const rate = (2 * side ** 3) / productMs;

// Adam reads weight, gradient and two slots and writes three of them: three and a half copies.
const [from, to] = [new Float32Array(3.5 * parameters), new Float32Array(3.5 * parameters)];
const passMs = await best(() => to.set(from));

const line = {
  peer: 'limit',
  version: '1',
  case: 'mlp256',
  ms_per_step: Number((operations / rate + passMs).toFixed(4)),
  gflops: Number((rate / 1e6).toFixed(1)),
  pass_ms: Number(passMs.toFixed(4)),
};
console.log(JSON.stringify(line));
