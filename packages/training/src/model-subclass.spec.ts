// Models that compute in a call of their own: built by data or by shapes, trained, evaluated, asked to predict, nested.
import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import { cpu } from '@lamella/backend-cpu';
import { clearNames, input, type CallContext, type Dataset } from '@lamella/core';
import { dense, dropout, embedding, initializers } from '@lamella/layers';
import { HostTensor, type Tree } from '@lamella/program';
import { Model, type ModelOptions } from './model.js';
import { sgd } from './optimizers/index.js';
import { model } from './training.js';

const { constant } = initializers;

/** `x + 3 x`, and 100 more in training. */
class Residual extends Model<tf.Tensor, tf.Tensor> {
  static readonly className = 'acme>Residual';
  private readonly inner = this.addLayer(
    'inner',
    dense({ units: 1, kernelInitializer: constant(3), name: 'inner' }),
  );
  private readonly drop = this.addLayer('drop', dropout({ rate: 0.5, name: 'drop' }));

  constructor(options: ModelOptions = {}) {
    super({ backend: cpu(), seed: 1, ...options });
  }

  override call(x: tf.Tensor, { training }: CallContext): tf.Tensor {
    const y = tf.add(x, this.inner.apply(x));
    return training ? tf.add(y, tf.mul(0, this.drop.apply(y))) : y;
  }
}

/** `{ sum, parts: [a, b] }` of `{ a, b }`. */
class Records extends Model {
  static readonly className = 'acme>Records';
  override call({ a, b }: { readonly a: tf.Tensor; readonly b: tf.Tensor }): {
    readonly sum: tf.Tensor;
    readonly parts: readonly [tf.Tensor, tf.Tensor];
  } {
    return { sum: tf.add(a, b), parts: [a, b] };
  }
}

beforeEach(() => clearNames());

