// Arrays that users hold become host tensors, at once: tensors as they are, nested and typed arrays by their values.
import { dataInvalid } from '@lamella/core';
import { HostTensor, isHostTensor, type DType, type NestedArray } from '@lamella/program';

/** Numbers in memory: a tensor, nested arrays, or a typed array. */
export type ArrayLikeData = HostTensor | readonly NestedArray[] | Float32Array | Float64Array | Int32Array;

/** Throws: DATA_INVALID for what has no rows of numbers, SHAPE_MISMATCH for ragged arrays. */
export function toTensor(subject: string, what: string, data: ArrayLikeData): HostTensor {
  const tensor = isHostTensor(data) ? data : fromArrays(subject, what, data);
  if ((tensor.dtype as DType) === 'string')
    throw dataInvalid(subject, `expected numbers as ${what}, got strings`);
  if (tensor.shape.length === 0 || tensor.shape[0] === 0)
    throw dataInvalid(subject, `expected rows in ${what}, got none`, 'pass at least one');
  return tensor;
}

function fromArrays(subject: string, what: string, data: unknown): HostTensor {
  if (data instanceof Float32Array) return new HostTensor(data, [data.length]);
  if (data instanceof Int32Array) return new HostTensor(data, [data.length], 'int32');
  if (data instanceof Float64Array) return new HostTensor(Float32Array.from(data), [data.length]);
  if (Array.isArray(data)) return HostTensor.fromArray(data as NestedArray);
  throw dataInvalid(
    subject,
    `expected a host tensor or arrays of numbers as ${what}, got ${data === null ? 'null' : typeof data}`,
  );
}
