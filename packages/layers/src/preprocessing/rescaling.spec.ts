import { input } from '@lamella/core';
import { list, testLayer } from '@lamella/testing';
import { reload, testAgainstKeras } from '../golden-cases.spec.js';
import { rescaling, Rescaling } from './rescaling.js';

testAgainstKeras(Rescaling);

testLayer(
  rescaling,
  [
    {
      name: 'of bytes',
      options: { scale: 1 / 255 },
      inputs: list([0, 51, 255], 'uint8', [1, 3]),
      outputs: list([0, 0.2, 1], 'float32', [1, 3]),
    },
    {
      name: 'with an offset',
      options: { scale: 2, offset: -1 },
      inputs: list([0, 0.5, 1]),
      outputs: list([-1, 0, 1]),
    },
    {
      name: 'by channel',
      options: { scale: [1, 2], offset: [0, 10] },
      inputs: list([1, 1, 2, 2], 'float32', [2, 2]),
      outputs: list([1, 12, 2, 14], 'float32', [2, 2]),
    },
  ],
  {
    reload,
    rejects: [
      {
        name: 'no scale',
        run: () => rescaling({} as never),
        code: 'OPTION_INVALID',
        says: ['scale: expected a finite number, got undefined'],
      },
      {
        name: 'a list of nothing',
        run: () => rescaling({ scale: 1, offset: [] }),
        code: 'OPTION_INVALID',
        says: ['offset'],
      },
      {
        name: 'another number of channels',
        run: () => rescaling({ scale: [1, 2], name: 'r' }).apply(input({ shape: [3] })),
        code: 'SHAPE_MISMATCH',
        says: ['Rescaling "r": scale has 2 numbers'],
      },
    ],
  },
);
