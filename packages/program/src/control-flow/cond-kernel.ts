// The node of a choice. Input `0` is one bool, the rest are what the Programs `then` and `otherwise` both take; the one that
// the bool chooses is run, and what it gives is what the node gives.
import * as tf from '@tensorflow/tfjs-core';
import type { HoldingKernel } from '../holding-kernel.js';
import { condKernel } from '../program.js';
import { inputTypesOf, listed, outputTypesOf, requireTypes } from './holder-checks.js';

export const condHolder: HoldingKernel = {
  programs: ['then', 'otherwise'],
  inputTypes: (_name, { inputs }) => listed(inputs, condKernel).slice(1),
  outputTypes: ({ inputs, programs }) => {
    const [predicate, ...operands] = listed(inputs, condKernel);
    requireTypes(
      `the predicate of ${condKernel}`,
      [{ shape: [], dtype: 'bool' }],
      predicate === undefined ? [] : [predicate],
    );
    for (const name of condHolder.programs)
      requireTypes(`the Program ${name} of ${condKernel}`, operands, inputTypesOf(programs[name]!));
    const results = outputTypesOf(programs['then']!);
    requireTypes(
      `what the Program otherwise of ${condKernel} gives`,
      results,
      outputTypesOf(programs['otherwise']!),
    );
    return results;
  },
  run: ({ inputs, programs }, replay) => {
    const [predicate, ...operands] = listed(inputs, condKernel);
    const isTrue = predicate!.dataSync()[0];
    return tf.tidy(() => replay(programs[isTrue ? 'then' : 'otherwise']!, operands));
  },
};
