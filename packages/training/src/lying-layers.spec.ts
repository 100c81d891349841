// A layer whose rule for shapes is wrong is the one that errors name, whatever comes after it.
import { describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import { cpu } from '@lamella/backend-cpu';
import { Layer, type TensorSpec } from '@lamella/core';
import { dense } from '@lamella/layers';
import { sequential } from './training.js';

class Liar extends Layer {
  static readonly className = 'acme>Liar';
  constructor(private readonly promised: TensorSpec['shape']) {
    super({ name: 'liar' });
  }
  override computeOutputs(): TensorSpec {
    return { shape: this.promised, dtype: 'float32' };
  }
  override call(x: tf.Tensor): tf.Tensor {
    return tf.mul(x, 2);
  }
}

describe('a layer whose computeOutputs() is wrong', () => {
  it.each([
    { name: 'alone', promised: [null, 7], after: [] },
    { name: 'before another', promised: [null, 7], after: [1] },
    { name: 'about its rank', promised: [null, 3, 1], after: [] },
  ])('is named by predict(): $name', async ({ promised, after }) => {
    const layers = [new Liar(promised), ...after.map((units) => dense({ units }))];
    const net = sequential(layers, { inputShape: [3], backend: cpu() });
    await expect(net.predict([[1, 2, 3]])).rejects.toThrow(
      /\[SHAPE_MISMATCH\] Liar "liar": its computeOutputs\(\) says \[null, .*\], and its call\(\) gives \[1, 3\]/,
    );
  });

  it('is left alone where it is right', async () => {
    const net = sequential([new Liar([null, 3])], { inputShape: [3], backend: cpu() });
    expect((await net.predict([[1, 2, 3]])).array()).toEqual([[2, 4, 6]]);
  });
});
