// Datatypes and dataspaces of HDF5: the numbers and strings that Keras' files hold, and no others.
import { HostTensor } from '@lamella/program';
import type { ByteReader } from './byte-reader.js';

/** What elements are. `bytes` is what one takes in the file. */
export type Datatype =
  | {
      readonly kind: 'float' | 'signed' | 'unsigned' | 'bool';
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

/** Numbers as Lamella holds them: floats as float32, integers as they fit, 64-bit ones as int32. Undefined where they do not fit. */
export function decodeNumbers(
  bytes: Uint8Array,
  datatype: Datatype,
  shape: readonly number[],
): HostTensor | undefined {
  if (datatype.kind === 'text' || datatype.kind === 'long text' || datatype.kind === 'other')
    return undefined;
  const { isLittleEndian: little } = datatype;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = bytes.length / datatype.bytes;
  const read = <T extends { [index: number]: number }>(target: T, at: (offset: number) => number): T => {
    for (let i = 0; i < count; i++) target[i] = at(i * datatype.bytes);
    return target;
  };
  // What Keras writes on the machines there are: copied as it lies.
  if (little && hostIsLittle && datatype.bytes === 4 && datatype.kind === 'float')
    return new HostTensor(new Float32Array(bytes.slice().buffer), shape, 'float32');
  switch (`${datatype.kind} ${datatype.bytes}`) {
    case 'float 4':
      return new HostTensor(
        read(new Float32Array(count), (at) => view.getFloat32(at, little)),
        shape,
        'float32',
      );
    case 'float 8':
      return new HostTensor(
        read(new Float32Array(count), (at) => view.getFloat64(at, little)),
        shape,
        'float32',
      );
    case 'float 2':
      return new HostTensor(
        read(new Float32Array(count), (at) => halfFloat(view.getUint16(at, little))),
        shape,
        'float32',
      );
    case 'bool 1':
      return new HostTensor(
        read(new Uint8Array(count), (at) => (view.getUint8(at) === 0 ? 0 : 1)),
        shape,
        'bool',
      );
    case 'unsigned 1':
      return new HostTensor(bytes.slice(), shape, 'uint8');
    case 'signed 1':
      return new HostTensor(
        read(new Int8Array(count), (at) => view.getInt8(at)),
        shape,
        'int8',
      );
    case 'unsigned 2':
      return new HostTensor(
        read(new Uint16Array(count), (at) => view.getUint16(at, little)),
        shape,
        'uint16',
      );
    case 'signed 2':
      return new HostTensor(
        read(new Int16Array(count), (at) => view.getInt16(at, little)),
        shape,
        'int16',
      );
    case 'signed 4':
      return new HostTensor(
        read(new Int32Array(count), (at) => view.getInt32(at, little)),
        shape,
        'int32',
      );
    default: {
      const wide = read(new Float64Array(count), (at) =>
        datatype.bytes === 4
          ? view.getUint32(at, little)
          : Number(datatype.kind === 'signed' ? view.getBigInt64(at, little) : view.getBigUint64(at, little)),
      );
      const fits = wide.every((value) => value >= -(2 ** 31) && value < 2 ** 31);
      return fits ? new HostTensor(Int32Array.from(wide), shape, 'int32') : undefined;
    }
  }
}

/** The value of IEEE 754's 16-bit format. */
export function halfFloat(bits: number): number {
  const sign = (bits & 0x8000) === 0 ? 1 : -1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
