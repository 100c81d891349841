import { input } from '@lamella/core';
import { floats, testLayer } from '@lamella/testing';
import { conv2D } from '../convolution/conv2d.js';
import { dense } from '../core/dense.js';
import { reload, testAgainstKeras } from '../golden-cases.spec.js';
import { timeDistributed, TimeDistributed } from './time-distributed.js';

testAgainstKeras(TimeDistributed);

testLayer(
  () => timeDistributed({ layer: conv2D({ filters: 2, kernelSize: 2, name: 'each' }), name: 'steps' }),
  [{ name: 'of a Conv2D', options: {}, inputs: floats([2, 3, 3, 2, 1]) }],
  {
    reload,
    rejects: [
      {
        name: 'no steps',
        run: () => timeDistributed({ layer: dense({ units: 1 }), name: 't' }).apply(input({ shape: [3] })),
        code: 'RANK_MISMATCH',
        says: ['TimeDistributed "t"', '[batch, steps, ...]'],
      },
      {
        name: 'what is no layer',
        run: () => timeDistributed({ layer: 'dense' as never }),
        code: 'OPTION_INVALID',
      },
    ],
  },
);
