// The custom operations of the tutorial: ordinary functions of tfjs-core calls, with names that files can hold.
import * as tf from '@tensorflow/tfjs-core';
import { namedFunction } from '@lamella/lambda';
import { random } from '@lamella/program';

/** Part 2: an operation that no layer offers. */
export const addTwo = namedFunction('tutorial>add_two', (x: tf.Tensor) => tf.add(x, 2));

/** Part 3: an operation over two tensors. */
export const addBoth = namedFunction('tutorial>add_both', ([a, b]: tf.Tensor[]) => tf.add(a!, b!));

/** Part 4: a sample from the normal distribution with the given mean and log-variance. */
export const sampling = namedFunction('tutorial>sampling', ([mean, logVariance]: tf.Tensor[]) =>
  tf.add(mean!, tf.mul(tf.exp(tf.mul(logVariance!, 0.5)), random.normal(mean!.shape))),
);
