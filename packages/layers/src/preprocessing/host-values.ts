// What host layers take: strings and whole numbers, checked, as plain values.
import { dataInvalid, inputInvalid, isTensorSpec, type TensorSpec } from '@lamella/core';
import { isHostTensor, numbersOf, type AnyHostTensor, type Tree } from '@lamella/program';

/** The one tensor that a layer is applied to. Throws: INPUT_INVALID. */
export function singleSpec(subject: string, inputs: Tree<TensorSpec>): TensorSpec {
  if (isTensorSpec(inputs)) return inputs;
  throw inputInvalid(subject, 'expected one tensor', 'apply it to each tensor alone');
}

/** The one tensor that a layer computes with. Throws: INPUT_INVALID. */
export function singleValue(subject: string, inputs: Tree<AnyHostTensor>): AnyHostTensor {
  if (isHostTensor(inputs)) return inputs;
  throw inputInvalid(subject, 'expected one tensor', 'apply it to each tensor alone');
}

/** The texts of a tensor. Throws: DATA_INVALID for numbers, and for strings that are no valid Unicode. */
export function textsOf(subject: string, { data, dtype }: AnyHostTensor): readonly string[] {
  if (dtype !== 'string')
    throw dataInvalid(subject, `expected strings, got ${dtype}`, 'give input() the dtype "string"');
  const texts = data as readonly string[];
  const wrong = texts.findIndex((text) => typeof text !== 'string' || loneSurrogate.test(text));
  if (wrong < 0) return texts;
  throw dataInvalid(
    subject,
    `expected strings of valid Unicode, got ${JSON.stringify(texts[wrong])} at ${wrong}`,
    'decode the text as what it is',
  );
}

const loneSurrogate = /[\uD800-\uDFFF]/u;

/** Whole numbers of a tensor: bigints where numbers do not hold them; floats lose their fractions. Throws: DATA_INVALID. */
export function integersOf(subject: string, { data, dtype }: AnyHostTensor): readonly (number | bigint)[] {
  if (dtype === 'string' || dtype === 'complex64')
    throw dataInvalid(subject, `expected whole numbers, got ${dtype}`, 'give input() an integer dtype');
  if (dtype === 'int64')
    return Array.from(data as BigInt64Array, (value) => {
      const number = Number(value);
      return Number.isSafeInteger(number) ? number : value;
    });
  return Array.from(numbersOf(data, dtype), (value) => Math.trunc(value) + 0);
}
