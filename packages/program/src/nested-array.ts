// Nested JavaScript arrays: how deep they are and what they hold. Not here: what becomes of them (host-tensor.ts).
import type { DType } from './dtype.js';
import { dtypeMismatch, shapeMismatch } from './errors.js';

/** Values nested as deeply as a tensor has dimensions; booleans come out as 0 and 1. */
export type NestedArray<T = number> = T | NestedArray<T>[];

/** What nested arrays given by a user may hold. */
export type NestedValue = number | boolean | bigint | string;

/** Deeper than any tensor; lists that contain themselves end here. */
const deepest = 64;

/** More values than any array of JavaScript holds; lists that stand in many places end here. */
const mostValues = 2 ** 32 - 1;

/** How long the first list of each level is. Throws: SHAPE_MISMATCH for more levels or values than a tensor has. */
export function nestedShape(
  values: unknown,
  subject: string,
  isList: (value: unknown) => value is ArrayLike<unknown> = Array.isArray,
): number[] {
  const shape: number[] = [];
  for (let level = values; isList(level); level = level[0]) {
    if (shape.length === deepest)
      throw shapeMismatch(
        subject,
        `expected a tensor, got lists that are nested more than ${deepest} levels deep`,
        'nest less deeply; a list that contains itself is no tensor',
      );
    shape.push(level.length);
  }
  if (!shape.includes(0) && shape.reduce((a, b) => a * b, 1) > mostValues)
    throw shapeMismatch(
      subject,
      `expected a tensor, got lists of more than ${mostValues} values`,
      'give it in parts',
    );
  return shape;
}

/** The shape and the values in order. Throws: SHAPE_MISMATCH where rows differ in length, DTYPE_MISMATCH for other values. */
export function readNested(values: NestedArray<NestedValue>): { shape: number[]; flat: NestedValue[] } {
  const shape = nestedShape(values, 'HostTensor');
  const flat: NestedValue[] = [];
  const visit = (item: unknown, axis: number, path: string): void => {
    const length = Array.isArray(item) ? item.length : undefined;
    if (length !== shape[axis])
      throw shapeMismatch(
        'HostTensor',
        `expected ${shape[axis] === undefined ? 'a value' : `a list of ${shape[axis]}`} at ${path || 'the top'}, got ${length === undefined ? typeof item : `a list of ${length}`}`,
        'make all rows equally long and equally deep',
      );
    if (length !== undefined)
      (item as unknown[]).forEach((part, i) => visit(part, axis + 1, `${path}[${i}]`));
    else if (isValue(item)) flat.push(item);
    else throw dtypeMismatch('HostTensor', `expected a number at ${path || 'the top'}, got ${String(item)}`);
  };
  visit(values, 0, '');
  return { shape, flat };
}

/** The dtype that such values are stored in by default. Throws: DTYPE_MISMATCH where they are of several kinds. */
export function dtypeOfNested(flat: readonly NestedValue[]): DType {
  const kinds = new Set(flat.map((value) => typeof value));
  if (kinds.size > 1)
    throw dtypeMismatch('HostTensor', `expected values of one kind, got ${[...kinds].join(' and ')}`);
  const [kind] = kinds;
  if (kind === 'string') return 'string';
  if (kind === 'bigint') return 'int64';
  return kind === 'boolean' ? 'bool' : 'float32';
}

function isValue(item: unknown): item is NestedValue {
  return ['number', 'boolean', 'bigint', 'string'].includes(typeof item);
}
