import { input } from '@lamella/core';
import { list, testLayer } from '@lamella/testing';
import { reload, testAgainstKeras } from '../golden-cases.spec.js';
import { elu, ELU } from './elu.js';

testAgainstKeras(ELU);

testLayer(
  elu,
  [
    { name: 'by default', options: {}, inputs: list([-1, 0, 2]), outputs: list([Math.exp(-1) - 1, 0, 2]) },
    {
      name: 'with an alpha',
      options: { alpha: 0.5 },
      inputs: list([-1, 2]),
      outputs: list([(Math.exp(-1) - 1) / 2, 2]),
    },
    { name: 'of integers', options: {}, inputs: list([0, 2], 'int32'), outputs: list([0, 2]) },
  ],
  {
    reload,
    rejects: [
      {
        name: 'an alpha that is no number',
        run: () => elu({ alpha: Infinity }),
        code: 'OPTION_INVALID',
        says: ['alpha', 'got Infinity'],
      },
      {
        name: 'a list of tensors',
        run: () => elu().apply([input({ shape: [2] })]),
        code: 'INPUT_INVALID',
        says: [],
      },
    ],
  },
);
