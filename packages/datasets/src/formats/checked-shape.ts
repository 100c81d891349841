// Shapes as files declare them are compared with the bytes that are stored before anything is allocated.
import { fileInvalid } from '@lamella/files';
import { formatShape } from '@lamella/program';

/** As many dimensions as NumPy allows. */
export const maximumRank = 64;
const maximumSize = 2147483647;

/** Throws: FILE_INVALID unless `stored` bytes are exactly what `shape` needs. */
export function checkShape(
  file: string,
  shape: readonly number[],
  elementSize: number,
  stored: number,
): void {
  if (shape.length > maximumRank)
    throw fileInvalid(file, `expected at most ${maximumRank} dimensions, got ${shape.length}`);
  for (const size of shape) {
    if (!Number.isSafeInteger(size) || size < 0 || size > maximumSize) {
      throw fileInvalid(file, `expected dimensions from 0 to ${maximumSize}, got ${formatShape(shape)}`);
    }
  }
  const needed = shape.includes(0) ? 0 : shape.reduce((product, size) => product * size, elementSize);
  if (needed === stored) return;
  const state =
    stored < needed ? 'it is cut off or its shape is wrong' : 'there are more bytes than its shape needs';
  throw fileInvalid(
    file,
    `expected ${needed} bytes of data for shape ${formatShape(shape)}, got ${stored}: ${state}`,
  );
}
