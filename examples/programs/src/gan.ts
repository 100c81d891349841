// A generative adversarial network: a generator learns to make points that a discriminator cannot tell from real ones.
// It teaches a training step with two models and two optimizers, captured as one Program.
import * as tf from '@tensorflow/tfjs-core';
import {
  adam,
  binaryCrossentropy,
  dense,
  input,
  metrics,
  Model,
  onnx,
  random,
  sequential,
  setRandomSeed,
  type StepBatch,
  type StepLogs,
} from 'lamella';
import { randomNumbers } from './random-numbers.js';

const latent = 4;

class GAN extends Model<tf.Tensor, tf.Tensor> {
  static readonly className = 'programs>GAN';
  readonly discriminator = this.addLayer(
    'discriminator',
    sequential([input({ shape: [2] }), dense({ units: 32, activation: 'leaky_relu' }), dense({ units: 1 })]),
  );
  readonly generator = this.addLayer(
    'generator',
    sequential([input({ shape: [latent] }), dense({ units: 32, activation: 'relu' }), dense({ units: 2 })]),
  );
  private readonly crossentropy = binaryCrossentropy({ fromLogits: true });
  private readonly dLoss = metrics.mean({ name: 'd_loss' });
  private readonly gLoss = metrics.mean({ name: 'g_loss' });

  override call(noise: tf.Tensor): tf.Tensor {
    return this.generator.apply(noise);
  }

  override trainStep({ x: real }: StepBatch<tf.Tensor>): StepLogs {
    const { discriminator, generator, crossentropy, optimizers } = this;
    const size = real.shape[0]!;
    const made = (): tf.Tensor => generator.apply(random.normal([size, latent]));

    // The discriminator learns to say 1 to real points and 0 to made ones ...
    const verdicts = discriminator.apply(tf.concat([real, made()]));
    const dLoss = crossentropy.evaluate(tf.concat([tf.ones([size, 1]), tf.zeros([size, 1])]), verdicts);
    optimizers['discriminator']!.minimize(dLoss, discriminator.trainableWeights);

    // ... and the generator to make points to which it says 1.
    const gLoss = crossentropy.evaluate(tf.ones([size, 1]), discriminator.apply(made()));
    optimizers['generator']!.minimize(gLoss, generator.trainableWeights);

    this.dLoss.updateValues(dLoss);
    this.gLoss.updateValues(gLoss);
    return { d_loss: this.dLoss.result(), g_loss: this.gLoss.result() };
  }
}

/** Points around (2, -1). */
function points(count: number): number[][] {
  const { normal } = randomNumbers(1);
  return Array.from({ length: count }, () => [2 + 0.3 * normal(), -1 + 0.3 * normal()]);
}

/** How far from the middle of the real points the middle of the made ones is, before and after the training. */
export async function gan({ epochs = 60, count = 512 } = {}): Promise<{ before: number; after: number }> {
  setRandomSeed(1);
  const net = new GAN({ backend: onnx(), name: 'gan' });
  net.compile({
    optimizers: {
      discriminator: adam({ learningRate: 0.01, beta1: 0.5 }),
      generator: adam({ learningRate: 0.005, beta1: 0.5 }),
    },
  });
  const { normal } = randomNumbers(2);
  const noise = Array.from({ length: 128 }, () => Array.from({ length: latent }, normal));
  const distance = async (): Promise<number> => {
    const made = (await net.predict(noise)).array() as number[][];
    const middle = (axis: number): number => made.reduce((sum, point) => sum + point[axis]!, 0) / made.length;
    return Math.hypot(middle(0) - 2, middle(1) + 1);
  };
  const before = await distance();
  await net.fit(points(count), undefined, { epochs, batchSize: 64, verbose: 0 });
  return { before, after: await distance() };
}
