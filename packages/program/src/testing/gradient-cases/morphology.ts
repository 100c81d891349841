// Gradient cases of the greyscale dilation.
import { withOptions, type GradientCase } from '../gradient-case.js';
import { call } from '../kernel-case.js';
import { floats } from '../sample.js';

const x = floats([1, 4, 5, 2], -3, 3);
const filter = floats([2, 2, 2], -1.37, 1.21);
const valid = { strides: [1, 1], pad: 'valid', dilations: [1, 1] };
const same = { strides: [2, 2], pad: 'same', dilations: [1, 2] };

export const morphology: readonly GradientCase[] = [valid, same].flatMap((attrs) => {
  const dy = floats(attrs === valid ? [1, 3, 4, 2] : [1, 2, 3, 2], -1, 1);
  return [
    call('Dilation2D', { x, filter }, attrs),
    // Piecewise constant in x and in the filter.
    call('Dilation2DBackpropInput', { x, filter, dy }, attrs),
    call('Dilation2DBackpropFilter', { x, filter, dy }, attrs),
  ].map((one) => withOptions(one, { step: 2e-3 }));
});
