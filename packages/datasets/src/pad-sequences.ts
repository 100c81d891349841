// Sequences of different lengths in one tensor, filled up or cut off, with the semantics of keras.utils.pad_sequences.
import { checkOptionNames, dataInvalid, optionInvalid, type OptionNames } from '@lamella/core';
import {
  copyValues,
  formatShape,
  HostTensor,
  isNumberDType,
  sameShape,
  type NestedArray,
  type NumberDType,
} from '@lamella/program';

export interface PadSequencesOptions<D extends NumberDType = NumberDType> {
  /** The length of all; by default that of the longest. */
  readonly maxlen?: number;
  /** Default `int32`. */
  readonly dtype?: D;
  /** Whether short ones are filled up before (the default) or after what they hold. */
  readonly padding?: 'pre' | 'post';
  /** Whether long ones lose their beginning (the default) or their end. */
  readonly truncating?: 'pre' | 'post';
  /** What fills up. Default 0. */
  readonly value?: number;
}

const names: OptionNames<PadSequencesOptions> = {
  maxlen: true,
  dtype: true,
  padding: true,
  truncating: true,
  value: true,
};
const subject = 'padSequences()';

/**
 * One tensor of many sequences. Shapes: sequences of steps [...] to [sequences, maxlen, ...].
 * Throws: OPTION_INVALID, DATA_INVALID for what is no sequence and for steps of different shapes, VALUE_OUT_OF_RANGE.
 * Source: keras.utils.pad_sequences.
 *
 * @example
 * padSequences([[1], [2, 3], [4, 5, 6]], { maxlen: 2 }).array(); // [[0, 1], [2, 3], [5, 6]]
 */
export function padSequences<D extends NumberDType = 'int32'>(
  sequences: readonly (readonly NestedArray[])[],
  options: PadSequencesOptions<D> = {},
): HostTensor<D> {
  checkOptionNames(subject, options, names);
  const { padding = 'pre', truncating = 'pre', value = 0, dtype = 'int32' as D } = options;
  for (const [name, side] of Object.entries({ padding, truncating }))
    if (side !== 'pre' && side !== 'post') throw optionInvalid(subject, name, '"pre" or "post"', side);
  if (!isNumberDType(dtype)) throw optionInvalid(subject, 'dtype', 'a dtype of numbers', dtype);
  if (typeof value !== 'number') throw optionInvalid(subject, 'value', 'a number', value);
  if (!Array.isArray(sequences))
    throw dataInvalid(
      subject,
      `expected a list of sequences, got ${sequences === null ? 'null' : typeof sequences}`,
    );
  const wrong = sequences.findIndex((sequence) => !Array.isArray(sequence));
  if (wrong !== -1)
    throw dataInvalid(subject, `expected sequences in arrays, got ${String(sequences[wrong])} at ${wrong}`);
  const longest = sequences.reduce((most, { length }) => Math.max(most, length), 0);
  const { maxlen = longest } = options;
  if (!Number.isSafeInteger(maxlen) || maxlen < 0)
    throw optionInvalid(subject, 'maxlen', 'a natural number', maxlen);

  const first = sequences.find(({ length }) => length > 0);
  const step = first === undefined ? [] : HostTensor.fromArray(first as NestedArray, dtype).shape.slice(1);
  const filler = HostTensor.fromArray([value], dtype).data;
  const padded = HostTensor.zeros([sequences.length, maxlen, ...step], dtype);
  if (value !== 0) (padded.data as Float32Array).fill(filler[0] as number);
  sequences.forEach((sequence, i) => {
    const kept = maxlen >= sequence.length ? sequence : cut(sequence, maxlen, truncating);
    if (kept.length === 0) return;
    const { data, shape } = HostTensor.fromArray(kept as NestedArray, dtype);
    if (!sameShape(shape.slice(1), step))
      throw dataInvalid(
        subject,
        `expected steps of shape ${formatShape(step)}, as the first sequence has, got ${formatShape(shape.slice(1))} in sequence ${i}`,
        'make all steps alike',
      );
    const size = data.length / kept.length;
    const start = padding === 'post' ? 0 : maxlen - kept.length;
    copyValues(padded.data, data as ArrayLike<unknown>, (i * maxlen + start) * size);
  });
  return padded;
}

function cut<T>(sequence: readonly T[], length: number, truncating: 'pre' | 'post'): readonly T[] {
  return truncating === 'pre' ? sequence.slice(sequence.length - length) : sequence.slice(0, length);
}
