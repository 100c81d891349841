// The bytes of a safetensors file: a header in JSON and, behind it, tensors that tile the rest exactly.
// What they mean for a model is safetensors.ts'.
import { sizeOf, type AnyHostTensor, type Budget, type DType } from '@lamella/program';
import { fileInvalid } from '../errors.js';
import { decodeNumbers, type Datatype } from '../hdf5/datatype.js';
import { isRecord, readPythonJson, type Json } from '../keras-json/python-json.js';

/** A tensor as it lies in a file. */
export interface RawTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** The longest header. Units: bytes. */
const maximumHeader = 100_000_000;
const maximumRank = 32;

/** Bits that one value takes. */
const bits: Readonly<Record<string, number>> = {
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
  BOOL: 8,
  U8: 8,
  I8: 8,
  F8_E4M3: 8,
  F8_E5M2: 8,
  F8_E8M0: 8,
  F8_E4M3FNUZ: 8,
  F8_E5M2FNUZ: 8,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  C64: 64,
  F64: 64,
  I64: 64,
  U64: 64,
};

/** The dtypes that are written, in the order in which the reference writer puts tensors. */
const written: readonly (readonly [DType, string])[] = [
  ['int64', 'I64'],
  ['float64', 'F64'],
  ['complex64', 'C64'],
  ['float32', 'F32'],
  ['uint32', 'U32'],
  ['int32', 'I32'],
  ['bfloat16', 'BF16'],
  ['float16', 'F16'],
  ['uint16', 'U16'],
  ['int16', 'I16'],
  ['int8', 'I8'],
  ['uint8', 'U8'],
  ['bool', 'BOOL'],
];

/**
 * The tensors of a file by name. Throws: FILE_INVALID, BUDGET_EXCEEDED.
 * Source: the format's README and safetensors/src/tensor.rs, https://github.com/huggingface/safetensors.
 */
export function readSafetensors(bytes: Uint8Array, file: string, budget?: Budget): Map<string, RawTensor> {
  const { header, data } = split(bytes, file, budget);
  const tensors: { name: string; begin: number; tensor: RawTensor }[] = [];
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') {
      if (!isRecord(entry) || Object.values(entry).some((value) => typeof value !== 'string'))
        throw fileInvalid(file, 'its metadata holds something else than text');
      continue;
    }
    const { dtype, shape, begin, end } = readEntry(name, entry, file);
    tensors.push({ name, begin, tensor: { dtype, shape, bytes: data.subarray(begin, end) } });
  }
  tensors.sort((a, b) => a.begin - b.begin || a.tensor.bytes.length - b.tensor.bytes.length);
  let at = 0;
  for (const { name, begin, tensor } of tensors) {
    const size = byteLength(tensor.dtype, tensor.shape);
    if (begin !== at)
      throw fileInvalid(file, `tensor "${name}" begins at ${begin}, where ${at} was to come next`);
    if (tensor.bytes.length !== size) throw fileInvalid(file, `tensor "${name}" is cut off`);
    at += size;
  }
  if (at !== data.length)
    throw fileInvalid(file, `its tensors take ${at} bytes, and ${data.length} are there`);
  return new Map(tensors.map(({ name, tensor }) => [name, tensor]));
}

function split(
  bytes: Uint8Array,
  file: string,
  budget: Budget | undefined,
): { header: { readonly [key: string]: Json }; data: Uint8Array } {
  if (bytes.length < 8) throw fileInvalid(file, 'it is too short to be a safetensors file');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(0, true));
  if (length > maximumHeader || length > bytes.length - 8)
    throw fileInvalid(file, `it declares a header of ${length} bytes, and has ${bytes.length - 8} in all`);
  if (bytes[8] !== 0x7b) throw fileInvalid(file, 'its header is no JSON record');
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, 8 + length));
  } catch (cause) {
    throw fileInvalid(file, 'its header is no UTF-8', undefined, cause);
  }
  const header = readPythonJson(text, file, budget);
  if (!isRecord(header)) throw fileInvalid(file, 'its header is no JSON record');
  return { header, data: bytes.subarray(8 + length) };
}

