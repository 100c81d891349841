// The layers that pad, crop and enlarge.
import { input } from '@lamella/core';
import { floats, list, testLayer } from '@lamella/testing';
import { reload, testAgainstKeras } from '../golden-cases.spec.js';
import { cropping1D, Cropping1D } from './cropping1d.js';
import { cropping2D, Cropping2D } from './cropping2d.js';
import { cropping3D, Cropping3D } from './cropping3d.js';
import { UpSampling1D } from './up-sampling1d.js';
import { upSampling2D, UpSampling2D } from './up-sampling2d.js';
import { UpSampling3D } from './up-sampling3d.js';
import { zeroPadding1D, ZeroPadding1D } from './zero-padding1d.js';
import { zeroPadding2D, ZeroPadding2D } from './zero-padding2d.js';
import { ZeroPadding3D } from './zero-padding3d.js';

for (const layer of [Cropping1D, Cropping2D, Cropping3D, UpSampling1D, UpSampling2D, UpSampling3D])
  testAgainstKeras(layer);
for (const layer of [ZeroPadding1D, ZeroPadding2D, ZeroPadding3D]) testAgainstKeras(layer);

testLayer(
  zeroPadding2D,
  [
    {
      name: 'that pads each end by itself',
      options: { padding: [[0, 1], 1] },
      inputs: list([1, 2], 'float32', [1, 1, 2, 1]),
      outputs: list([0, 1, 2, 0, 0, 0, 0, 0], 'float32', [1, 2, 4, 1]),
    },
  ],
  {
    reload,
    rejects: [
      {
        name: 'a padding of three numbers for images',
        run: () => zeroPadding2D({ padding: [1, 2, 3], name: 'z' }),
        code: 'OPTION_INVALID',
        says: ['ZeroPadding2D "z": padding: expected', 'a list of 2', 'got [1,2,3]'],
      },
      {
        name: 'negative numbers',
        run: () => zeroPadding1D({ padding: [1, -1] }),
        code: 'OPTION_INVALID',
        says: ['padding: expected an integer that is not negative, or a pair of them, got [1,-1]'],
      },
      {
        name: 'what is no image',
        run: () => zeroPadding2D().apply(input({ shape: [4, 4] })),
        code: 'RANK_MISMATCH',
        says: ['[batch, height, width, channels]'],
      },
    ],
  },
);

testLayer(
  cropping2D,
  [
    {
      name: 'that cuts off each end by itself',
      options: { cropping: [[1, 0], 1] },
      inputs: list([1, 2, 3, 4, 5, 6], 'float32', [1, 2, 3, 1]),
      outputs: list([5], 'float32', [1, 1, 1, 1]),
    },
  ],
  {
    reload,
    rejects: [
      {
        name: 'to cut off all there is',
        run: () => cropping1D({ cropping: [2, 1], name: 'c' }).apply(input({ shape: [3, 2] })),
        code: 'SHAPE_MISMATCH',
        says: [
          'Cropping1D "c": it cuts off all of the sequence: cropping [[2,1]] of input [null, 3, 2]',
          'Fix',
        ],
      },
      {
        name: 'pairs of one number',
        run: () => cropping3D({ cropping: [[1], 1, 1] as never }),
        code: 'OPTION_INVALID',
        says: ['cropping'],
      },
    ],
  },
);

testLayer(
  upSampling2D,
  [
    {
      name: 'of rows and columns that are repeated',
      options: { size: [1, 2] },
      inputs: list([1, 2], 'float32', [1, 1, 2, 1]),
      outputs: list([1, 1, 2, 2], 'float32', [1, 1, 4, 1]),
    },
    {
      name: 'of rows and columns in between',
      options: { size: [1, 2], interpolation: 'bilinear' },
      inputs: list([1, 2], 'float32', [1, 1, 2, 1]),
      outputs: list([1, 1.25, 1.75, 2], 'float32', [1, 1, 4, 1]),
    },
    {
      name: 'of integers, rounded',
      options: { size: [1, 2], interpolation: 'bilinear' },
      inputs: list([1, 4], 'int32', [1, 1, 2, 1]),
      outputs: list([1, 2, 3, 4], 'int32', [1, 1, 4, 1]),
    },
    {
      name: 'with channels first',
      options: { interpolation: 'bicubic', dataFormat: 'channels_first' },
      inputs: floats([1, 2, 2, 3]),
    },
  ],
  {
    reload,
    rejects: [
      {
        name: 'an unknown interpolation',
        run: () => upSampling2D({ interpolation: 'cubic' as 'bicubic', name: 'u' }),
        code: 'OPTION_INVALID',
        says: ['UpSampling2D "u": interpolation: expected one of "nearest", "bilinear"', 'got "cubic"'],
      },
    ],
  },
);
