// Batches mixed with themselves in another order, by shares that are drawn.
import { random } from '@lamella/program';
import * as tf from '@tensorflow/tfjs-core';
import type { ImageLayer } from './image-layer.js';

/** The numbers from 0 to below `count` in a random order. */
export function shuffled(count: number, layer: ImageLayer): tf.Tensor1D {
  return tf.topk(layer.uniform([count]), count).indices as tf.Tensor1D;
}

/** `share` of each row and the rest of another one. Shapes: share [batch, 1], x [batch, ...]. */
export function mixed(x: tf.Tensor, share: tf.Tensor, other: tf.Tensor1D): tf.Tensor {
  const own = tf.reshape(share, [share.shape[0]!, ...x.shape.slice(1).map(() => 1)]);
  return tf.add(tf.mul(own, x), tf.mul(tf.sub(1, own), tf.gather(x, other)));
}

/** Numbers of a beta distribution of two equal parameters. Shapes: alpha [], the result [count, 1]. */
export function drawBeta(count: number, alpha: tf.Tensor, layer: ImageLayer): tf.Tensor {
  const [a, b] = [drawGamma([count, 1], alpha, layer), drawGamma([count, 1], alpha, layer)];
  return tf.div(a, tf.maximum(tf.add(a, b), 1e-30));
}

/** How many tries a number has; of those, fewer than 1 in 10^10 all fail, and the last then counts. */
const tries = 8;

/**
 * Numbers of a gamma distribution. Source: Marsaglia and Tsang (2000), for alpha + 1, and their note for alpha below 1.
 * Shapes: alpha [].
 */
export function drawGamma(shape: readonly number[], alpha: tf.Tensor, layer: ImageLayer): tf.Tensor {
  const d = tf.add(alpha, 1 - 1 / 3);
  const c = tf.div(1 / 3, tf.sqrt(d));
  let found: tf.Tensor | undefined;
  for (let i = 0; i < tries; i++) {
    const x = random.normal(shape, layer.seeded);
    const v = tf.pow(tf.relu(tf.add(1, tf.mul(c, x))), 3);
    const limit = tf.add(
      tf.mul(0.5, tf.square(x)),
      tf.mul(d, tf.add(tf.sub(1, v), tf.log(tf.maximum(v, 1e-30)))),
    );
    const isTaken = tf.logicalAnd(
      tf.greater(v, 0),
      tf.less(tf.log(tf.maximum(layer.uniform(shape), 1e-30)), limit),
    );
    const value = tf.mul(d, v);
    // From the last try to the first, which counts most.
    found = found === undefined ? value : tf.where(isTaken, value, found);
  }
  const below = tf.pow(tf.maximum(layer.uniform(shape), 1e-30), tf.div(1, alpha));
  return tf.mul(found!, below);
}
