// The node of a loop that ends by a condition. Inputs `0`, `1`, ...: so many `carries` (attribute), then constants. Its Programs
// `condition` and `body` take them all; the first gives one bool, the other the next carries, which are what the node gives.
// The attribute `maximumIterations` is a number, or null where the condition alone ends the loop; a backend gives up after
// `mostSteps`, where that is there (loop-steps.ts).
import * as tf from '@tensorflow/tfjs-core';
import { loopEndless, loopTooLong, scopeLabel } from '../errors.js';
import type { Holder, HoldingKernel } from '../holding-kernel.js';
import { whileKernel, type Attributes, type Program } from '../program.js';
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

/** Whether the condition reads nothing that the body changes: it then gives the same for ever. */
export function isEndless(condition: Program, body: Program, carries: number): boolean {
  const changed = new Set(
    condition.inputs
      .slice(0, carries)
      .flatMap(({ id }, i) => (body.outputs[i]!.id === body.inputs[i]!.id ? [] : [id])),
  );
  for (const node of condition.nodes)
    if (Object.values(node.inputs).some((id) => changed.has(id)))
      for (const id of node.outputs) changed.add(id);
  return !changed.has(condition.outputs[0]!.id);
}

export const whileHolder: HoldingKernel = {
  programs: ['condition', 'body'],
  inputTypes: (_name, { inputs }) => listed(inputs, whileKernel),
  outputTypes: ({ inputs, attrs, programs }) => {
    const { carries, constants, maximumIterations } = whileParts(inputs, attrs);
    for (const name of whileHolder.programs)
      requireTypes(
        `the ${name} of ${whileKernel}`,
        [...carries, ...constants],
        inputTypesOf(programs[name]!),
      );
    const found = outputTypesOf(programs['condition']!);
    requireTypes(`what the condition of ${whileKernel} gives`, [{ shape: [], dtype: 'bool' }], found);
    requireTypes(`the carries of ${whileKernel}`, carries, outputTypesOf(programs['body']!));
    if (maximumIterations === null && isEndless(programs['condition']!, programs['body']!, carries.length))
      throw loopEndless(whileKernel);
    return carries;
  },
  run: ({ inputs, attrs, programs, scope }, replay) => {
    const { carries, constants, maximumIterations } = whileParts(inputs, attrs);
    let current = carries.map((carry) => tf.clone(carry));
    const mostSteps = Number(attrs['mostSteps'] ?? Infinity);
    for (let i = 0; i < (maximumIterations ?? Infinity); i++) {
      const goesOn = tf.tidy(
        () => replay(programs['condition']!, [...current, ...constants])[0]!.dataSync()[0],
      );
      if (!goesOn) break;
      if (i === mostSteps) throw loopTooLong(scopeLabel(scope));
      const next = tf.tidy(() => replay(programs['body']!, [...current, ...constants]));
      tf.dispose(current);
      current = next;
    }
    return current;
  },
};
