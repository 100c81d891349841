// An auxiliary classifier GAN: a generator makes pictures of the kind that it is asked for. The discriminator says of a
// picture whether it is real and which kind it is of, and the generator learns from both.
import * as tf from '@tensorflow/tfjs-core';
import {
  adam,
  binaryCrossentropy,
  concatenate,
  dense,
  embedding,
  flatten,
  input,
  metrics,
  Model,
  model,
  onnx,
  random,
  setRandomSeed,
  sparseCategoricalCrossentropy,
  type StepBatch,
  type StepLogs,
} from 'lamella';
import { randomNumbers } from './random-numbers.js';

const latent = 8;
/** The kinds of pictures, of 5 x 5 pixels. */
const kinds = [
  '.###. #...# #...# #...# .###.',
  '..#.. ..#.. ##### ..#.. ..#..',
  '#...# .#.#. ..#.. .#.#. #...#',
].map((rows) => Array.from(rows.replaceAll(' ', ''), (pixel) => Number(pixel === '#')));
const pixels = kinds[0]!.length;

function generator() {
  const noise = input({ shape: [latent], name: 'noise' });
  const kind = input({ shape: [1], dtype: 'int32', name: 'kind' });
  const asked = flatten().apply(embedding({ inputDim: kinds.length, outputDim: latent }).apply(kind));
  const hidden = dense({ units: 48, activation: 'relu' }).apply(concatenate().apply([noise, asked]));
  const outputs = dense({ units: pixels, activation: 'sigmoid' }).apply(hidden);
  return model({ inputs: { noise, kind }, outputs, name: 'generator' });
}

function discriminator() {
  const picture = input({ shape: [pixels], name: 'picture' });
  const hidden = dense({ units: 48, activation: 'leaky_relu' }).apply(picture);
  const outputs = {
    real: dense({ units: 1 }).apply(hidden),
    kind: dense({ units: kinds.length }).apply(hidden),
  };
  return model({ inputs: picture, outputs, name: 'discriminator' });
}

class ACGAN extends Model<{ noise: tf.Tensor; kind: tf.Tensor }, tf.Tensor> {
  static readonly className = 'programs>ACGAN';
  readonly generator = this.addLayer('generator', generator());
  readonly discriminator = this.addLayer('discriminator', discriminator());
  private readonly isReal = binaryCrossentropy({ fromLogits: true });
  private readonly ofKind = sparseCategoricalCrossentropy({ fromLogits: true });
  private readonly dLoss = metrics.mean({ name: 'd_loss' });
  private readonly gLoss = metrics.mean({ name: 'g_loss' });

  override call(asked: { noise: tf.Tensor; kind: tf.Tensor }): tf.Tensor {
    return this.generator.apply(asked);
  }

  override trainStep({ x: picture, y: kind }: StepBatch<tf.Tensor, tf.Tensor>): StepLogs {
    const { discriminator, generator, optimizers } = this;
    const size = picture.shape[0]!;
    const asked = random.uniformInt([size, 1], 0, kinds.length);
    const made = (): tf.Tensor => generator.apply({ noise: random.normal([size, latent]), kind: asked });
    const loss = (pictures: tf.Tensor, real: tf.Tensor, wanted: tf.Tensor): tf.Tensor => {
      const said = discriminator.apply(pictures);
      return tf.add(this.isReal.evaluate(real, said.real), this.ofKind.evaluate(wanted, said.kind));
    };

    const [yes, no] = [tf.ones([size, 1]), tf.zeros([size, 1])];
    const dLoss = loss(
      tf.concat([picture, made()]),
      tf.concat([yes, no]),
      tf.concat([tf.reshape(tf.cast(kind!, 'int32'), [size, 1]), asked]),
    );
    optimizers['discriminator']!.minimize(dLoss, discriminator.trainableWeights);
    const gLoss = loss(made(), yes, asked);
    optimizers['generator']!.minimize(gLoss, generator.trainableWeights);

    this.dLoss.updateValues(dLoss);
    this.gLoss.updateValues(gLoss);
    return { d_loss: this.dLoss.result(), g_loss: this.gLoss.result() };
  }
}

/** Pictures with noise. */
function pictures(count: number): { x: number[][]; y: number[] } {
  const { below, normal } = randomNumbers(1);
  const y = Array.from({ length: count }, () => below(kinds.length));
  return { x: y.map((kind) => kinds[kind]!.map((pixel) => pixel + 0.1 * normal())), y };
}

/** Trains on pictures; gives the share of made ones that are nearest to the kind that was asked for. */
export async function acgan({ epochs = 30, count = 512 } = {}): Promise<number> {
  setRandomSeed(1);
  const net = new ACGAN({ backend: onnx(), name: 'acgan' });
  const optimizer = (): ReturnType<typeof adam> => adam({ learningRate: 0.003, beta1: 0.5 });
  net.compile({ optimizers: { discriminator: optimizer(), generator: optimizer() } });
  const { x, y } = pictures(count);
  await net.fit(x, y, { epochs, batchSize: 64, verbose: 0 });

  const { normal } = randomNumbers(2);
  const asked = Array.from({ length: 60 }, (_, i) => i % kinds.length);
  const noise = asked.map(() => Array.from({ length: latent }, normal));
  const made = (await net.predict({ noise, kind: asked.map((kind) => [kind]) })).array() as number[][];
  const distance = (a: readonly number[], b: readonly number[]): number =>
    a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0);
  const nearest = made.map((picture) => {
    const distances = kinds.map((kind) => distance(picture, kind));
    return distances.indexOf(Math.min(...distances));
  });
  return nearest.filter((kind, i) => kind === asked[i]).length / asked.length;
}
