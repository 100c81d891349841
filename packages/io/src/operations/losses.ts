// keras.ops.nn: how far predictions are from targets, example by example.
import { ctcDecode, ctcLoss, type CtcDecodeOptions } from '@lamella/program';
import * as tf from '@tensorflow/tfjs-core';
import { toFloat, type OperationCall, type OperationDefinition } from './operation-definition.js';

/** Keras' epsilon: probabilities keep this far from 0 and 1. */
const epsilon = 1e-7;

const bounded = (x: tf.Tensor): tf.Tensor => tf.clipByValue(x, epsilon, 1 - epsilon);
const logSigmoid = (x: tf.Tensor): tf.Tensor => tf.neg(tf.softplus(tf.neg(x)));

const loss = (
  options: readonly string[],
  run: (target: tf.Tensor, output: tf.Tensor, call: OperationCall) => tf.Tensor,
): OperationDefinition => ({
  parameters: ['target', 'output'],
  options: ['from_logits', ...options],
  run: (call) => run(call.tensor('target'), call.float('output'), call),
});

/** The logarithms of probabilities along an axis. */
function logProbabilities(output: tf.Tensor, axis: number, call: OperationCall): tf.Tensor {
  if (call.flag('from_logits')) return tf.sub(output, tf.logSumExp(output, axis, true));
  return tf.log(bounded(tf.div(output, tf.sum(output, axis, true))));
}

export const BinaryCrossentropy = loss([], (given, output, call) => {
  const target = toFloat(given);
  const rest = tf.sub(1, target);
  const isLogits = call.flag('from_logits');
  const p = isLogits ? output : bounded(output);
  const [ofOne, ofZero] = isLogits
    ? [logSigmoid(p), logSigmoid(tf.neg(p))]
    : [tf.log(p), tf.log(tf.sub(1, p))];
  return tf.neg(tf.add(tf.mul(target, ofOne), tf.mul(rest, ofZero)));
});

export const CategoricalCrossentropy = loss(['axis'], (target, output, call) => {
  const axis = call.axis(output.rank, -1);
  return tf.neg(tf.sum(tf.mul(toFloat(target), logProbabilities(output, axis, call)), axis));
});

export const SparseCategoricalCrossentropy = loss(['axis'], (given, output, call) => {
  const axis = call.axis(output.rank, -1);
  const isColumn = given.rank === output.rank && given.shape[given.rank - 1] === 1;
  const target = isColumn ? tf.squeeze(given, [given.rank - 1]) : given;
  const classes = tf.oneHot(tf.cast(target, 'int32'), output.shape[axis]!);
  const order = target.shape.map((_, i) => i);
  order.splice(axis, 0, target.rank);
  const placed = tf.cast(tf.transpose(classes, order), 'float32');
  return tf.neg(tf.sum(tf.mul(placed, logProbabilities(output, axis, call)), axis));
});

export const CTCLoss: OperationDefinition = {
  parameters: ['target', 'output', 'target_length', 'output_length'],
  options: ['mask_index'],
  run: (call) => {
    const [labels, steps] = [call.tensor('target_length'), call.tensor('output_length')];
    const how = { maskIndex: call.integer('mask_index', 0) };
    return ctcLoss(call.tensor('target'), call.float('output'), labels, steps, how, call.subject);
  },
};

export const CTCDecode: OperationDefinition = {
  parameters: ['inputs', 'sequence_lengths'],
  options: ['strategy', 'beam_width', 'top_paths', 'merge_repeated', 'mask_index'],
  run: (call) => {
    const strategy = call.option('strategy') ?? 'greedy';
    if (strategy !== 'greedy' && strategy !== 'beam_search')
      throw call.fail(`option "strategy" is ${JSON.stringify(strategy)}, expected "greedy" or "beam_search"`);
    const how: CtcDecodeOptions = {
      strategy,
      beamWidth: call.integer('beam_width', 100),
      topPaths: call.integer('top_paths', 1),
      mergeRepeated: call.option('merge_repeated') !== false,
      // Keras' backends mean the last class where none is given.
      maskIndex: call.integer('mask_index', -1),
    };
    return ctcDecode(call.float('inputs'), call.tensor('sequence_lengths'), how, call.subject);
  },
};

export const PSNR: OperationDefinition = {
  parameters: ['x1', 'x2'],
  options: ['max_val'],
  run: (call) => {
    const error = tf.mean(tf.square(tf.sub(call.float('x1'), call.float('x2'))));
    return tf.sub(20 * Math.log10(call.number('max_val')), tf.mul(10 / Math.LN10, tf.log(error)));
  },
};
