// What changed from one model to another, as data and as text.
import { describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import { input, type Layer } from '@lamella/core';
import { lambda } from '@lamella/lambda';
import { add, dense, dropout, reLU } from '@lamella/layers';
import { HostTensor } from '@lamella/program';
import { Functional, Model } from '@lamella/training';
import { encodeModel, loadModel, model } from 'lamella';
import { diffModels } from './diff-models.js';
import { printDifferences } from './print-differences.js';

interface Made {
  readonly units?: number;
  readonly rate?: number;
  readonly scale?: number;
  readonly drops?: boolean;
  readonly skips?: boolean;
  readonly loss?: string;
}

/** x > inner(deep) > [dropped] > scaled > sum (+ inner) > y, with weights of 0.5. */
function made({ units = 2, rate = 0.1, scale = 2, drops = true, skips = true, loss }: Made = {}): Functional {
  const inside = input({ shape: [3], name: 'inside' });
  const inner = new Functional<tf.Tensor, tf.Tensor>({
    inputs: inside,
    outputs: dense({ units: 3, name: 'deep' }).apply(inside),
    name: 'inner',
  });
  const x = input({ shape: [3], name: 'x' });
  const deep = inner.apply(x);
  const dropped = drops ? dropout({ rate, name: 'dropped' }).apply(deep) : deep;
  const scaled = lambda((t: tf.Tensor) => tf.mul(t, scale), { name: 'scaled' }).apply(dropped);
  const sum = add({ name: 'sum' }).apply([scaled, skips ? deep : scaled]);
  const net = model({ inputs: x, outputs: dense({ units, name: 'y' }).apply(sum), name: 'net' });
  for (const weight of net.weights)
    weight.set(new HostTensor(new Float32Array(weight.size).fill(0.5), weight.shape));
  if (loss !== undefined) net.compile({ optimizer: 'adam', loss: loss as 'mse' });
  return net as unknown as Functional;
}

describe('diffModels()', () => {
  it('finds nothing between a model and the same made anew, saved and loaded', async () => {
    const net = made({ loss: 'mse' });
    expect((await diffModels(net, made({ loss: 'mse' }))).isSame).toBe(true);
    for (const name of ['net.keras', 'net.h5', 'net.json']) {
      const again = await loadModel(await encodeModel(net as never, name));
      const differences = await diffModels(net, again as unknown as Layer);
      expect([name, printDifferences(differences)]).toEqual([name, 'No differences.']);
    }
  });

  it('lists layers and connections of one alone', async () => {
    const { layers, connections, isSame } = await diffModels(made(), made({ drops: false, skips: false }));
    expect(isSame).toBe(false);
    expect(layers.removed).toEqual([{ layer: 'dropped', className: 'Dropout' }]);
    expect(layers.added).toEqual([]);
    expect(connections).toEqual({
      removed: ['inner -> dropped', 'dropped -> scaled', 'inner -> sum[1]'],
      added: ['inner -> scaled', 'scaled -> sum[1]'],
    });
  });

  it('lists options with other values, and compile()', async () => {
    const [a, b] = [made({ loss: 'mse' }), made({ rate: 0.2, units: 5, loss: 'mae' })];
    b.optimizer!.learningRate = 0.5;
    const { layers, compile, weights } = await diffModels(a, b);
    expect(layers.changed).toEqual([
      { layer: 'dropped', options: [{ option: 'rate', before: 0.1, after: 0.2 }] },
      { layer: 'y', options: [{ option: 'units', before: 2, after: 5 }] },
    ]);
    expect(compile).toEqual([
      { option: 'optimizer.learningRate', before: Math.fround(0.001), after: 0.5 },
      { option: 'loss', before: 'mse', after: 'mae' },
    ]);
    expect(weights.map(({ weight, before, after, largest }) => [weight, before, after, largest])).toEqual([
      ['y/kernel', 'float32[3, 2]', 'float32[3, 5]', NaN],
      ['y/bias', 'float32[2]', 'float32[5]', NaN],
    ]);
  });

  it('measures how far weights are apart', async () => {
    const [a, b] = [made(), made()];
    const kernelOf = (net: Functional): (typeof net.weights)[0] => net.weights[0]!;
    const values = new Float32Array(9).fill(0.5);
    values.set([0.75, -0.5, NaN], 0);
    kernelOf(a).set(
      new HostTensor(
        Float32Array.from(values, (v, i) => (i < 2 ? 0.5 : v)),
        [3, 3],
      ),
    );
    kernelOf(b).set(new HostTensor(values, [3, 3]));
    expect((await diffModels(a, b)).weights).toEqual([
      {
        weight: 'inner/deep/kernel',
        before: 'float32[3, 3]',
        after: 'float32[3, 3]',
        count: 9,
        different: 2,
        largest: 1,
      },
    ]);
    values[8] = Infinity;
    kernelOf(b).set(new HostTensor(values, [3, 3]));
    expect((await diffModels(a, b)).weights[0]).toMatchObject({ different: 3, largest: Infinity });
  });

  it('compares what Lambdas compute, live ones and saved ones', async () => {
    const [a, b] = [made(), made({ scale: 3 })];
    const saved = await loadModel(await encodeModel(b as never, 'b.keras'));
    for (const other of [b, saved as unknown as Layer]) {
      const { lambdas, layers } = await diffModels(a, other);
      expect(layers.changed).toEqual([]);
      expect(lambdas.map(({ layer }) => layer)).toEqual(['scaled']);
      const constants = lambdas[0]!.lines.filter((line) => line.includes('constant'));
      expect(constants).toEqual([expect.stringMatching(/^- .*\{2\}/), expect.stringMatching(/^\+ .*\{3\}/)]);
    }
  });

  it('takes a layer of another class under the same name for a changed one', async () => {
    const of = (layer: Layer): Functional => {
      const x = input({ shape: [2], name: 'x' });
      return new Functional({ inputs: x, outputs: layer.apply(x as never) as never });
    };
    const { layers, weights } = await diffModels(of(dense({ units: 2, name: 'y' })), of(reLU({ name: 'y' })));
    expect(layers.changed[0]!.options[0]).toEqual({ option: 'className', before: 'Dense', after: 'ReLU' });
    expect(weights.map(({ weight, after }) => [weight, after])).toEqual([
      ['y/kernel', undefined],
      ['y/bias', undefined],
    ]);
  });

  it('compares models that compute in a call of their own by options and weights, once they are built', async () => {
    class Own extends Model {
      readonly inner = this.addLayer('inner', dense({ units: 1, name: 'inner' }));
      override call(x: tf.Tensor): tf.Tensor {
        return this.inner.apply(x);
      }
    }
    const [a, b] = [new Own({ name: 'own' }), new Own({ name: 'own' })];
    await expect(diffModels(a, b)).rejects.toThrow('[LAYER_NOT_BUILT]');
    for (const net of [a, b]) net.apply(input({ shape: [2] }) as never);
    b.weights[1]!.set(new HostTensor(Float32Array.of(1), [1]));
    expect((await diffModels(a, b)).weights.map(({ weight }) => weight)).toContainEqual(
      expect.stringMatching(/bias$/),
    );
  });
});

describe('printDifferences()', () => {
  it('is a block a kind', async () => {
    const [a, b] = [made({ loss: 'mse' }), made({ loss: 'mae', rate: 0.25, skips: false, scale: -1 })];
    b.weights[1]!.set(new HostTensor(Float32Array.of(0.5, 0.5, 2), [3]));
    const text = printDifferences(await diffModels(a, b));
    expect(text.replaceAll(/#\d+/g, '#')).toBe(
      [
        'Layers',
        '  dropped',
        '    rate: 0.1 → 0.25',
        '',
        'Connections',
        '- inner -> sum[1]',
        '+ scaled -> sum[1]',
        '',
        'Weights',
        '  inner/deep/bias float32[3]: 1 of 3 values differ, by at most 1.5',
        '',
        'Lambdas',
        '  scaled',
        '    -   %1: float32[] = constant {2} #',
        '    +   %1: float32[] = constant {-1} #',
        '',
        'Compiled with',
        '  loss: "mse" → "mae"',
      ].join('\n'),
    );
  });
});
