import { compose, input, Layer, type CallContext } from '@lamella/core';
import { list, testLayer } from '@lamella/testing';
import * as tf from '@tensorflow/tfjs-core';
import { reload, testAgainstKeras } from '../golden-cases.spec.js';
import { gruCell } from './gru-cell.js';
import { rnn, RNN } from './rnn.js';

testAgainstKeras(RNN);

/** Counts its steps and gives twice what it has seen. */
class Tally extends Layer {
  static readonly className = 'test>Tally';
  static readonly callArguments = ['states'];
  readonly stateSize = [1, 2];
  readonly outputSize = 2;
  getInitialState(batchSize: number): tf.Tensor[] {
    return [tf.fill([batchSize, 1], 10), tf.zeros([batchSize, 2])];
  }
  override call(x: tf.Tensor, { args }: CallContext): [tf.Tensor, tf.Tensor[]] {
    const [count, sum] = args['states'] as tf.Tensor[];
    const next = tf.add(sum!, x);
    return [tf.mul(next, 2), [tf.add(count!, 1), next]];
  }
}
const plugins = [{ name: 'test', classes: { layers: [Tally] } }];
compose({ plugins });
const inputs = list([1, 2, 3, 4, 5, 6], 'float32', [1, 3, 2]);

testLayer(
  rnn,
  [
    {
      name: 'over a cell of its own',
      options: { cell: new Tally({ name: 'tally' }), returnState: true },
      inputs,
      outputs: [
        list([18, 24], 'float32', [1, 2]),
        list([13], 'float32', [1, 1]),
        list([9, 12], 'float32', [1, 2]),
      ],
    },
    {
      name: 'over a cell of its own, with a mask',
      options: { cell: new Tally({ name: 'tally' }), zeroOutputForMask: true, returnSequences: true },
      inputs,
      masks: [list([1, 0, 1], 'bool', [1, 3])],
      outputs: list([2, 4, 0, 0, 12, 16], 'float32', [1, 3, 2]),
    },
  ],
  {
    plugins,
    rejects: [
      {
        name: 'a layer that is no cell',
        run: () => rnn({ cell: rnn({ cell: gruCell({ units: 1 }) }) as never, name: 'r' }),
        code: 'OPTION_INVALID',
        says: ['RNN "r": cell: expected a layer with a stateSize'],
      },
      {
        name: 'no sequences',
        run: () => rnn({ cell: gruCell({ units: 1 }) }).apply(input({ shape: [2] })),
        code: 'RANK_MISMATCH',
      },
    ],
  },
);

testLayer(
  () => rnn({ cell: gruCell({ units: 2, name: 'c' }) }),
  [{ name: 'of a GRUCell', options: {}, inputs }],
  {
    reload,
  },
);
