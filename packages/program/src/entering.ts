// What a host tensor becomes on its way into a Program: narrow integers stay as they are and are converted there, what is
// wider than tfjs' int32 and float32 is converted here.
import { isFloatDType, isNumberDType } from './dtype.js';
import { dtypeMismatch } from './errors.js';
import { requirePresent, type AnyHostTensor, type HostTensor } from './host-tensor.js';

/**
 * The tensor in a dtype that Programs take in, or the very same: floats become float32, 64-bit and unsigned 32-bit integers int32.
 * Throws: VALUE_OUT_OF_RANGE for integers beyond int32; DTYPE_MISMATCH for strings and complex numbers; SHAPE_MISMATCH for
 * values that are gone.
 */
export function entering(tensor: AnyHostTensor, subject: string): HostTensor {
  const { dtype } = tensor;
  requirePresent(tensor, subject);
  if (dtype === 'string' || dtype === 'complex64')
    throw dtypeMismatch(subject, `expected numbers, got ${dtype}`, 'turn it into numbers before');
  if (isFloatDType(dtype)) return tensor.cast('float32', subject);
  const isWide = !isNumberDType(dtype) || dtype === 'uint32';
  return isWide ? tensor.cast('int32', subject) : (tensor as HostTensor);
}
