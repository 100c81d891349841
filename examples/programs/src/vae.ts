// A variational autoencoder: pictures become points of a plane, in which neighbours look alike, and points become pictures.
// It teaches a layer that adds to the loss, random numbers inside a model, and a training step of one's own.
import * as tf from '@tensorflow/tfjs-core';
import {
  adam,
  dense,
  HostTensor,
  input,
  Layer,
  metrics,
  Model,
  model,
  onnx,
  random,
  sequential,
  setRandomSeed,
  type CallContext,
  type StepBatch,
  type StepLogs,
} from 'lamella';

/** A point drawn around a mean. How far its distribution is from the normal one is added to the loss. */
class Sampling extends Layer {
  static readonly className = 'programs>Sampling';

  override call([mean, logVariance]: readonly [tf.Tensor, tf.Tensor], { addLoss }: CallContext): tf.Tensor {
    const rest = tf.sub(tf.sub(tf.add(logVariance, 1), tf.square(mean)), tf.exp(logVariance));
    addLoss(tf.mul(tf.mean(tf.sum(rest, 1)), -0.5));
    return tf.add(mean, tf.mul(tf.exp(tf.mul(logVariance, 0.5)), random.normal(mean.shape)));
  }
}

function encoder() {
  const pictures = input({ shape: [16], name: 'pictures' });
  const hidden = dense({ units: 24, activation: 'relu' }).apply(pictures);
  const outputs = new Sampling().apply([
    dense({ units: 2, name: 'mean' }).apply(hidden),
    dense({ units: 2, name: 'log_variance', kernelInitializer: 'zeros' }).apply(hidden),
  ]);
  return model({ inputs: pictures, outputs, name: 'encoder' });
}

function decoder() {
  return sequential([
    input({ shape: [2] }),
    dense({ units: 24, activation: 'relu' }),
    dense({ units: 16, activation: 'sigmoid' }),
  ]);
}

/** Learns to give back what it is given, through two numbers. */
class VAE extends Model<tf.Tensor, tf.Tensor> {
  static readonly className = 'programs>VAE';
  readonly encoder = this.addLayer('encoder', encoder());
  readonly decoder = this.addLayer('decoder', decoder());
  private readonly reconstruction = metrics.mean({ name: 'reconstruction' });
  private readonly divergence = metrics.mean({ name: 'divergence' });

  override call(pictures: tf.Tensor): tf.Tensor {
    return this.decoder.apply(this.encoder.apply(pictures));
  }

  override trainStep({ x }: StepBatch<tf.Tensor>): StepLogs {
    const yPred = this.apply(x);
    const reconstruction = tf.mean(tf.sum(tf.squaredDifference(yPred, x), 1));
    const divergence = this.computeLoss({ x, y: undefined, yPred, sampleWeight: undefined });
    this.optimizer!.minimize(tf.add(reconstruction, tf.mul(divergence, 0.02)), this.trainableWeights);
    this.reconstruction.updateValues(reconstruction);
    this.divergence.updateValues(divergence);
    return { reconstruction: this.reconstruction.result(), divergence: this.divergence.result() };
  }
}

/** The eight pictures of 4 x 4 pixels that have one row or one column set. Shapes: [8, 16]. */
function bars(): HostTensor {
  const pictures = HostTensor.zeros([8, 16]);
  for (let line = 0; line < 4; line++)
    for (let i = 0; i < 4; i++) {
      pictures.data[line * 16 + line * 4 + i] = 1;
      pictures.data[(line + 4) * 16 + i * 4 + line] = 1;
    }
  return pictures;
}

/** How much is lost of a picture on the way, from epoch to epoch, and the pictures of three points between those it knows. */
export async function vae({ epochs = 200 } = {}): Promise<{ lost: readonly number[]; made: HostTensor }> {
  setRandomSeed(1);
  const net = new VAE({ backend: onnx(), name: 'vae' });
  net.compile({ optimizer: adam({ learningRate: 0.01 }) });
  const { history } = await net.fit(bars(), undefined, { epochs, batchSize: 8, verbose: 0 });
  const points = [-1, 0, 1].map((at) => [at, at]);
  return { lost: history['reconstruction']!, made: await net.decoder.predict(points) };
}
