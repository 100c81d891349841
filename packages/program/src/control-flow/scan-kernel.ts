// The node of a loop whose number of steps is known. Inputs `0`, `1`, ...: so many `carries` (attribute), so many `sequences`,
// then constants. Its Program `body` takes the carries, one element of each sequence and the constants, and gives the next
// carries, then the step's results. The node gives the last carries, then the results of all steps, stacked.
import * as tf from '@tensorflow/tfjs-core';
import { programInvalid } from '../errors.js';
import type { Holder, HoldingKernel } from '../holding-kernel.js';
import { scanKernel, type Attributes, type ValueType } from '../program.js';
import { countIn, inputTypesOf, listed, outputTypesOf, requireTypes } from './holder-checks.js';

/** The attributes of a Scan, and its inputs by their part. */
export interface ScanParts<T> {
  readonly length: number;
  /** Whether the last elements of the sequences come first. Results lie where the elements lie that they were made of. */
  readonly reverse: boolean;
  readonly carries: readonly T[];
  readonly sequences: readonly T[];
  readonly constants: readonly T[];
}

/** Throws: PROGRAM_INVALID. */
export function scanParts<T>(inputs: Holder<T>['inputs'], attrs: Attributes): ScanParts<T> {
  const all = listed(inputs, scanKernel);
  const carries = countIn(attrs, 'carries', scanKernel, all.length);
  const end = carries + countIn(attrs, 'sequences', scanKernel, all.length - carries);
  return {
    length: countIn(attrs, 'length', scanKernel),
    reverse: attrs['reverse'] === true,
    carries: all.slice(0, carries),
    sequences: all.slice(carries, end),
    constants: all.slice(end),
  };
}

/** Inputs and attributes of a Scan from its parts. */
export function scanNode<T>(parts: ScanParts<T>): { inputs: Record<string, T>; attrs: Attributes } {
  const { carries, sequences, constants, length, reverse } = parts;
  return {
    inputs: Object.fromEntries([...carries, ...sequences, ...constants].map((x, i) => [String(i), x])),
    attrs: { carries: carries.length, sequences: sequences.length, length, reverse },
  };
}

/** The type of one element of a sequence. Throws: PROGRAM_INVALID for one that has no such axis. */
export function elementType({ shape, dtype }: ValueType, length: number): ValueType {
  if (shape[0] !== length)
    throw programInvalid(`a sequence of ${scanKernel} has ${shape[0] ?? 'no'} elements, not ${length}`);
  return { shape: shape.slice(1), dtype };
}

/** The type of a step's results, stacked. */
export function stackedType({ shape, dtype }: ValueType, length: number): ValueType {
  return { shape: [length, ...shape], dtype };
}

export const scanHolder: HoldingKernel = {
  programs: ['body'],
  inputTypes: (_name, { inputs, attrs }) => {
    const { carries, sequences, constants, length } = scanParts(inputs, attrs);
    return [...carries, ...sequences.map((type) => elementType(type, length)), ...constants];
  },
  outputTypes: (node) => {
    const { carries, length } = scanParts(node.inputs, node.attrs);
    const body = node.programs['body']!;
    requireTypes(`the body of ${scanKernel}`, scanHolder.inputTypes('body', node), inputTypesOf(body));
    const results = outputTypesOf(body);
    requireTypes(`the carries of ${scanKernel}`, carries, results.slice(0, carries.length));
    return [...carries, ...results.slice(carries.length).map((type) => stackedType(type, length))];
  },
  run: ({ inputs, attrs, programs }, replay) => {
    const { carries, sequences, constants, length, reverse } = scanParts(inputs, attrs);
    const body = programs['body']!;
    let current = carries.map((carry) => tf.clone(carry));
    const results = outputTypesOf(body)
      .slice(carries.length)
      .map((): tf.Tensor[] => []);
    for (let i = 0; i < length; i++) {
      const t = reverse ? length - 1 - i : i;
      const next = tf.tidy(() =>
        replay(body, [...current, ...sequences.map((x) => elementAt(x, t)), ...constants]),
      );
      tf.dispose(current);
      current = next.slice(0, carries.length);
      results.forEach((list, k) => (list[t] = next[carries.length + k]!));
    }
    const types = outputTypesOf(body).slice(carries.length);
    const stacks = results.map((list, k) =>
      length === 0
        ? tf.fill(stackedType(types[k]!, 0).shape as number[], 0, types[k]!.dtype as 'float32')
        : tf.stack(list),
    );
    tf.dispose(results);
    return [...current, ...stacks];
  },
};

/** Element `t` along the first axis. */
export function elementAt(x: tf.Tensor, t: number): tf.Tensor {
  const begin = x.shape.map((_, axis) => (axis === 0 ? t : 0));
  const size = x.shape.map((extent, axis) => (axis === 0 ? 1 : extent));
  return tf.reshape(tf.slice(x, begin, size), x.shape.slice(1));
}
