// What keras.ops computes of sequences is in fixtures/keras/operations.json and losses.json; here what a hand can check.
import { describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { HostTensor } from '../host-tensor.js';
import { ctcDecode } from './ctc-decode.js';
import { ctcLoss } from './ctc-loss.js';

/** Logits whose softmax is these probabilities. */
const logits = (probabilities: number[][][]): tf.Tensor => tf.log(tf.tensor3d(probabilities));
const labelsOf = (...rows: number[][]): tf.Tensor => tf.tensor2d(rows, undefined, 'int32');
/** A blank and two classes, over two steps. */
const two = [
  [0.5, 0.3, 0.2],
  [0.1, 0.6, 0.3],
];

describe('ctcLoss', () => {
  const likelihood = (...args: Parameters<typeof ctcLoss>): number[] =>
    [...ctcLoss(...args).dataSync()].map((loss) => Math.exp(-loss));

  it('adds up all ways in which labels spread over the steps', () => {
    // Label 1 at the first step, at the second one, at both; then 1 and 2 in a row; then nothing.
    const [one] = likelihood(labelsOf([1, 0]), logits([two]), [1], [2]);
    expect(one).toBeCloseTo(0.3 * 0.1 + 0.5 * 0.6 + 0.3 * 0.6, 6);
    expect(likelihood(labelsOf([1, 2]), logits([two]), null, null)[0]).toBeCloseTo(0.3 * 0.3, 6);
    expect(likelihood(labelsOf([1, 2]), logits([two]), [0], null)[0]).toBeCloseTo(0.5 * 0.1, 6);
  });

  it('takes steps up to the length of each example, and any class as the blank', () => {
    const both = likelihood(labelsOf([1, 0], [0, 1]), logits([two, two]), [1, 1], [1, 2], { maskIndex: -1 });
    expect(both[0]).toBeCloseTo(0.3, 6);
    expect(both[1]).toBeCloseTo(0.5 * 0.3 + 0.2 * 0.1 + 0.5 * 0.1, 6);
  });

  it.each<{ name: string; run: () => unknown; says: string }>([
    {
      name: 'more labels than there are steps',
      run: () => ctcLoss(labelsOf([1, 2, 1]), logits([two]), null, null),
      says: 'no longer than the steps of predictions [batch, steps, classes], got [1, 3] and [1, 2, 3]',
    },
    {
      name: 'more labels than steps of an example',
      run: () => ctcLoss(labelsOf([1, 2]), logits([two]), [2], [1]),
      says: 'expected no more labels than steps, got 2 labels and 1 steps of example 0',
    },
    {
      name: 'a length beyond the labels',
      run: () => ctcLoss(labelsOf([1, 2]), logits([two]), [3], null),
      says: 'expected numbers of labels from 0 to 2, got 3',
    },
    {
      name: 'lengths of another batch',
      run: () => ctcLoss(labelsOf([1, 2]), logits([two]), [1, 1], null),
      says: 'expected a number of labels for each of 1 examples, got [2]',
    },
    {
      name: 'a blank that is no class',
      run: () => ctcLoss(labelsOf([1, 2]), logits([two]), null, null, { maskIndex: 3 }),
      says: 'expected a blank among 3 classes, got maskIndex 3',
    },
  ])('refuses $name', ({ run, says }) => {
    expect(run).toThrow('[SHAPE_MISMATCH] ctcLoss: ');
    expect(run).toThrow(says);
  });
});

describe('ctcDecode', () => {
  it('takes the best class of each step, and leaves out blanks and what lasts', () => {
    const best = tf.oneHot(labelsOf([1, 1, 0, 1, 2], [2, 2, 1, 1, 1]), 3);
    const [labels, scores] = ctcDecode(best, [5, 3]);
    expect(labels.arraySync()).toEqual([
      [
        [1, 1, 2, -1, -1],
        [2, 1, -1, -1, -1],
      ],
    ]);
    expect(scores.arraySync()).toEqual([[-5], [-3]]);
    const predicted = new HostTensor(Float32Array.from(best.dataSync()), best.shape);
    expect(ctcDecode(predicted, [5, 3])[0].arraySync()).toEqual(labels.arraySync());
    expect(ctcDecode(best, [5, 3], { mergeRepeated: false })[0].arraySync()).toEqual([
      [
        [1, 1, 1, 2, -1],
        [2, 2, 1, -1, -1],
      ],
    ]);
  });

  it('searches for the likeliest sequences, of which each may spread in many ways', () => {
    const [labels, scores] = ctcDecode(logits([two]), null, {
      strategy: 'beam_search',
      beamWidth: 9,
      topPaths: 3,
    });
    expect(labels.arraySync()).toEqual([[[1, -1]], [[2, -1]], [[2, 1]]]);
    const found = (scores.arraySync() as number[][])[0]!.map(Math.exp);
    expect(found[0]).toBeCloseTo(0.3 * 0.1 + 0.5 * 0.6 + 0.3 * 0.6, 6);
    expect(found[1]).toBeCloseTo(0.2 * 0.1 + 0.5 * 0.3 + 0.2 * 0.3, 6);
    expect(found[2]).toBeCloseTo(0.2 * 0.6, 6);
  });

  it('says where there are fewer sequences than were asked for', () => {
    const certain = tf.mul(tf.oneHot(labelsOf([1]), 2), 1e3);
    const [labels, scores] = ctcDecode(certain, [1], { strategy: 'beam_search', beamWidth: 4, topPaths: 3 });
    expect(labels.arraySync()).toEqual([[[1]], [[-1]], [[-1]]]);
    expect(scores.arraySync()).toEqual([[0, -1000, -Infinity]]);
  });

  it('refuses more paths than it keeps', () => {
    expect(() =>
      ctcDecode(logits([two]), null, { strategy: 'beam_search', beamWidth: 2, topPaths: 3 }),
    ).toThrow('[SHAPE_MISMATCH] ctcDecode: expected at most 2 paths, as beamWidth has, got 3');
  });
});
