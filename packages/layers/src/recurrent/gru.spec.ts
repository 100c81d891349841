import { describe, it } from '@jest/globals';
import { cpu } from '@lamella/backend-cpu';
import { compose, input } from '@lamella/core';
import { assertClose, floats, testLayer } from '@lamella/testing';
import { training } from '@lamella/training';
import { layers } from '../layers.js';
import { reload, testAgainstKeras } from '../golden-cases.spec.js';
import { gru, GRU } from './gru.js';
import { GRUCell } from './gru-cell.js';

testAgainstKeras(GRU);
testAgainstKeras(GRUCell);

testLayer(
  gru,
  [
    {
      name: 'that drops in training, reset before',
      options: { units: 2, dropout: 0.5, recurrentDropout: 0.5, resetAfter: false },
      inputs: floats([2, 3, 2]),
      inTraining: 'differs',
    },
  ],
  { reload },
);

describe('a GRU in bfloat16', () => {
  it('gives what one in float32 gives, to its digits', async () => {
    const { model } = compose({ backend: cpu(), plugins: [layers, training] });
    const x = input({ shape: [3, 2] });
    const [exact, rounded] = (['float32', 'mixed_bfloat16'] as const).map((dtype) =>
      model({ inputs: x, outputs: gru({ units: 2, dtype, returnSequences: true, name: 'g' }).apply(x) }),
    );
    rounded!.setWeights(await exact!.getWeights());
    const values = floats([2, 3, 2]);
    const found = (await rounded!.predict(values)).cast('float32');
    assertClose(found, await exact!.predict(values), 2e-2, 'the outputs');
  });
});
