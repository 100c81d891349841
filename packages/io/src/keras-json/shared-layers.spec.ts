import { describe, expect, it } from '@jest/globals';
import { input } from '@lamella/core';
import { lambda } from '@lamella/lambda';
import { unzip } from '@lamella/files';
import { dense } from '@lamella/layers';
import { HostTensor } from '@lamella/program';
import type { Model } from '@lamella/training';
import * as tf from '@tensorflow/tfjs-core';
import { composed } from '../keras-fixtures.spec.js';

// Layers that a model and models inside it share. Keras 3.15.1 cannot open the .keras files that it writes of these itself; those
// that are written here it opens, with one layer, and the .h5 with a layer for each place.

/** Its layer "d" is called in the model inside first. */
function twice(): Model {
  const { model } = composed();
  const x = input({ shape: [3], name: 'x' });
  const d = dense({ units: 3, name: 'd' });
  const sub = model({ inputs: x, outputs: d.apply(x), name: 'sub' });
  return model({ inputs: x, outputs: d.apply(sub.apply(x)), name: 'net' });
}

/** Chains, a model that is called twice, a Lambda, and a call that stands in both graphs. */
function manifold(): Model {
  const { model, sequential } = composed();
  const x = input({ shape: [3], name: 'x' });
  const d = dense({ units: 3, name: 'd' });
  const plus = lambda((t: tf.Tensor) => tf.add(t, 1), { name: 'plus' });
  const hidden = d.apply(x);
  const sub = model({ inputs: x, outputs: plus.apply(hidden), name: 'sub' });
  const chain = sequential([input({ shape: [3] }), d, plus], { name: 'chain' });
  const wrapped = model({ inputs: x, outputs: sub.apply(chain.apply(x)), name: 'wrapped' });
  return model({ inputs: x, outputs: plus.apply(d.apply(sub.apply(wrapped.apply(hidden)))), name: 'net' });
}

const x = new HostTensor(new Float32Array([1, -2, 0.5, 0.25, 3, -1]), [2, 3]);
const predicted = async (model: Model): Promise<number[]> =>
  [...((await model.predict(x)) as HostTensor).data].map(Number);

describe('layers shared with models inside', () => {
  it.each([
    ['net.keras', twice],
    ['net.h5', twice],
    ['net.json', twice],
    ['net.keras', manifold],
    ['net.h5', manifold],
    ['net.json', manifold],
  ] as const)('%s: are one layer again', async (name, make) => {
    const model = make();
    const { encodeModel, loadModel } = composed();
    const again = await loadModel(await encodeModel(model, name));
    expect(again.weights.map((weight) => weight.name)).toEqual(['d/kernel', 'd/bias']);
    expect(await predicted(again)).toEqual(await predicted(model));
    const third = await loadModel(await encodeModel(again, name));
    expect(await predicted(third)).toEqual(await predicted(model));
  });

  it('train on with the optimizer that they had', async () => {
    const model = twice();
    model.compile({ optimizer: 'adam', loss: 'mse' });
    await model.fit(x, x, { verbose: 0, shuffle: false });
    const { encodeModel, loadModel } = composed();
    const again = await loadModel(await encodeModel(model, 'net.keras'));
    const fit = async (one: Model): Promise<number[]> => {
      await one.fit(x, x, { verbose: 0, shuffle: false, epochs: 3 });
      return predicted(one);
    };
    expect(await fit(again)).toEqual(await fit(model));
  });

  it('count their calls in .keras as Keras does, which builds models inside first', async () => {
    const config = unzip((await composed().encodeModel(twice(), 'net.keras')).bytes, 'net.keras').get(
      'config.json',
    );
    const stored = JSON.parse(new TextDecoder().decode(config)) as {
      config: { layers: { name: string; shared_object_id?: number }[]; output_layers: unknown };
    };
    expect(stored.config.output_layers).toEqual(['d', 1, 0]);
    expect(stored.config.layers.map(({ name, shared_object_id: id }) => [name, id])).toEqual([
      ['x', 1],
      ['sub', undefined],
      ['d', 2],
    ]);
  });

  it('leave other models as they were written', async () => {
    const { model, encodeModel } = composed();
    const start = input({ shape: [3], name: 'x' });
    const plain = model({ inputs: start, outputs: dense({ units: 1 }).apply(start) });
    expect(new TextDecoder().decode((await encodeModel(plain, 'net.json')).bytes)).not.toContain(
      'shared_object_id',
    );
  });
});
