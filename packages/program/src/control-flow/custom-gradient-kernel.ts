// The node of `tf.customGrad`: forward it is the identity of its input `value`. Its Program `gradient` takes the gradient of
// the output, then the inputs named `0`, `1`, ... in order, and gives the gradients of the first `arity` (attribute) of them.
import * as tf from '@tensorflow/tfjs-core';
import { programInvalid } from '../errors.js';
import type { Holder, HoldingKernel } from '../holding-kernel.js';
import { customGradientKernel } from '../program.js';
import { inputTypesOf, requireTypes } from './holder-checks.js';

export const customGradientHolder: HoldingKernel = {
  programs: ['gradient'],
  inputTypes: (_name, { inputs }) => {
    const { value, ...rest } = inputs;
    return [valueIn({ value }), ...Object.values(rest)];
  },
  outputTypes: (node) => {
    const expected = customGradientHolder.inputTypes('gradient', node);
    requireTypes('the gradient of a custom gradient', expected, inputTypesOf(node.programs['gradient']!));
    return [valueIn(node.inputs)];
  },
  run: ({ inputs }) => [tf.clone(valueIn(inputs))],
};

function valueIn<T>({ value }: Holder<T | undefined>['inputs']): T {
  if (value === undefined) throw programInvalid(`${customGradientKernel} lacks its input "value"`);
  return value;
}
