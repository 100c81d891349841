import { describe, expect, it } from '@jest/globals';
import { input, type Layer } from '@lamella/core';
import { lambda } from '@lamella/lambda';
import { add, dense, pipeline, rescaling, timeDistributed } from '@lamella/layers';
import { HostTensor } from '@lamella/program';
import type { Model } from '@lamella/training';
import * as tf from '@tensorflow/tfjs-core';
import { composed } from '../keras-fixtures.spec.js';

// Layers that others have among their options. What Keras makes of them, the fixture "wrapped" says.

const sequence = () => input({ shape: [2, 3], name: 'x' });

function applied(make: () => Layer): () => Model {
  return () => {
    const x = sequence();
    return composed().model({ inputs: x, outputs: make().apply(x), name: 'net' });
  };
}

function graph(): Model {
  const x = input({ shape: [3], name: 'step' });
  const hidden = lambda((t: tf.Tensor) => tf.tanh(t), { name: 'bent' }).apply(
    dense({ units: 3, name: 'd' }).apply(x),
  );
  return composed().model({ inputs: x, outputs: add({ name: 'sum' }).apply([hidden, x]), name: 'graph' });
}

/** Its layer "d" is called by itself, and for each step. */
function shared(): Model {
  const x = sequence();
  const d = dense({ units: 3, name: 'd' });
  const steps = timeDistributed({ layer: d, name: 'steps' });
  return composed().model({ inputs: x, outputs: steps.apply(d.apply(x)), name: 'net' });
}

const cases: readonly (readonly [what: string, make: () => Model])[] = [
  ['a graph', applied(() => timeDistributed({ layer: graph(), name: 'steps' }))],
  [
    'a chain',
    applied(() => {
      const chain = composed().sequential([input({ shape: [3] }), dense({ units: 2, name: 'd' })], {
        name: 'chain',
      });
      return timeDistributed({ layer: chain, name: 'steps' });
    }),
  ],
  [
    'a Lambda',
    applied(() =>
      timeDistributed({ layer: lambda((t: tf.Tensor) => tf.mul(t, 3), { name: 'thrice' }), name: 'steps' }),
    ),
  ],
  [
    'a list of layers with a Lambda in it',
    applied(() =>
      pipeline({
        layers: [
          rescaling({ scale: 2 }),
          lambda((t: tf.Tensor) => tf.add(t, 1)),
          dense({ units: 2, name: 'd' }),
        ],
        name: 'pipe',
      }),
    ),
  ],
  ['a layer that the graph has, too', shared],
];

const x = new HostTensor(new Float32Array([1, -2, 0.5, 0.25, 3, -1]), [1, 2, 3]);
const predicted = async (model: Model): Promise<number[]> =>
  [...((await model.predict(x)) as HostTensor).data].map(Number);

describe('a layer that has among its options', () => {
  it.each(
    cases.flatMap(([what, make]) =>
      ['net.keras', 'net.h5', 'net.json'].map((file) => [what, file, make] as const),
    ),
  )('%s: %s is the same model again, twice over', async (_what, file, make) => {
    const model = make();
    const { encodeModel, loadModel } = composed();
    const again = await loadModel(await encodeModel(model, file));
    expect(again.weights).toHaveLength(model.weights.length);
    expect(await predicted(again)).toEqual(await predicted(model));
    const third = await loadModel(await encodeModel(again, file));
    expect(await predicted(third)).toEqual(await predicted(model));
  });

  it.each(cases)('%s gives no warning at compile', (_what, make) => {
    const warnings: string[] = [];
    const { warn } = console;
    console.warn = (line: string) => void warnings.push(line);
    try {
      make().compile({ optimizer: 'sgd', loss: 'mse' });
    } finally {
      console.warn = warn;
    }
    expect(warnings).toEqual([]);
  });
});
