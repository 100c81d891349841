// ctcDecode(): the label sequences that logits stand for, by the best class of each step, or by the best sequences of all.
import * as tf from '@tensorflow/tfjs-core';
import { shapeMismatch } from '../errors.js';
import { isHostTensor, type HostTensor } from '../host-tensor.js';
import { formatShape } from '../shape.js';
import { beamSearch } from './beam-search.js';
import { blankOf, lengthsOf, stepsOn, type Lengths } from './sequences.js';

/** What {@link ctcDecode} may be told. */
export interface CtcDecodeOptions {
  /** Default `greedy`. */
  readonly strategy?: 'greedy' | 'beam_search';
  /** How many sequences a search keeps at a time. Default 100. */
  readonly beamWidth?: number;
  /** How many sequences a search gives. Default 1. */
  readonly topPaths?: number;
  /** Whether a class that lasts over steps is one label; a search always takes it for one. Default true. */
  readonly mergeRepeated?: boolean;
  /** The class that stands for no label. Default 0. */
  readonly maskIndex?: number;
}

/**
 * Of logits in a graph, or of predictions: labels, -1 after the last one, and how likely they are: of the greedy strategy minus the sum of the logits, of a search the
 * logarithm of the likelihood. Source: keras.ops.ctc_decode; Graves, 2012, and Hannun et al., 2014.
 * Shapes: logits [batch, steps, classes], lengths [batch] to labels [paths, batch, steps] and scores [batch, paths].
 * Throws: SHAPE_MISMATCH.
 *
 * @example
 * import * as tf from '@tensorflow/tfjs-core';
 * import { ctcDecode } from '@lamella/program';
 *
 * const read = (logits: tf.Tensor) => ctcDecode(logits, null, { strategy: 'beam_search', beamWidth: 8 })[0];
 * // Of predictions: ctcDecode(await net.predict(x), null)[0].arraySync()
 */
export function ctcDecode(
  given: tf.Tensor | HostTensor,
  sequenceLengths: Lengths,
  options: CtcDecodeOptions = {},
  subject = 'ctcDecode',
): [labels: tf.Tensor, scores: tf.Tensor] {
  const { strategy = 'greedy', beamWidth = 100, topPaths = 1, mergeRepeated = true, maskIndex = 0 } = options;
  const logits = isHostTensor(given) ? given.tensor() : given;
  const [batch = 0, steps = 0, classes = 0] = logits.shape;
  if (logits.rank !== 3)
    throw shapeMismatch(subject, `expected logits [batch, steps, classes], got ${formatShape(logits.shape)}`);
  if (topPaths > beamWidth)
    throw shapeMismatch(subject, `expected at most ${beamWidth} paths, as beamWidth has, got ${topPaths}`);
  const blank = blankOf(subject, maskIndex, classes);
  const lengths = lengthsOf(subject, 'steps', sequenceLengths, batch, steps);
  const x = tf.cast(logits, 'float32');
  if (strategy === 'beam_search') return beamSearch(x, lengths, { beamWidth, topPaths, blank });
  return greedy(x, lengths, mergeRepeated, blank);
}

function greedy(
  logits: tf.Tensor,
  lengths: tf.Tensor,
  mergeRepeated: boolean,
  blank: number,
): [tf.Tensor, tf.Tensor] {
  const [batch, steps] = logits.shape as [number, number];
  const isOn = stepsOn(lengths, 0, steps);
  const nothing = tf.scalar(blank, 'int32');
  const best = tf.where(isOn, tf.argMax(logits, 2), nothing);
  const scores = tf.sum(tf.where(isOn, tf.max(logits, 2), tf.scalar(0)), 1, true);
  const isLabel = tf.notEqual(best, nothing);
  const isKept = mergeRepeated ? tf.logicalAnd(isLabel, changes(best)) : isLabel;
  // Each label goes to the place that says how many there are before it.
  const count = tf.cast(tf.cumsum(tf.cast(isKept, 'float32'), 1), 'int32');
  const place = tf.where(isKept, tf.sub(count, tf.scalar(1, 'int32')), tf.scalar(-1, 'int32'));
  const row = tf.reshape(tf.add(tf.cast(best, 'float32'), 1), [batch, 1, steps]);
  const labels = tf.sub(tf.matMul(row, tf.cast(tf.oneHot(place, steps), 'float32')), 1);
  return [tf.reshape(tf.cast(labels, 'int32'), [1, batch, steps]), tf.neg(scores)];
}

/** Which steps have another class than the one before. */
function changes(best: tf.Tensor): tf.Tensor {
  const [batch, steps] = best.shape as [number, number];
  const differs = tf.notEqual(
    tf.slice(best, [0, 1], [batch, steps - 1]),
    tf.slice(best, [0, 0], [batch, steps - 1]),
  );
  return tf.concat([tf.fill([batch, 1], 1, 'bool'), differs], 1);
}
