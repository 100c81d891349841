// The shape in which a layer chooses what to drop; what is chosen is broadcast over the input.
import { option, optionInvalid, orNull, type Option } from '@lamella/core';
import { formatShape, shapeMismatch, type SymbolicShape } from '@lamella/program';

/** The shape in which the choice is made, then broadcast: [null, 1] drops whole rows; null is the input's size. Default null. */
export function noiseShapeOption(): Option<SymbolicShape | null, SymbolicShape | null, false> {
  return orNull(
    option<SymbolicShape>({
      check: (subject, name, given) => {
        const isSize = (size: unknown): boolean =>
          size === null || (Number.isSafeInteger(size) && (size as number) > 0);
        if (Array.isArray(given) && given.every(isSize)) return [...given] as SymbolicShape;
        throw optionInvalid(subject, name, 'a list of positive integers and nulls', given);
      },
    }),
  );
}

/** Throws: SHAPE_MISMATCH where what is chosen does not broadcast to the input. */
export function checkNoiseShape(subject: string, noise: SymbolicShape | null, shape: SymbolicShape): void {
  if (noise === null) return;
  const broadcasts =
    noise.length === shape.length &&
    noise.every((size, axis) => size === null || size === 1 || shape[axis] === null || size === shape[axis]);
  if (broadcasts) return;
  throw shapeMismatch(
    subject,
    `noiseShape ${formatShape(noise)} does not broadcast to the input ${formatShape(shape)}`,
    'give it as many sizes as the input has axes, each 1, null or the size of that axis',
  );
}

/** The sizes of what is chosen for an input. Throws: SHAPE_MISMATCH. */
export function noiseSizes(
  subject: string,
  noise: SymbolicShape | null,
  shape: readonly number[],
): readonly number[] {
  checkNoiseShape(subject, noise, shape);
  return noise?.map((size, axis) => size ?? shape[axis]!) ?? shape;
}
