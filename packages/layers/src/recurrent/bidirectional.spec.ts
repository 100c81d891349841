import { describe, expect, it } from '@jest/globals';
import { floats, list, testLayer } from '@lamella/testing';
import { input } from '@lamella/core';
import { dense } from '../core/dense.js';
import { reload, testAgainstKeras } from '../golden-cases.spec.js';
import { bidirectional, Bidirectional } from './bidirectional.js';
import { gru } from './gru.js';
import { gruCell } from './gru-cell.js';
import { lstm } from './lstm.js';
import { rnn } from './rnn.js';

testAgainstKeras(Bidirectional);

testLayer(
  (options: { readonly layer: 'gru' | 'rnn' }) =>
    bidirectional({
      layer:
        options.layer === 'gru'
          ? gru({ units: 2, returnState: true, returnSequences: true, name: 'g' })
          : rnn({ cell: gruCell({ units: 2, name: 'c' }), name: 'r' }),
      mergeMode: options.layer === 'gru' ? null : 'ave',
      name: 'both',
    }),
  [
    {
      name: 'with both outputs and the states',
      options: { layer: 'gru' },
      inputs: floats([2, 3, 2]),
      masks: [list([1, 1, 0, 1, 0, 0], 'bool', [2, 3])],
    },
    { name: 'of a cell, averaged', options: { layer: 'rnn' }, inputs: floats([2, 3, 2]) },
  ],
  {
    reload,
    rejects: [
      {
        name: 'a layer without a direction',
        run: () => bidirectional({ layer: dense({ units: 1 }) as never, name: 'b' }),
        code: 'OPTION_INVALID',
        says: ['Bidirectional "b": layer: expected a recurrent layer such as lstm()'],
      },
      {
        name: 'two layers of one direction',
        run: () => bidirectional({ layer: gru({ units: 1 }), backwardLayer: gru({ units: 1 }) }),
        code: 'OPTION_INVALID',
        says: ['goBackwards'],
      },
      {
        name: 'layers that give other things',
        run: () =>
          bidirectional({
            layer: gru({ units: 1 }),
            backwardLayer: gru({ units: 1, goBackwards: true, returnSequences: true }),
          }),
        code: 'OPTION_INVALID',
        says: ['a layer with returnSequences: false'],
      },
    ],
  },
);

describe('a Bidirectional', () => {
  it('names its layers and their weights as Keras does, and leaves the given layer alone', () => {
    const inner = lstm({ units: 2, name: 'lstm' });
    const both = bidirectional({ layer: inner, name: 'both' });
    both.apply(input({ shape: [3, 4] }));
    expect([inner.isBuilt, both.layer.name, both.backwardLayer.name]).toEqual([
      false,
      'forward_lstm',
      'backward_lstm',
    ]);
    expect(both.weights.map(({ name }) => name)).toEqual(
      ['forward_lstm', 'backward_lstm'].flatMap((name) =>
        ['kernel', 'recurrent_kernel', 'bias'].map((weight) => `both/${name}/lstm_cell/${weight}`),
      ),
    );
  });
});
