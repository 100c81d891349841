// The node of a loop that ends by a condition. Inputs `0`, `1`, ...: so many `carries` (attribute), then constants. Its Programs
// `condition` and `body` take them all; the first gives one bool, the other the next carries, which are what the node gives.
// The attribute `maximumIterations` is a number, or null where the condition alone ends the loop.
import * as tf from '@tensorflow/tfjs-core';
import type { Holder, HoldingKernel } from '../holding-kernel.js';
import { whileKernel, type Attributes } from '../program.js';
import { countIn, inputTypesOf, listed, outputTypesOf, requireTypes } from './holder-checks.js';

export interface WhileParts<T> {
  readonly carries: readonly T[];
  readonly constants: readonly T[];
  readonly maximumIterations: number | null;
}

/** Throws: PROGRAM_INVALID. */
export function whileParts<T>(inputs: Holder<T>['inputs'], attrs: Attributes): WhileParts<T> {
  const all = listed(inputs, whileKernel);
  const carries = countIn(attrs, 'carries', whileKernel, all.length);
  return {
    carries: all.slice(0, carries),
    constants: all.slice(carries),
    maximumIterations:
      (attrs['maximumIterations'] ?? null) === null ? null : countIn(attrs, 'maximumIterations', whileKernel),
  };
}

export const whileHolder: HoldingKernel = {
  programs: ['condition', 'body'],
  inputTypes: (_name, { inputs }) => listed(inputs, whileKernel),
  outputTypes: ({ inputs, attrs, programs }) => {
    const { carries, constants } = whileParts(inputs, attrs);
    for (const name of whileHolder.programs)
      requireTypes(
        `the ${name} of ${whileKernel}`,
        [...carries, ...constants],
        inputTypesOf(programs[name]!),
      );
    const found = outputTypesOf(programs['condition']!);
    requireTypes(`what the condition of ${whileKernel} gives`, [{ shape: [], dtype: 'bool' }], found);
    requireTypes(`the carries of ${whileKernel}`, carries, outputTypesOf(programs['body']!));
    return carries;
  },
  run: ({ inputs, attrs, programs }, replay) => {
    const { carries, constants, maximumIterations } = whileParts(inputs, attrs);
    let current = carries.map((carry) => tf.clone(carry));
    for (let i = 0; i < (maximumIterations ?? Infinity); i++) {
      const goesOn = tf.tidy(
        () => replay(programs['condition']!, [...current, ...constants])[0]!.dataSync()[0],
      );
      if (!goesOn) break;
      const next = tf.tidy(() => replay(programs['body']!, [...current, ...constants]));
      tf.dispose(current);
      current = next;
    }
    return current;
  },
};
