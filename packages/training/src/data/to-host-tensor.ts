// Whatever users hold data in becomes a host tensor: nested arrays, typed arrays with a shape, host tensors, tfjs tensors.
import type * as tf from '@tensorflow/tfjs-core';
import {
  HostTensor,
  isHostTensor,
  lamellaError,
  type NestedArray,
  type StorageDType,
  type TypedArray,
} from '@lamella/program';

/** A typed array and the shape it is to be read in. */
export interface ShapedArray {
  readonly data: TypedArray | Float64Array;
  readonly shape: readonly number[];
}

/** Data for one input or output. */
export type TensorLike =
  HostTensor | tf.Tensor | ShapedArray | NestedArray | readonly NestedArray[] | TypedArray | Float64Array;

/** `value` as a host tensor, without a copy where it lies in memory already. Throws: DATA_INVALID. */
export async function toHostTensor(value: TensorLike, subject: string): Promise<HostTensor> {
  if (isHostTensor(value)) return value;
  if (isTfjsTensor(value)) return fromTfjs(value, subject);
  if (ArrayBuffer.isView(value))
    return fromTyped(value as TypedArray, [(value as TypedArray).length], subject);
  if (isShapedArray(value)) return fromTyped(value.data as TypedArray, value.shape, subject);
  if (typeof value === 'number' || Array.isArray(value)) return fromNested(value as NestedArray, subject);
  throw invalid(
    subject,
    `expected nested arrays, a typed array, { data, shape }, a HostTensor or a tfjs tensor, got ${value === null ? 'null' : typeof value}`,
  );
}

/** Whether `value` is data for one tensor, and not a list or a record of several. */
export function isTensorLike(value: unknown): value is TensorLike {
  return (
    isHostTensor(value) ||
    isTfjsTensor(value) ||
    ArrayBuffer.isView(value) ||
    isShapedArray(value) ||
    typeof value === 'number' ||
    (Array.isArray(value) && (value.length === 0 || typeof value[0] === 'number' || Array.isArray(value[0])))
  );
}

function isTfjsTensor(value: unknown): value is tf.Tensor {
  return (
    typeof value === 'object' &&
    value !== null &&
    'dataId' in value &&
    'shape' in value &&
    typeof (value as tf.Tensor).data === 'function'
  );
}

function isShapedArray(value: unknown): value is ShapedArray {
  return (
    typeof value === 'object' &&
    value !== null &&
    ArrayBuffer.isView((value as ShapedArray).data) &&
    Array.isArray((value as ShapedArray).shape)
  );
}

async function fromTfjs(tensor: tf.Tensor, subject: string): Promise<HostTensor> {
  if (tensor.dtype !== 'float32' && tensor.dtype !== 'int32' && tensor.dtype !== 'bool')
    throw invalid(subject, `a tfjs tensor of dtype ${tensor.dtype} is not supported`);
  return new HostTensor((await tensor.data()) as TypedArray, tensor.shape, tensor.dtype);
}

const dtypes = new Map<string, StorageDType>([
  ['Float32Array', 'float32'],
  ['Int32Array', 'int32'],
  ['Uint8Array', 'uint8'],
  ['Uint8ClampedArray', 'uint8'],
  ['Int8Array', 'int8'],
  ['Uint16Array', 'uint16'],
  ['Int16Array', 'int16'],
]);

function fromTyped(data: TypedArray | Float64Array, shape: readonly number[], subject: string): HostTensor {
  const name = data.constructor.name;
  if (name === 'Float64Array') return new HostTensor(Float32Array.from(data), shape, 'float32');
  const dtype = dtypes.get(name);
  if (dtype === undefined)
    throw invalid(subject, `a ${name} is not supported`, 'convert it to Float32Array or Int32Array');
  const stored =
    name === 'Uint8ClampedArray'
      ? new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.length)
      : (data as TypedArray);
  return new HostTensor(stored, shape, dtype);
}

function fromNested(value: NestedArray, subject: string): HostTensor {
  const shape: number[] = [];
  for (let level: unknown = value; Array.isArray(level); level = level[0] as unknown)
    shape.push(level.length);
  const size = shape.reduce((a, b) => a * b, 1);
  const data = new Float32Array(size);
  let next = 0;
  const fill = (item: unknown, axis: number, path: string): void => {
    if (axis === shape.length) {
      if (typeof item !== 'number' && typeof item !== 'boolean')
        throw invalid(
          subject,
          `expected a number at ${path || 'the top'}, got ${Array.isArray(item) ? 'a list' : typeof item}`,
          'make all rows equally deep',
        );
      data[next++] = Number(item);
      return;
    }
    if (!Array.isArray(item) || item.length !== shape[axis]) {
      throw invalid(
        subject,
        `expected a list of ${shape[axis]} at ${path || 'the top'}, got ${Array.isArray(item) ? `one of ${item.length}` : typeof item}`,
        'make all rows equally long',
      );
    }
    item.forEach((child, i) => fill(child, axis + 1, `${path}[${i}]`));
  };
  fill(value, 0, '');
  return new HostTensor(data, shape, 'float32');
}

function invalid(subject: string, problem: string, fix?: string): Error {
  return lamellaError('DATA_INVALID', { subject, problem, ...(fix !== undefined && { fix }) });
}
