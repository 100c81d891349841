// Fine-tuning: a network that has learned much is frozen, and a small layer on top of it learns something new from a few
// pictures, mirrored by chance to make more of them. In the end all of it trains on, slowly.
// The applications of @lamella/applications, with Keras' files of weights, take the place of `base` as they are.
import type * as tf from '@tensorflow/tfjs-core';
import {
  adam,
  conv2D,
  datasets,
  dense,
  fromTensors,
  globalAveragePooling2D,
  HostTensor,
  input,
  maxPooling2D,
  model,
  sequential,
  setRandomSeed,
  type Functional,
  type Sequential,
} from 'lamella';
import { randomNumbers } from './random-numbers.js';

const size = 16;
type Stripes = (x: number, y: number) => boolean;

/** Whether a point is on the first colour of stripes that are as wide as this. */
const upright = (width: number): Stripes => (x) => x % (2 * width) < width; // prettier-ignore
const across = (width: number): Stripes => (_, y) => y % (2 * width) < width; // prettier-ignore
const aslant = (width: number): Stripes => (x, y) => (x + y) % (2 * width) < width; // prettier-ignore

/** Pictures of stripes in a light and a dark grey, and their kinds. Shapes: [count, 16, 16, 1] and [count]. */
function pictures(kinds: readonly Stripes[], count: number, seed: number): { x: HostTensor; y: HostTensor } {
  const { uniform, below } = randomNumbers(seed);
  const x = HostTensor.zeros([count, size, size, 1]);
  const y = HostTensor.zeros([count], 'int32');
  for (let i = 0; i < count; i++) {
    const [kind, shift, light, dark] = [below(kinds.length), below(8), uniform(), -uniform()];
    y.data[i] = kind;
    for (let place = 0; place < size * size; place++) {
      const isFirst = kinds[kind]!((place % size) + shift, Math.floor(place / size) + shift);
      x.data[i * size * size + place] = isFirst ? light : dark;
    }
  }
  return { x, y };
}

/** A picture's mirror image. */
function mirrored(picture: HostTensor): HostTensor {
  const values = Float32Array.from(picture.data, (_, place) => {
    const column = place % size;
    return Number(picture.data[place - column + (size - 1 - column)]);
  });
  return new HostTensor(values, picture.shape);
}

/** From pictures to features. */
function features(): Sequential {
  return sequential([
    input({ shape: [size, size, 1] }),
    conv2D({ filters: 8, kernelSize: 5, padding: 'same', activation: 'relu' }),
    maxPooling2D(),
    conv2D({ filters: 16, kernelSize: 3, padding: 'same', activation: 'relu' }),
    globalAveragePooling2D(),
  ]);
}

/** A new layer, on features that there are, which tells so many classes apart. */
function withTop(base: Sequential, classes: number): Functional<tf.Tensor, tf.Tensor> {
  const images = input({ shape: [size, size, 1], name: 'images' });
  const outputs = dense({ units: classes, activation: 'softmax' }).apply(base.apply(images));
  return model({ inputs: images, outputs });
}

const settings = (learningRate: number) =>
  ({
    optimizer: adam({ learningRate }),
    loss: 'sparse_categorical_crossentropy',
    metrics: ['accuracy'],
  }) as const;

/** The accuracies on pictures that it has not seen: with the network frozen, and after all of it has trained on. */
export async function fineTuning({ count = 256, few = 48, epochs = 10 } = {}): Promise<{
  frozen: number;
  tuned: number;
}> {
  setRandomSeed(1);
  const base = features();
  const teacher = withTop(base, 3);
  teacher.compile(settings(0.01));
  const known = pictures([upright(4), across(4), aslant(4)], count, 1);
  await teacher.fit(known.x, known.y, { epochs, verbose: 0 });

  base.trainable = false;
  const net = withTop(base, 2);
  net.compile(settings(0.05));
  const wanted = [upright(2), across(2)];
  const { uniform } = randomNumbers(4);
  const turned = datasets.map(fromTensors(pictures(wanted, few, 2)), ({ x, y }) => ({
    x: uniform() < 0.5 ? mirrored(x) : x,
    y,
  }));
  await net.fit(turned, { epochs: 2 * epochs, batchSize: 16, verbose: 0 });
  const others = pictures(wanted, 128, 3);
  const frozen = await net.evaluate(others.x, others.y);

  // What trains is settled by compile().
  base.trainable = true;
  net.compile(settings(0.001));
  await net.fit(turned, { epochs, batchSize: 16, verbose: 0 });
  const tuned = await net.evaluate(others.x, others.y);
  return { frozen: frozen['accuracy']!, tuned: tuned['accuracy']! };
}
