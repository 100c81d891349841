// A siamese network: two things go through one and the same tower, a Lambda says how alike they come out, and learns
// to say whether they are of one kind. The Lambda comes back from the file without its function.
import * as tf from '@tensorflow/tfjs-core';
import {
  adam,
  dense,
  encodeModel,
  input,
  lambda,
  loadModel,
  model,
  sequential,
  setRandomSeed,
} from 'lamella';
import { randomNumbers } from './random-numbers.js';

const kinds = 4;
const size = 16;

/** Pairs of vectors, each near the middle of its kind, and 1 where both are of one kind. */
function pairs(count: number, seed: number): { x: [number[][], number[][]]; y: number[] } {
  // The middles are the same for every seed.
  const fixed = randomNumbers(7);
  const middles = Array.from({ length: kinds }, () => Array.from({ length: size }, fixed.normal));
  const random = randomNumbers(seed);
  const one = (kind: number): number[] => middles[kind]!.map((value) => value + random.normal());
  const left = Array.from({ length: count }, () => random.below(kinds));
  const right = left.map((kind) =>
    random.uniform() < 0.5 ? kind : (kind + 1 + random.below(kinds - 1)) % kinds,
  );
  return { x: [left.map(one), right.map(one)], y: left.map((kind, i) => Number(kind === right[i])) };
}

/** 1 where two rows are equal, towards 0 the farther apart they are. What is added keeps the slope of the root finite. */
const similarity = ([a, b]: readonly [tf.Tensor, tf.Tensor]): tf.Tensor =>
  tf.exp(tf.neg(tf.sqrt(tf.add(tf.sum(tf.squaredDifference(a, b), 1, true), 1e-6))));

/** The share of other pairs that it tells apart, and that of the model that comes back from its file. */
export async function siamese({ epochs = 10, count = 1024 } = {}): Promise<{
  accuracy: number;
  loaded: number;
}> {
  setRandomSeed(1);
  const tower = sequential([
    input({ shape: [size] }),
    dense({ units: 32, activation: 'relu' }),
    dense({ units: 4 }),
  ]);
  const [left, right] = [input({ shape: [size], name: 'left' }), input({ shape: [size], name: 'right' })];
  const outputs = lambda(similarity, { name: 'similarity' }).apply([tower.apply(left), tower.apply(right)]);
  const net = model({ inputs: [left, right], outputs, name: 'siamese' });
  net.compile({
    optimizer: adam({ learningRate: 0.01 }),
    loss: 'binary_crossentropy',
    metrics: ['binary_accuracy'],
  });
  const known = pairs(count, 1);
  await net.fit(known.x, known.y, { epochs, verbose: 0 });

  // In memory, what `saveModel(net, 'siamese.keras')` writes and `loadModel('siamese.keras')` reads.
  const again = await loadModel(await encodeModel(net, 'siamese.keras'));
  const others = pairs(256, 2);
  const [first, second] = [net, again].map((either) => either.evaluate(others.x, others.y, { verbose: 0 }));
  return { accuracy: (await first!)['binary_accuracy']!, loaded: (await second!)['binary_accuracy']! };
}
