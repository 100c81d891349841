import { describe, expect, it } from '@jest/globals';
import { input, type SymbolicTensor } from '@lamella/core';
import { lambda } from '@lamella/lambda';
import { dense, rescaling } from '@lamella/layers';
import { flatten, type HostTensor } from '@lamella/program';
import type { Model } from '@lamella/training';
import * as tf from '@tensorflow/tfjs-core';
import { composed } from './keras-fixtures.spec.js';

// Models that nobody builds by hand and that are models all the same: whatever the format, they are the same model again.

const { model, encodeModel, loadModel } = composed();
const start = (name = 'x'): SymbolicTensor => input({ shape: [2], name });
const rows = [[1, -2]];

const cases: readonly (readonly [what: string, net: () => Model, data: unknown])[] = [
  [
    'a model that is called on its third call alone',
    () => {
      const [i, x, y] = ['i', 'x', 'y'].map((name) => start(name));
      const inner = model({ inputs: i!, outputs: dense({ units: 2, name: 'd' }).apply(i!), name: 'inner' });
      const on = (tensor: SymbolicTensor): SymbolicTensor => inner.apply(tensor) as SymbolicTensor;
      const outputs = [on(x!), on(y!), on(on(x!))];
      return model({ inputs: [x!, y!], outputs, name: 'net' }) as unknown as Model;
    },
    [rows, [[3, 4]]],
  ],
  [
    'layers with names that formats use',
    () => {
      const names = ['vars', 'top_level_model_weights', 'model_weights', 'layers'];
      const x = start('optimizer');
      const outputs = names.reduce((tensor, name) => dense({ units: 2, name }).apply(tensor), x);
      return model({ inputs: x, outputs, name: 'net' });
    },
    rows,
  ],
  [
    'a negative zero among options',
    () => {
      const x = start();
      return model({
        inputs: x,
        outputs: rescaling({ scale: -0, offset: -0, name: 'none' }).apply(x),
        name: 'net',
      });
    },
    rows,
  ],
  [
    'a constant without values, of any batch',
    () => {
      const x = start();
      const widened = (t: tf.Tensor): tf.Tensor => tf.concat([t, tf.zeros([t.shape[0]!, 0])], 1);
      return model({ inputs: x, outputs: lambda(widened, { name: 'widened' }).apply(x), name: 'net' });
    },
    rows,
  ],
];

describe('an odd model', () => {
  it.each(
    cases.flatMap(([what, net, data]) =>
      ['net.keras', 'net.h5', 'net.json'].map((file) => [what, file, net, data] as const),
    ),
  )('with %s is the same in %s', async (_what, file, make, data) => {
    const net = make();
    const again = await loadModel<Model>(await encodeModel(net, file));
    const bits = async (one: Model): Promise<unknown> =>
      flatten<unknown>((await one.predict(data as never)) as never).map((value) => [
        ...(value as HostTensor).data,
      ]);
    expect(await bits(again)).toEqual(await bits(net));
  });
});
