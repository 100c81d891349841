// Datatypes and dataspaces of HDF5: the numbers and strings that Keras' files hold, and no others.
import { allocateArray, HostTensor, type AnyHostTensor, type DType } from '@lamella/program';
import type { ByteReader } from './byte-reader.js';

/** What elements are. `bytes` is what one takes in the file. */
export type Datatype =
  | {
      readonly kind: 'float' | 'bfloat16' | 'signed' | 'unsigned' | 'bool';
      readonly bytes: number;
      readonly isLittleEndian: boolean;
    }
  | { readonly kind: 'text'; readonly bytes: number }
  | { readonly kind: 'long text'; readonly bytes: number }
  | { readonly kind: 'other'; readonly bytes: number };

/** Exponent and mantissa bits of the IEEE formats, by bytes. */
const ieee: Readonly<Record<number, readonly [number, number]>> = { 2: [5, 10], 4: [8, 23], 8: [11, 52] };

const hostIsLittle = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Source: HDF5 File Format Specification 3.0, IV.A.2.d. */
export function readDatatype(body: ByteReader): Datatype {
  const kind = body.u8() & 0x0f;
  const bits = body.u8() | (body.u8() << 8) | (body.u8() << 16);
  const bytes = body.u32();
  const isLittleEndian = (bits & 1) === 0;
  if (kind === 0 && [1, 2, 4, 8].includes(bytes))
    return { kind: (bits & 8) === 0 ? 'unsigned' : 'signed', bytes, isLittleEndian };
  if (kind === 1) {
    body.skip(5);
    const exponent = body.u8();
    body.skip(1);
    const mantissa = body.u8();
    const wanted = ieee[bytes];
    if (wanted?.[0] === exponent && wanted[1] === mantissa && (bits & 0x40) === 0)
      return { kind: 'float', bytes, isLittleEndian };
  }
  if (kind === 3) return { kind: 'text', bytes };
  // HDF5 had no bfloat16 when Keras chose: two bytes of which it knows nothing.
  if (kind === 5 && bytes === 2) return { kind: 'bfloat16', bytes, isLittleEndian: true };
  if (kind === 8 && bytes === 1) return { kind: 'bool', bytes, isLittleEndian };
  if (kind === 9 && (bits & 0x0f) === 1) return { kind: 'long text', bytes };
  return { kind: 'other', bytes };
}

/** The shape, or null for a dataspace without elements. Source: HDF5 File Format Specification 3.0, IV.A.2.b. */
export function readDataspace(body: ByteReader): number[] | null {
  const version = body.u8();
  const rank = body.u8();
  body.skip(1);
  const isNull = version === 2 && body.u8() === 2;
  if (version === 1) body.skip(5);
  else if (version !== 2) throw body.damaged('a dataspace of an unknown version');
  if (isNull) return null;
  return Array.from({ length: rank }, () => {
    const size = body.u64();
    if (size < 0) throw body.damaged('a size is absurd');
    return size;
  });
}

/**
 * Numbers in the dtype they are stored in, in memory of their own; uint64 becomes int64. Undefined for what is no number, and
 * for uint64 beyond int64.
 */
export function decodeNumbers(
  bytes: Uint8Array,
  datatype: Datatype,
  shape: readonly number[],
): AnyHostTensor | undefined {
  const dtype = dtypeOf(datatype);
  if (dtype === undefined || !('isLittleEndian' in datatype)) return undefined;
  const data = allocateArray(dtype, bytes.length / datatype.bytes);
  const own = new Uint8Array(data.buffer);
  own.set(bytes);
  if (datatype.isLittleEndian !== hostIsLittle)
    for (let at = 0; at < own.length; at += datatype.bytes) own.subarray(at, at + datatype.bytes).reverse();
  if (datatype.kind === 'bool') own.forEach((value, i) => (own[i] = value === 0 ? 0 : 1));
  const isBeyond =
    datatype.kind === 'unsigned' && dtype === 'int64' && (data as BigInt64Array).some((n) => n < 0n);
  return isBeyond ? undefined : new HostTensor<DType>(data, shape, dtype);
}

/** The dtype of what a file stores so. */
function dtypeOf({ kind, bytes }: Datatype): Exclude<DType, 'string'> | undefined {
  switch (kind) {
    case 'float':
      return ({ 2: 'float16', 4: 'float32', 8: 'float64' } as const)[bytes];
    case 'signed':
      return ({ 1: 'int8', 2: 'int16', 4: 'int32', 8: 'int64' } as const)[bytes];
    case 'unsigned':
      return ({ 1: 'uint8', 2: 'uint16', 4: 'uint32', 8: 'int64' } as const)[bytes];
    case 'bool':
    case 'bfloat16':
      return kind;
    default:
      return undefined;
  }
}
