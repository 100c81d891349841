import { describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import { capture } from './capture.js';
import { scan } from './control-flow/scan.js';
import { requireRoom, requireRoomForOne } from './held-at-once.js';
import type { Program } from './program.js';
import { random } from './random.js';

function captured(fn: (x: tf.Tensor) => tf.Tensor, shape: number[]): Program {
  return capture((x) => fn(x!), [{ name: 'x', shape, dtype: 'float32' }], { scope: 'wide' }).program;
}

describe('what a run holds at once', () => {
  const half = 2 ** 31;

  it('is bounded, and the error names the layer and what is largest', () => {
    expect(() => requireRoom(captured((x) => tf.tile(x, [half]), [3]))).toThrow(
      `[SIZES_EXCEEDED] Layer "wide": expected to hold at most ${2 ** 32} elements at once, got ${3 * half}: Tile gives [${3 * half}].`,
    );
  });

  it('counts what is alive together, not what comes one after the other', () => {
    const chain = (x: tf.Tensor): tf.Tensor => {
      let y = tf.tile(x, [half]);
      for (let i = 0; i < 9; i++) y = tf.tanh(y);
      return tf.sum(y);
    };
    expect(() => requireRoom(captured(chain, [1]))).not.toThrow();
    const together = (x: tf.Tensor): tf.Tensor => {
      const y = tf.tile(x, [half]);
      return tf.addN([y, tf.tanh(y), tf.exp(y)]);
    };
    expect(() => requireRoom(captured(together, [1]))).toThrow('SIZES_EXCEEDED');
  });

  it('takes no memory for another shape of the same elements', () => {
    const shaped = (x: tf.Tensor): tf.Tensor => {
      const y = tf.tile(x, [half]);
      return tf.add(tf.reshape(y, [2, -1]), tf.reshape(y, [2, -1]));
    };
    expect(() => requireRoom(captured(shaped, [1]))).not.toThrow();
  });

  it('counts random numbers, and what loops stack and hold inside', () => {
    const drawn = (size: number) => captured(() => tf.sum(random.uniform([size])), [1]);
    expect(() => requireRoom(drawn(half))).not.toThrow();
    expect(() => requireRoom(drawn(3 * half))).toThrow(
      `Layer "wide": expected to hold at most ${2 ** 32} elements at once, got ${3 * half + 1}: random numbers of shape [${3 * half}].`,
    );
    const inside = (x: tf.Tensor): tf.Tensor =>
      scan((sum: tf.Tensor) => [tf.add(sum, tf.sum(tf.tile(sum, [3 * half]))), sum], x, null, {
        length: 4,
      })[0];
    expect(() => requireRoom(captured(inside, [1]))).toThrow(/Tile gives/);
  });
});

describe('what a layer holds for one example', () => {
  const at = (fn: (x: tf.Tensor) => tf.Tensor): Program[] =>
    [101, 211, 322].map((batch) => captured(fn, [batch, 3]));

  it('does not grow with the sizes at which it is tried', () => {
    expect(() => requireRoomForOne(at((x) => tf.tile(x, [1, 2 ** 28])))).not.toThrow();
    expect(() => requireRoomForOne(at((x) => tf.tile(x, [1, 2 ** 29])))).toThrow(
      /got 1610612736: Tile gives \[null, 1610612736\]/,
    );
  });

  it('is left to the run where Programs differ by more than sizes', () => {
    const unrolled = (x: tf.Tensor): tf.Tensor => tf.addN(tf.unstack(tf.tile(x, [1, 2 ** 29])));
    const [a, b] = [captured(unrolled, [2, 3]), captured(unrolled, [3, 3])];
    expect(() => requireRoomForOne([a, b])).not.toThrow();
  });
});
