// A denoising autoencoder: given pictures with noise, it learns to give the pictures without.
// Convolutions make each picture smaller, then as large as before; what does not fit through the middle is the noise.
import type * as tf from '@tensorflow/tfjs-core';
import {
  adam,
  conv2D,
  conv2DTranspose,
  HostTensor,
  input,
  maxPooling2D,
  model,
  setRandomSeed,
  type Functional,
} from 'lamella';
import { randomNumbers } from './random-numbers.js';

const size = 8;

/** Pictures of one bright square each on black ground, of 3 x 3 to 5 x 5 pixels. Shapes: [count, 8, 8, 1]. */
function squares(count: number, seed: number): HostTensor {
  const random = randomNumbers(seed);
  const pictures = HostTensor.zeros([count, size, size, 1]);
  for (let i = 0; i < count; i++) {
    const side = 3 + random.below(3);
    const [top, left] = [random.below(size - side + 1), random.below(size - side + 1)];
    for (let y = top; y < top + side; y++)
      for (let x = left; x < left + side; x++) pictures.data[(i * size + y) * size + x] = 1;
  }
  return pictures;
}

/** The same pictures with normal noise. Shapes: as they are. */
function noisy(pictures: HostTensor, seed: number): HostTensor {
  const random = randomNumbers(seed);
  return new HostTensor(
    Float32Array.from(pictures.data, (value) => value + 0.4 * random.normal()),
    pictures.shape,
  );
}

function autoencoder(): Functional<tf.Tensor, tf.Tensor> {
  const pictures = input({ shape: [size, size, 1], name: 'pictures' });
  const same = { kernelSize: 3, padding: 'same', activation: 'relu' } as const;
  const near = maxPooling2D().apply(conv2D({ filters: 12, ...same }).apply(pictures));
  const code = maxPooling2D().apply(conv2D({ filters: 16, ...same }).apply(near));
  const wider = conv2DTranspose({ filters: 16, strides: 2, ...same }).apply(code);
  const widest = conv2DTranspose({ filters: 12, strides: 2, ...same }).apply(wider);
  const outputs = conv2D({ filters: 1, ...same, activation: 'sigmoid' }).apply(widest);
  return model({ inputs: pictures, outputs, name: 'denoising' });
}

/** The mean squared difference of cleaned pixels from the true ones. Before, it is that of the noise, 0.16. */
export async function denoising({ epochs = 15, count = 256 } = {}): Promise<number> {
  setRandomSeed(1);
  const [clean, others] = [squares(count, 1), squares(64, 2)];
  const net = autoencoder();
  net.compile({ optimizer: adam({ learningRate: 0.01 }), loss: 'binary_crossentropy', metrics: ['mse'] });
  await net.fit(noisy(clean, 3), clean, { epochs, batchSize: 32, verbose: 0 });

  // What it has not seen.
  const logs = await net.evaluate(noisy(others, 4), others, { verbose: 0 });
  return logs['mse']!;
}
