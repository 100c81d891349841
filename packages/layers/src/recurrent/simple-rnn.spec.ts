import { describe, expect, it } from '@jest/globals';
import { cpu } from '@lamella/backend-cpu';
import { callContext, compose, input } from '@lamella/core';
import { HostTensor } from '@lamella/program';
import { assertClose, floats, list, testLayer } from '@lamella/testing';
import { training } from '@lamella/training';
import { reload, testAgainstKeras } from '../golden-cases.spec.js';
import { constant } from '../initializers/index.js';
import { layers } from '../layers.js';
import { simpleRNN, SimpleRNN } from './simple-rnn.js';
import { SimpleRNNCell, simpleRNNCell } from './simple-rnn-cell.js';

testAgainstKeras(SimpleRNN);
testAgainstKeras(SimpleRNNCell);

const sums = {
  units: 1,
  activation: 'linear',
  kernelInitializer: constant(1),
  recurrentInitializer: constant(2),
  biasInitializer: constant(0.5),
} as const;

testLayer(
  simpleRNN,
  [
    {
      name: 'of sums',
      options: { ...sums, returnSequences: true },
      inputs: list([1, 2, 3], 'float32', [1, 3, 1]),
      // h = x + 0.5 + 2 h
      outputs: list([1.5, 5.5, 14.5], 'float32', [1, 3, 1]),
    },
    {
      name: 'backwards, with states',
      options: { ...sums, goBackwards: true, returnState: true },
      inputs: list([1, 2, 3], 'float32', [1, 3, 1]),
      args: { initialState: [list([1], 'float32', [1, 1])] },
      // 3.5 + 2, 2.5 + 11, 1.5 + 27
      outputs: [list([28.5], 'float32', [1, 1]), list([28.5], 'float32', [1, 1])],
    },
    {
      name: 'that drops in training, step by step',
      options: { units: 2, dropout: 0.4, recurrentDropout: 0.3, seed: 5, unroll: true },
      inputs: floats([2, 3, 2]),
      inTraining: 'differs',
    },
  ],
  {
    reload,
    rejects: [
      {
        name: 'no sequences',
        run: () => simpleRNN({ units: 1, name: 's' }).apply(input({ shape: [3] })),
        code: 'RANK_MISMATCH',
        says: ['SimpleRNN "s"', '[batch, steps, features]'],
      },
      {
        name: 'sequences of no steps',
        run: () => simpleRNN({ units: 1, name: 's' }).apply(input({ shape: [0, 3] })),
        code: 'SHAPE_MISMATCH',
        says: ['expected at least one step, got none'],
      },
      {
        name: 'features of unknown number',
        run: () => simpleRNN({ units: 1 }).apply(input({ shape: [3, null] })),
        code: 'SHAPE_MISMATCH',
        says: ['number of features'],
      },
      {
        name: 'a state of another size',
        run: () =>
          simpleRNN({ units: 2, name: 's' }).apply(input({ shape: [3, 1] }), {
            initialState: input({ shape: [3] }),
          }),
        code: 'SHAPE_MISMATCH',
        says: ['SimpleRNN "s"', 'initialState: expected state 0 of shape [null, 2], got [null, 3]'],
      },
      {
        name: 'too many states',
        run: () =>
          simpleRNN({ units: 2 }).apply(input({ shape: [3, 1] }), {
            initialState: [input({ shape: [2] }), input({ shape: [2] })],
          }),
        code: 'SHAPE_MISMATCH',
        says: ['initialState: expected 1 states, got 2'],
      },
      {
        name: 'a stateful layer for batches of any size',
        run: () => simpleRNN({ units: 2, stateful: true }).apply(input({ shape: [3, 1] })),
        code: 'SHAPE_MISMATCH',
        says: ['expected a known batch size, because it is stateful'],
      },
      {
        name: 'a cell for sequences',
        run: () =>
          simpleRNNCell({ units: 2 }).apply(input({ shape: [3, 1] }), { states: [input({ shape: [2] })] }),
        code: 'RANK_MISMATCH',
        says: ['[batch, features]'],
      },
    ],
  },
);

describe('a stateful SimpleRNN', () => {
  const { model } = compose({ backend: cpu(), plugins: [layers, training] });

  it('goes on where the batch before it ended, until its states are reset, and keeps no other batch', async () => {
    const [whole, kept] = [false, true].map((stateful) => simpleRNN({ units: 2, stateful, seed: 1 }));
    const long = input({ batchShape: [2, 6, 3] });
    const short = input({ batchShape: [2, 3, 3] });
    const atOnce = model({ inputs: long, outputs: whole!.apply(long) });
    const inParts = model({ inputs: short, outputs: kept!.apply(short) });
    inParts.setWeights(await atOnce.getWeights());
    expect(inParts.weights).toHaveLength(3);

    const x = floats([2, 6, 3]);
    const part = (from: number): HostTensor => {
      const rows = x.array() as number[][][];
      return new HostTensor(
        Float32Array.from(rows.flatMap((row) => row.slice(from, from + 3)).flat()),
        [2, 3, 3],
      );
    };
    const expected = await atOnce.predict(x);
    const first = await inParts.predict(part(0));
    assertClose(await inParts.predict(part(3)), expected, 1e-6, 'the second half');
    kept!.resetStates();
    assertClose(await inParts.predict(part(0)), first, 0, 'the first half again');
    expect(() => kept!.apply(input({ batchShape: [3, 3, 3] }))).toThrow(
      /SHAPE_MISMATCH.*: expected batches of 2, whose states it keeps, got one of 3/,
    );
  });
});

describe('a SimpleRNN without a build', () => {
  it('says so', () => {
    expect(() => simpleRNN({ units: 1 }).call({} as never, callContext())).toThrow('[LAYER_NOT_BUILT]');
  });
});
