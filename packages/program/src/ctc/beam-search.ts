// Beam search: the most likely label sequences, each the sum over all ways in which it spreads over the steps. Step by step the
// best prefixes are kept, with the likelihoods that they end in a blank and in their last label.
import * as tf from '@tensorflow/tfjs-core';
import { scan } from '../control-flow/scan.js';
import { logAdd, logSoftmax, stepsOn } from './sequences.js';

/** What stands for the logarithm of 0. */
const never = -1e30;

/** The prefixes of a batch. Shapes: paths [batch, width, steps], the others [batch, width]. */
type Beams = Readonly<Record<'paths' | 'lengths' | 'tails' | 'inBlank' | 'inLabel', tf.Tensor>>;

interface Search {
  readonly beamWidth: number;
  readonly topPaths: number;
  readonly blank: number;
}

const whole = (value: number): tf.Scalar => tf.scalar(value, 'int32');

/** The labels, -1 after the last, and the logarithms of their likelihoods. Shapes: [paths, batch, steps], [batch, paths]. */
export function beamSearch(
  logits: tf.Tensor,
  lengths: tf.Tensor,
  { beamWidth, topPaths, blank }: Search,
): [labels: tf.Tensor, scores: tf.Tensor] {
  const [batch, steps] = logits.shape as [number, number, number];
  const sizes: [number, number] = [batch, beamWidth];
  // One prefix of nothing, which is certain; the others are none.
  const isFirst = tf.less(tf.range(0, beamWidth, 1, 'int32'), whole(1));
  const start: Beams = {
    paths: tf.fill([...sizes, steps], -1, 'int32'),
    lengths: tf.fill(sizes, 0, 'int32'),
    tails: tf.fill(sizes, -1, 'int32'),
    inBlank: tf.where(isFirst, tf.fill(sizes, 0), tf.fill(sizes, never)),
    inLabel: tf.fill(sizes, never),
  };
  // Keras looks at the first step of sequences of none, too.
  const atLeastOne = tf.maximum(lengths, whole(1));
  const [found] = scan(
    (beams: Beams, log: tf.Tensor) => [extended(beams, log, blank), null],
    start,
    tf.transpose(logSoftmax(logits), [1, 0, 2]),
    { mask: tf.transpose(stepsOn(atLeastOne, 0, steps)) },
  );
  const { paths, inBlank, inLabel } = found as Beams;
  const { values, indices } = tf.topk(logAdd(inBlank, inLabel), topPaths);
  const isNone = tf.less(values, never / 2);
  const labels = tf.where(tf.expandDims(isNone, 2), whole(-1), chosen(paths, indices));
  return [tf.transpose(labels, [1, 0, 2]), tf.where(isNone, tf.scalar(-Infinity), values)];
}

/** The best prefixes one step later. Shapes: log [batch, classes]. */
function extended(beams: Beams, log: tf.Tensor, blank: number): Beams {
  const { paths, lengths, tails, inBlank, inLabel } = beams;
  const [batch, width, steps] = paths.shape as [number, number, number];
  const classes = log.shape[1]!;
  const total = logAdd(inBlank, inLabel);
  const ofTail = tf.cast(tf.oneHot(tails, classes), 'float32');
  const each = tf.expandDims(log, 1);

  // By a further label: after a blank any one, else another one than the last.
  const isSame = tf.greater(ofTail, 0);
  const before = tf.where(isSame, tf.expandDims(inBlank, 2), tf.expandDims(total, 2));
  const isBlank = tf.equal(tf.range(0, classes, 1, 'int32'), whole(blank));
  const further = tf.where(isBlank, tf.scalar(never), tf.add(before, each));

  // Prefixes that are another one and one label: both ways to get there count, and there is no need for a second one.
  const follows = followers(beams, total);
  const ways = tf.where(follows, tf.matMul(ofTail, further, false, true), tf.scalar(never));
  const known = tf.matMul(tf.cast(follows, 'float32'), ofTail, true, false);
  const unknown = tf.where(tf.greater(known, 0), tf.scalar(never), further);

  // By none: a blank, or the last label again.
  const stayBlank = tf.add(total, tf.slice(log, [0, blank], [batch, 1]));
  const again = tf.add(inLabel, tf.sum(tf.mul(ofTail, each), 2));
  const stayLabel = logAdd(again, tf.max(ways, 2));

  const candidates = tf.concat(
    [logAdd(stayBlank, stayLabel), tf.reshape(unknown, [batch, width * classes])],
    1,
  );
  const { values, indices } = tf.topk(candidates, width);
  const stays = tf.less(indices, whole(width));
  const number = tf.sub(indices, whole(width));
  const parent = tf.where(stays, indices, tf.floorDiv(number, whole(classes)));
  const label = tf.sub(number, tf.mul(tf.floorDiv(number, whole(classes)), whole(classes)));
  const lengthsBefore = chosen(lengths, parent);
  const isNew = tf.logicalAnd(
    tf.expandDims(tf.logicalNot(stays), 2),
    tf.equal(tf.range(0, steps, 1, 'int32'), tf.expandDims(lengthsBefore, 2)),
  );
  return {
    paths: tf.where(isNew, tf.expandDims(label, 2), chosen(paths, parent)),
    lengths: tf.where(stays, lengthsBefore, tf.add(lengthsBefore, whole(1))),
    tails: tf.where(stays, chosen(tails, parent), label),
    inBlank: tf.where(stays, chosen(stayBlank, parent), tf.scalar(never)),
    inLabel: tf.where(stays, chosen(stayLabel, parent), values),
  };
}

/** Whether prefix i is prefix j and one more label. Shapes: [batch, i, j]. */
function followers({ paths, lengths }: Beams, total: tf.Tensor): tf.Tensor {
  const steps = paths.shape[2]!;
  const isBeyond = tf.greaterEqual(tf.range(0, steps, 1, 'int32'), tf.expandDims(lengths, 2));
  const isEqual = tf.equal(tf.expandDims(paths, 2), tf.expandDims(paths, 1));
  const begins = tf.all(tf.logicalOr(isEqual, tf.expandDims(isBeyond, 1)), 3);
  const isLonger = tf.equal(tf.expandDims(lengths, 2), tf.add(tf.expandDims(lengths, 1), whole(1)));
  const isOne = tf.greater(tf.expandDims(total, 2), never / 2);
  return tf.logicalAnd(tf.logicalAnd(begins, isLonger), isOne);
}

/** Some prefixes. Shapes: x [batch, width, ...], indices [batch, count]. */
function chosen(x: tf.Tensor, indices: tf.Tensor): tf.Tensor {
  return tf.gather(x, indices as tf.Tensor1D, 1, 1);
}
