// The equation of an EinsumDense: its parts, and the shapes that follow from them. Computing is einsum() of @lamella/program.
import { optionInvalid, rankMismatch } from '@lamella/core';
import { formatShape, isConcrete, shapeMismatch, type Shape, type SymbolicShape } from '@lamella/program';

/** Letters for the axes of input, kernel and output, and the end at which `...` hides others of input and output. */
export interface EinsumEquation {
  readonly input: string;
  readonly kernel: string;
  readonly output: string;
  readonly ellipsis: 'left' | 'right' | null;
}

/** What an equation says of the weights for an input. */
export interface EinsumWeights {
  readonly kernel: Shape;
  readonly bias: Shape | null;
  /** The kernel's axes that are summed over, and those that come out. */
  readonly inputAxes: readonly number[];
  readonly outputAxes: readonly number[];
}

const form = /^(\.{3})?([a-z]+)(\.{3})?,([a-z]+)->(\.{3})?([a-z]+)(\.{3})?$/i;

/** Throws: OPTION_INVALID. */
export function equationOf(subject: string, option: string, given: unknown): EinsumEquation {
  const parts = typeof given === 'string' ? form.exec(given) : null;
  const [, left, input = '', right, kernel = '', outLeft, output = '', outRight] = parts ?? [];
  if (parts === null || left !== outLeft || right !== outRight || (left !== undefined && right !== undefined))
    throw optionInvalid(
      subject,
      option,
      'an equation such as "ab,bc->ac", "...a,ab->...b" or "ab...,bc->ac..."',
      given,
    );
  const alien = [...output].find((letter) => !(input + kernel).includes(letter));
  const loose = [...kernel].find((letter) => !(input + output).includes(letter));
  if (alien !== undefined || loose !== undefined) {
    const expected =
      alien === undefined
        ? `"${loose}" of the kernel in input or output`
        : `"${alien}" of the output in input or kernel`;
    throw optionInvalid(subject, option, expected, given);
  }
  return {
    input,
    kernel,
    output,
    ellipsis: left !== undefined ? 'left' : right !== undefined ? 'right' : null,
  };
}

/** The sizes of an input under `...`. Throws: RANK_MISMATCH. */
export function hiddenSizes(
  subject: string,
  { input, ellipsis }: EinsumEquation,
  shape: SymbolicShape,
): SymbolicShape {
  const count = shape.length - input.length;
  if (count < 0 || (ellipsis === null && count > 0))
    throw rankMismatch(
      subject,
      `rank ${input.length}${ellipsis === null ? '' : ' or more'} for "${input}"`,
      shape,
    );
  return ellipsis === 'left' ? shape.slice(0, count) : shape.slice(input.length);
}

/** The input's size of a letter; undefined where it has none. */
export function inputSize(
  { input, ellipsis }: EinsumEquation,
  shape: SymbolicShape,
  letter: string,
): number | null | undefined {
  const place = input.indexOf(letter);
  if (place < 0) return undefined;
  return shape[ellipsis === 'left' ? shape.length - input.length + place : place] ?? null;
}

/**
 * The shapes of kernel and bias for an input. `partial` says the output's sizes without the batch and what `...` hides.
 * Throws: RANK_MISMATCH, SHAPE_MISMATCH, OPTION_INVALID.
 */
export function weightsOf(
  subject: string,
  equation: EinsumEquation,
  biasAxes: string | null,
  partial: SymbolicShape,
  shape: SymbolicShape,
): EinsumWeights {
  const { kernel, output, ellipsis } = equation;
  const hidden = hiddenSizes(subject, equation, shape).length;
  const isLeft = ellipsis === 'left';
  // Where `...` hides the batch, the letters say nothing of it.
  const sizes = isLeft && hidden > 0 ? partial : [shape[0] ?? null, ...partial];
  if (sizes.length !== output.length)
    throw optionInvalid(
      subject,
      'outputShape',
      `${output.length - (sizes.length - partial.length)} sizes for "${output}" (input ${formatShape(shape)})`,
      partial,
    );
  const sizeOf = (letter: string): number | null => {
    const stated = sizes[output.indexOf(letter)] ?? null;
    const given = inputSize(equation, shape, letter) ?? null;
    if (stated !== null && given !== null && stated !== given)
      throw shapeMismatch(
        subject,
        `expected size ${stated} for "${letter}", as outputShape says, got ${given} (input ${formatShape(shape)})`,
      );
    return stated ?? given;
  };
  const known = (sizes: SymbolicShape, what: string): Shape => {
    if (isConcrete(sizes)) return sizes;
    throw shapeMismatch(
      subject,
      `expected known sizes for its ${what}, got ${formatShape(sizes)} (input ${formatShape(shape)})`,
      'say them in outputShape, or give input() the sizes',
    );
  };
  for (const letter of output) sizeOf(letter);
  const axes = (isOutput: boolean): number[] =>
    [...kernel].flatMap((letter, axis) => (output.includes(letter) === isOutput ? [axis] : []));
  return {
    kernel: known([...kernel].map(sizeOf), 'kernel'),
    bias:
      biasAxes === null ? null : known(biasSizes(equation, biasAxes, sizeOf, isLeft ? 0 : hidden), 'bias'),
    inputAxes: axes(false),
    outputAxes: axes(true),
  };
}

/** From the first of the bias' axes on: its sizes, and 1 on the others. */
function biasSizes(
  { output }: EinsumEquation,
  biasAxes: string,
  sizeOf: (letter: string) => number | null,
  hiddenAfter: number,
): SymbolicShape {
  const first = Math.min(...[...biasAxes].map((letter) => output.indexOf(letter)));
  const sizes = [...output.slice(first)].map((letter) => (biasAxes.includes(letter) ? sizeOf(letter) : 1));
  return [...sizes, ...Array<number>(hiddenAfter).fill(1)];
}
