// Whatever users hold data in becomes a host tensor: nested arrays of numbers or strings, typed arrays with a shape, host
// tensors, tfjs tensors.
import type * as tf from '@tensorflow/tfjs-core';
import {
  HostTensor,
  isHostTensor,
  nestedShape,
  requirePresent,
  type AnyHostTensor,
  type NestedArray,
  type NumberDType,
  type TypedArray,
} from '@lamella/program';
import { dataInvalid } from './errors.js';

/** A typed array and the shape it is to be read in. */
export interface ShapedArray {
  readonly data: TypedArray | Float64Array;
  readonly shape: readonly number[];
}

/** Data for one input or output. Rows may be typed arrays. */
export type TensorLike =
  | AnyHostTensor
  | tf.Tensor
  | ShapedArray
  | NestedArray
  | readonly NestedArray[]
  | readonly NestedArray<string>[]
  | readonly TypedArray[]
  | TypedArray
  | Float64Array;

/** `value` as a host tensor, without a copy where it lies in memory already. Throws: DATA_INVALID, SHAPE_MISMATCH. */
export async function toHostTensor(value: TensorLike, subject: string): Promise<AnyHostTensor> {
  if (isHostTensor(value)) return value;
  if (isTfjsTensor(value)) return fromTfjs(value, subject);
  if (ArrayBuffer.isView(value))
    return fromTyped(value as TypedArray, [(value as TypedArray).length], subject);
  if (isShapedArray(value)) return fromTyped(value.data as TypedArray, value.shape, subject);
  if (typeof value === 'number' || Array.isArray(value)) return fromNested(value as NestedArray, subject);
  throw dataInvalid(
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
    (Array.isArray(value) && (value.length === 0 || isRow(value[0])))
  );
}

/** Whether an item of a list is a part of nested numbers or strings. */
function isRow(value: unknown): boolean {
  return (
    typeof value === 'number' ||
    typeof value === 'boolean' ||
    typeof value === 'string' ||
    Array.isArray(value) ||
    ArrayBuffer.isView(value)
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

async function fromTfjs(tensor: tf.Tensor, subject: string): Promise<AnyHostTensor> {
  if (tensor.dtype === 'complex64')
    throw dataInvalid(subject, `a tfjs tensor of dtype ${tensor.dtype} is not supported`);
  if (tensor.isDisposed)
    throw dataInvalid(
      subject,
      'the tfjs tensor was disposed of',
      'dispose of it when the data are done with',
    );
  return new HostTensor<NumberDType>(
    (await tensor.data()) as TypedArray,
    tensor.shape,
    tensor.dtype as 'float32',
  );
}

const dtypes = new Map<string, NumberDType>([
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
  const dtype = dtypes.get(name);
  requirePresent({ data, shape, dtype: dtype ?? 'float32' }, subject);
  if (name === 'Float64Array') return new HostTensor(Float32Array.from(data), shape, 'float32');
  if (dtype === undefined)
    throw dataInvalid(subject, `a ${name} is not supported`, 'convert it to Float32Array or Int32Array');
  const isClamped = name === 'Uint8ClampedArray';
  // A buffer that is gone takes no view.
  const bytes = (): Uint8Array =>
    data.length === 0
      ? new Uint8Array(0)
      : new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.length);
  return new HostTensor(isClamped ? bytes() : (data as TypedArray), shape, dtype);
}

function fromNested(value: NestedArray, subject: string): AnyHostTensor {
  const shape = nestedShape(value, subject, isList);
  const first = shape.reduce<unknown>((list) => (list as ArrayLike<unknown>)[0], value);
  const size = shape.reduce((a, b) => a * b, 1);
  const isText = typeof first === 'string';
  const data = isText ? new Array<string>(size) : new Float32Array(size);
  let next = 0;
  const fill = (item: unknown, axis: number, path: string): void => {
    if (axis === shape.length) {
      if (isText ? typeof item !== 'string' : typeof item !== 'number' && typeof item !== 'boolean') {
        throw dataInvalid(
          subject,
          `expected a ${isText ? 'string' : 'number'} at ${path || 'the top'}, got ${isList(item) ? 'a list' : String(item)}`,
          `make all rows equally deep, of ${isText ? 'strings' : 'numbers'}`,
        );
      }
      data[next++] = (isText ? item : Number(item)) as never;
      return;
    }
    if (!isList(item) || item.length !== shape[axis]) {
      throw dataInvalid(
        subject,
        `expected a list of ${shape[axis]} at ${path || 'the top'}, got ${isList(item) ? `one of ${item.length}` : typeof item}`,
        'make all rows equally long',
      );
    }
    if (!isText && item instanceof Float32Array && axis === shape.length - 1 && item.length > 0) {
      (data as Float32Array).set(item, next);
      next += item.length;
      return;
    }
    for (let i = 0; i < item.length; i++) fill(item[i], axis + 1, `${path}[${i}]`);
  };
  fill(value, 0, '');
  return new HostTensor(data as Float32Array, shape, (isText ? 'string' : 'float32') as 'float32');
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || ArrayBuffer.isView(value);
}