describe('a model with a call of its own', () => {
  it('is built by its first data, and predicts, evaluates and trains like others', async () => {
    const net = new Residual();
    net.compile({ optimizer: sgd({ learningRate: 0.01 }), loss: 'mse', metrics: ['mae'] });
    expect(net.isBuilt).toBe(false);
    expect((await net.predict([[1], [2]])).array()).toEqual([[4], [8]]);
    expect(await net.evaluate([[1]], [[1]])).toEqual({ loss: 9, mae: 3 });
    const { history } = await net.fit([[1], [2]], [[1], [2]], { epochs: 20, verbose: 0 });
    expect(history['loss']!.at(-1)!).toBeLessThan(0.5 * history['loss']![0]!);
    expect(net.weights.map(({ name }) => name)).toEqual(['inner/kernel', 'inner/bias']);
  });

  const column = (i: number): HostTensor => new HostTensor(Float32Array.of(i), [1]);
  const dataset: Dataset = { length: 2, get: (i) => Promise.resolve({ x: column(i), y: column(i) }) };
  it.each<[string, (net: Residual) => Promise<unknown>]>([
    ['rows', (net) => net.fit([[1], [2]], [[1], [2]], { verbose: 0 })],
    ['numbers, a column of them,', (net) => net.fit([1, 2], [1, 2], { verbose: 0 })],
    ['a dataset', (net) => net.fit(dataset, { verbose: 0 })],
  ])('is built by %s that it is trained on', async (_, train) => {
    const net = new Residual();
    net.compile({ optimizer: 'sgd', loss: 'mse' });
    await train(net);
    expect(net.inputs.map(({ shape }) => shape)).toEqual([[null, 1]]);
  });

  it('is built by build() with a shape, or by an input', () => {
    const net = new Residual();
    net.build([null, 4]);
    expect(net.weights.map(({ shape }) => shape)).toEqual([[4, 1], [1]]);
    expect(net.outputs[0]!.shape).toEqual([null, 4]);
    expect(new Residual().apply(input({ shape: [2] })).shape).toEqual([null, 2]);
  });

  it('says that it has not been built, where that matters', () => {
    const net = new Residual({ name: 'net' });
    expect(() => net.inputs).toThrow(/\[LAYER_NOT_BUILT\] Residual "net": .*it has seen no data/);
    function* once(): Generator<{ x: HostTensor }> {
      yield { x: HostTensor.zeros([1, 1]) };
    }
    return expect(net.predict(once())).rejects.toThrow(/LAYER_NOT_BUILT.*can be read once only/);
  });

  it('takes records and gives records, typed', async () => {
    const net = new Records({ backend: cpu() });
    const { sum, parts } = await net.predict({ a: [[1]], b: [[2]] });
    expect([sum.array(), parts[0].array(), parts[1].array()]).toEqual([[[3]], [[1]], [[2]]]);
    net.compile({ loss: { sum: 'mae', parts: [null, 'mae'] } });
    expect(await net.evaluate({ a: [[1]], b: [[2]] }, { sum: [[4]], parts: [[[0]], [[0]]] })).toMatchObject({
      loss: 3,
      sum_loss: 1,
    });
    await expect(net.predict({ a: [[1]] })).rejects.toThrow('"b" is missing');
  });

  it('keeps integers as they come', async () => {
    class Words extends Model {
      static readonly className = 'acme>Words';
      private readonly table = this.addLayer('table', embedding({ inputDim: 300, outputDim: 1 }));
      override call(x: tf.Tensor): tf.Tensor {
        return this.table.apply(x);
      }
    }
    const net = new Words({ backend: cpu() });
    expect((await net.predict(new HostTensor(Uint8Array.of(0, 255), [1, 2], 'uint8'))).shape).toEqual([
      1, 2, 1,
    ]);
    expect(net.inputs[0]!.dtype).not.toBe('float32');
  });

  it('is a layer of a graph, and of another model', async () => {
    class Outer extends Model {
      static readonly className = 'acme>Outer';
      private readonly part = this.addLayer('part', new Residual({ name: 'part' }));
      override call(x: Tree<tf.Tensor>): tf.Tensor {
        return tf.neg(this.part.apply(x as tf.Tensor));
      }
    }
    const x = input({ shape: [1], name: 'x' });
    const net = model({ inputs: x, outputs: new Outer().apply(new Residual().apply(x)), backend: cpu() });
    expect((await net.predict([[1]])).array()).toEqual([[-16]]);
    expect(net.trainableWeights).toHaveLength(4);
    net.compile({ optimizer: 'sgd', loss: 'mse' });
    await net.fit([[1]], [[0]], { verbose: 0 });
  });

  it('summarizes its layers as Keras does those of a subclass, one after the other', () => {
    const net = new Residual({ name: 'net' });
    net.build([null, 1]);
    let text = '';
    net.summary({ printFn: (part) => (text += part), lineLength: 80 });
    expect(text).toContain('Model: "net"');
    expect(text).toMatch(/inner \(Dense\).*\(None, 1\).*2/);
    expect(text).not.toContain('Connected to');
    expect(net.getLayer('drop').className).toBe('Dropout');
    expect(() => net.getLayer('nothing')).toThrow('[LAYER_UNKNOWN]');
  });
});

describe('a layer that is only a field', () => {
  class Forgetful extends Model<tf.Tensor, tf.Tensor> {
    static readonly className = 'acme>Forgetful';
    readonly kept = this.addLayer('kept', dense({ units: 2 }));
    readonly head = dense({ units: 1 });
    readonly teacher = dense({ units: 1, trainable: false });
    readonly both = [this.kept];
    override call(x: tf.Tensor): tf.Tensor {
      return this.head.apply(this.kept.apply(x));
    }
  }

  it('is told of once the model is compiled, with what adds it', async () => {
    const warn = jest.spyOn(console, 'warn').mockReturnValue(undefined);
    try {
      const net = new Forgetful({ backend: cpu(), name: 'net' });
      net.compile({ optimizer: 'sgd', loss: 'mse' });
      await net.fit([[1, 2]], [[1]], { epochs: 2, verbose: 0 });
      expect(warn.mock.calls).toEqual([
        [
          expect.stringMatching(
            /^\[LAYER_NOT_ADDED\] Forgetful "net": "head" in its fields:.*\nFix: write this\.addLayer\('head', layer\)/,
          ),
        ],
      ]);
    } finally {
      warn.mockRestore();
    }
  });
});
