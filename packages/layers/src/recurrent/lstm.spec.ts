import { describe, expect, it } from '@jest/globals';
import { input } from '@lamella/core';
import { floats, list, testLayer } from '@lamella/testing';
import { pReLU } from '../activation/p-re-lu.js';
import { reload, testAgainstKeras } from '../golden-cases.spec.js';
import { lstm, LSTM } from './lstm.js';
import { LSTMCell } from './lstm-cell.js';

testAgainstKeras(LSTM);
testAgainstKeras(LSTMCell);

testLayer(
  lstm,
  [
    {
      name: 'with all options',
      options: {
        units: 2,
        activation: pReLU({ name: 'bend' }),
        recurrentActivation: 'hard_sigmoid',
        kernelRegularizer: 'l2',
        recurrentConstraint: 'max_norm',
        returnSequences: true,
        returnState: true,
        zeroOutputForMask: true,
        useCudnn: false,
      },
      inputs: floats([2, 3, 2]),
      masks: [list([1, 1, 0, 1, 0, 1], 'bool', [2, 3])],
    },
    {
      name: 'that drops in training',
      options: { units: 2, dropout: 0.5, recurrentDropout: 0.5 },
      inputs: floats([2, 3, 2]),
      inTraining: 'differs',
    },
  ],
  {
    reload,
    rejects: [
      {
        name: 'an unknown use of cuDNN',
        run: () => lstm({ units: 1, name: 'l', useCudnn: 'yes' as 'auto' }),
        code: 'OPTION_INVALID',
        says: ['LSTM "l": useCudnn: expected "auto", true or false, got "yes"'],
      },
    ],
  },
);

describe('an LSTM', () => {
  it('names its weights as Keras does, and begins with ones in the bias of the forget gate', async () => {
    const layer = lstm({ units: 2, name: 'memory' });
    layer.apply(input({ shape: [null, 3] }));
    expect(layer.weights.map(({ name }) => name)).toEqual([
      'memory/lstm_cell/kernel',
      'memory/lstm_cell/recurrent_kernel',
      'memory/lstm_cell/bias',
    ]);
    expect((await layer.getWeights())[2]!.array()).toEqual([0, 0, 1, 1, 0, 0, 0, 0]);
  });

  it('freezes with its cell', () => {
    const layer = lstm({ units: 2, trainable: false });
    layer.apply(input({ shape: [4, 3] }));
    expect([layer.trainableWeights.length, layer.cell.trainable]).toEqual([0, false]);
  });
});
