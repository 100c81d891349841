// Cases of morphological dilation and its backward kernels.
import { call, misfit, type ShapeCases } from '../kernel-case.js';
import { float, int } from '../sample.js';

const x = float(1, 5, 6, 2);
const filter = float(2, 3, 2);
const valid = { strides: 1, pad: 'valid', dilations: 1 };
const same = { strides: [2, 2], pad: 'same', dilations: [1, 2] };

export const dilation: ShapeCases = {
  cases: [
    call('Dilation2D', { x, filter }, valid),
    call('Dilation2D', { x, filter }, same),
    call('Dilation2D', { x: int(1, 5, 6, 2), filter: int(2, 3, 2) }, valid),
    ...['Dilation2DBackpropInput', 'Dilation2DBackpropFilter'].flatMap((kernel) => [
      call(kernel, { x, filter, dy: float(1, 4, 4, 2) }, valid),
      call(kernel, { x, filter, dy: float(1, 3, 3, 2) }, same),
    ]),
  ],
  misfits: [
    misfit(
      'SHAPE_MISMATCH',
      ['3 channels', '[1, 5, 6, 2]'],
      call('Dilation2D', { x, filter: float(2, 3, 3) }, valid),
    ),
    misfit('SHAPE_MISMATCH', ['rank 3', '[2, 3]'], call('Dilation2D', { x, filter: float(2, 3) }, valid)),
    misfit('DTYPE_MISMATCH', ['float32', 'int32'], call('Dilation2D', { x, filter: int(2, 3, 2) }, valid)),
    ...['Dilation2DBackpropInput', 'Dilation2DBackpropFilter'].map((kernel) =>
      misfit(
        'SHAPE_MISMATCH',
        ['[1, 4, 4, 2]', '[1, 4, 3, 2]'],
        call(kernel, { x, filter, dy: float(1, 4, 3, 2) }, valid),
      ),
    ),
  ],
};
