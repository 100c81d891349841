// What holding kernels demand of their nodes: Programs may come from files, and nothing in them is taken for granted.
import { programInvalid } from '../errors.js';
import type { Holder } from '../holding-kernel.js';
import type { Attributes, Program, ValueType } from '../program.js';
import { formatShape, sameShape } from '../shape.js';

/** A whole number of an attribute, at least 0 and at most `most`. Throws: PROGRAM_INVALID. */
export function countIn(attrs: Attributes, name: string, kernel: string, most = 2 ** 31 - 1): number {
  const value = attrs[name];
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most) return value;
  throw programInvalid(
    `attribute ${name} of ${kernel}: expected a whole number from 0 to ${most}, got ${JSON.stringify(value)}`,
  );
}

/** The node's inputs in order; their names must be `0`, `1`, ... Throws: PROGRAM_INVALID. */
export function listed<T>(inputs: Holder<T>['inputs'], kernel: string): T[] {
  const names = Object.keys(inputs);
  if (names.some((name, i) => name !== String(i)))
    throw programInvalid(`the inputs of ${kernel} are named ${names.join(', ')}, not 0, 1, ...`);
  return Object.values(inputs);
}

/** The types of a Program's inputs. */
export function inputTypesOf(program: Program): ValueType[] {
  return program.inputs.map(({ id }) => program.type(id));
}

/** The types of a Program's outputs. */
export function outputTypesOf(program: Program): ValueType[] {
  return program.outputs.map(({ id }) => program.type(id));
}

/** Throws: PROGRAM_INVALID unless both lists are the same. */
export function requireTypes(what: string, expected: readonly ValueType[], got: readonly ValueType[]): void {
  const fits =
    expected.length === got.length &&
    expected.every(({ shape, dtype }, i) => dtype === got[i]!.dtype && sameShape(shape, got[i]!.shape));
  if (!fits) throw programInvalid(`${what}: expected ${printTypes(expected)}, got ${printTypes(got)}`);
}

/** `float32[2, 3], bool[]`. */
export function printTypes(types: readonly ValueType[]): string {
  return types.map(({ shape, dtype }) => `${dtype}${formatShape(shape)}`).join(', ') || 'none';
}