function readEntry(
  name: string,
  entry: Json,
  file: string,
): { dtype: string; shape: number[]; begin: number; end: number } {
  const { dtype, shape, data_offsets: offsets } = isRecord(entry) ? entry : {};
  const isSize = (value: Json | undefined): value is number =>
    Number.isSafeInteger(value) && Number(value) >= 0;
  if (typeof dtype !== 'string' || !Object.hasOwn(bits, dtype))
    throw fileInvalid(file, `tensor "${name}" is of the unknown dtype ${JSON.stringify(dtype)}`);
  if (!Array.isArray(shape) || shape.length > maximumRank || !shape.every(isSize))
    throw fileInvalid(file, `tensor "${name}" has no shape of whole numbers`);
  const [begin, end, ...others] = Array.isArray(offsets) ? (offsets as readonly Json[]) : [];
  if (!isSize(begin) || !isSize(end) || begin > end || others.length > 0)
    throw fileInvalid(file, `tensor "${name}" has no pair of offsets`);
  if (byteLength(dtype, shape) !== end - begin)
    throw fileInvalid(
      file,
      `tensor "${name}" ${dtype}[${shape.join(', ')}] takes ${byteLength(dtype, shape)} bytes, and has ${end - begin}`,
    );
  return { dtype, shape, begin, end };
}

function byteLength(dtype: string, shape: readonly number[]): number {
  return (sizeOf(shape) * bits[dtype]!) / 8;
}

const datatypes: Readonly<Record<string, Datatype>> = Object.fromEntries(
  (
    [
      ['BF16', 'bfloat16', 2],
      ['F16', 'float', 2],
      ['F32', 'float', 4],
      ['F64', 'float', 8],
      ['I8', 'signed', 1],
      ['I16', 'signed', 2],
      ['I32', 'signed', 4],
      ['I64', 'signed', 8],
      ['U8', 'unsigned', 1],
      ['U16', 'unsigned', 2],
      ['U32', 'unsigned', 4],
      ['U64', 'unsigned', 8],
      ['BOOL', 'bool', 1],
    ] as const
  ).map(([name, kind, size]) => [name, { kind, bytes: size, isLittleEndian: true }]),
);

/**
 * The values of a tensor in its own dtype, U64 as int64, in memory of their own.
 * Throws: FILE_INVALID for dtypes that have no place here, and for U64 beyond int64.
 */
export function decodeTensor(name: string, { dtype, shape, bytes }: RawTensor, file: string): AnyHostTensor {
  const datatype = datatypes[dtype];
  if (datatype === undefined)
    throw fileInvalid(file, `tensor "${name}" is of dtype ${dtype}, which no weight here has`);
  const values = decodeNumbers(bytes, datatype, shape);
  if (values === undefined) throw fileInvalid(file, `tensor "${name}" holds ${dtype} values beyond int64`);
  return values;
}

/** The file that holds these tensors, byte for byte as the reference writes it. */
export function writeSafetensors(tensors: ReadonlyMap<string, AnyHostTensor>): Uint8Array {
  const rank = (tensor: AnyHostTensor): number => written.findIndex(([dtype]) => dtype === tensor.dtype);
  const ordered = [...tensors].sort(
    ([a, left], [b, right]) => rank(left) - rank(right) || (a < b ? -1 : a > b ? 1 : 0),
  );
  let end = 0;
  const header = ordered.map(([name, tensor]) => {
    const begin = end;
    end += bytesOf(tensor).length;
    const entry = { dtype: written[rank(tensor)]![1], shape: tensor.shape, data_offsets: [begin, end] };
    return `${JSON.stringify(name)}:${JSON.stringify(entry)}`;
  });
  const text = new TextEncoder().encode(`{${header.join(',')}}`);
  const length = Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(8 + length + end).fill(0x20, 8, 8 + length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(text, 8);
  let at = 8 + length;
  for (const [, tensor] of ordered) {
    bytes.set(bytesOf(tensor), at);
    at += bytesOf(tensor).length;
  }
  return bytes;
}

function bytesOf({ data }: AnyHostTensor): Uint8Array {
  const { buffer, byteOffset, byteLength } = data as Uint8Array;
  return new Uint8Array(buffer, byteOffset, byteLength);
}
