// The cases of convolutions and of texts: conv1d, resnet, mobilenet and text. See README.md.
import {
  activation,
  add,
  batchNormalization,
  conv1D,
  conv2D,
  dense,
  globalAveragePooling2D,
  globalMaxPooling1D,
  maxPooling1D,
  textVectorization,
} from '@lamella/layers';
import { input } from '@lamella/core';

/** @typedef {import('@lamella/core').SymbolicTensor} Values */

/** Three convolutions over 128 steps of 64 numbers. @returns {{ inputs: Values, outputs: Values }} */
export function conv1d() {
  const sequence = input({ shape: [128, 64] });
  /** @type {Values} */
  let values = sequence;
  for (const filters of [64, 128, 128]) {
    const seen = conv1D({ filters, kernelSize: 5, padding: 'same', activation: 'relu' }).apply(values);
    values = maxPooling1D().apply(seen);
  }
  const outputs = dense({ units: 10, activation: 'softmax' }).apply(globalMaxPooling1D().apply(values));
  return { inputs: sequence, outputs };
}

/** Twenty layers over 32 x 32 pixels: three stages of three blocks. @returns {{ inputs: Values, outputs: Values }} */
export function resnet() {
  const image = input({ shape: [32, 32, 3] });
  const convolved = (/** @type {Values} */ x, /** @type {number} */ filters, strides = 1, kernelSize = 3) =>
    batchNormalization().apply(
      conv2D({ filters, kernelSize, strides, padding: 'same', useBias: false }).apply(x),
    );
  const rectified = (/** @type {Values} */ x) => activation({ activation: 'relu' }).apply(x);
  let values = rectified(convolved(image, 16));
  [16, 32, 64].forEach((filters, stage) => {
    for (let block = 0; block < 3; block++) {
      const strides = stage > 0 && block === 0 ? 2 : 1;
      const inner = convolved(rectified(convolved(values, filters, strides)), filters);
      const skipped = strides === 1 ? values : convolved(values, filters, 2, 1);
      values = rectified(add().apply([inner, skipped]));
    }
  });
  const pooled = globalAveragePooling2D().apply(values);
  return { inputs: image, outputs: dense({ units: 10, activation: 'softmax' }).apply(pooled) };
}

/** A dense layer upon a MobileNet that does not learn. */
export async function mobilenet() {
  const { mobileNet } = await import('@lamella/applications');
  const base = mobileNet({ inputShape: [96, 96, 3], includeTop: false, pooling: 'avg' });
  base.trainable = false;
  const image = input({ shape: [96, 96, 3] });
  const features = base.apply(image, { training: false });
  return { inputs: image, outputs: dense({ units: 10, activation: 'softmax' }).apply(features) };
}

/** Texts of 20 words out of some thousands, as the peers make them. @param {number} rows */
export function texts(rows) {
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: 20 }, (__, i) => `word${(row * 31 + i * i * 17) % 5000}`).join(' '),
  );
}

/** A vocabulary of 1,000 words, and rows of 20 numbers. */
export const vectorization = () => textVectorization({ maxTokens: 1000, outputSequenceLength: 20 });
