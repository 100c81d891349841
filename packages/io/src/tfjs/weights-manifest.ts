// The weights of a TensorFlow.js model: groups of values, one after the other without gaps, cut into files wherever it suits.
import {
  HostTensor,
  isFloatDType,
  numbersOf,
  sizeOf,
  type AnyHostTensor,
  type Budget,
} from '@lamella/program';
import { fileInvalid } from '../errors.js';
import { decodeNumbers, type Datatype } from '../hdf5/datatype.js';
import { isRecord, type Json, type WritableJson } from '../keras-json/python-json.js';

type JsonRecord = { readonly [key: string]: Json };

/** How one weight stands in the manifest. */
export interface WeightSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  /** Whether it is state of the optimizer. */
  readonly isOptimizer: boolean;
  readonly quantization: Quantization | undefined;
}

/** Whole numbers in place of values, which are `number * scale + min`; or float16. */
interface Quantization {
  readonly dtype: 'uint8' | 'uint16' | 'float16';
  readonly scale: number;
  readonly min: number;
}

/** Weights whose values follow one another in these files. */
export interface WeightGroup {
  readonly paths: readonly string[];
  readonly weights: readonly WeightSpec[];
}

/** As large as the converter of TensorFlow.js cuts files, so that browsers cache them. Units: bytes. */
const shardSize = 4 * 1024 * 1024;
const maximumRank = 32;

const datatypes: Readonly<Record<string, Datatype>> = {
  float32: { kind: 'float', bytes: 4, isLittleEndian: true },
  int32: { kind: 'signed', bytes: 4, isLittleEndian: true },
  bool: { kind: 'bool', bytes: 1, isLittleEndian: true },
  uint8: { kind: 'unsigned', bytes: 1, isLittleEndian: true },
  uint16: { kind: 'unsigned', bytes: 2, isLittleEndian: true },
  float16: { kind: 'float', bytes: 2, isLittleEndian: true },
};

/** The manifest of a `model.json`. Throws: FILE_INVALID. Source: tfjs-core, io/types.ts. */
export function readManifest(stored: Json | undefined, file: string): WeightGroup[] {
  if (!Array.isArray(stored)) throw fileInvalid(file, 'it has no manifest of weights');
  const names = new Set<string>();
  const files = new Set<string>();
  return (stored as readonly Json[]).map((group) => {
    const { paths, weights } = isRecord(group) ? group : {};
    const isPaths = Array.isArray(paths) && paths.every((path) => typeof path === 'string');
    if (!isPaths || new Set(paths).size < paths.length || !Array.isArray(weights))
      throw fileInvalid(file, 'a group of its weights lacks its files or its list');
    for (const path of paths as string[]) {
      if (files.has(path))
        throw fileInvalid(file, `two groups of its weights lie in ${JSON.stringify(path)}`);
      files.add(path);
    }
    return {
      paths: paths as string[],
      weights: (weights as readonly Json[]).map((entry) => {
        const spec = readSpec(entry, file);
        if (names.has(spec.name)) throw fileInvalid(file, `weight "${spec.name}" stands twice`);
        names.add(spec.name);
        return spec;
      }),
    };
  });
}

function readSpec(entry: Json, file: string): WeightSpec {
  const { name, shape, dtype, group, quantization }: JsonRecord = isRecord(entry) ? entry : {};
  if (typeof name !== 'string') throw fileInvalid(file, 'a weight has no name');
  const isShape =
    Array.isArray(shape) &&
    shape.length <= maximumRank &&
    (shape as readonly Json[]).every((size) => Number.isSafeInteger(size) && Number(size) >= 0);
  if (!isShape) throw fileInvalid(file, `weight "${name}" has no shape of whole numbers`);
  if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool')
    throw fileInvalid(
      file,
      `weight "${name}" is of dtype ${JSON.stringify(dtype)}, which no weight here has`,
    );
  return {
    name,
    shape: shape as number[],
    dtype,
    isOptimizer: group === 'optimizer',
    quantization: quantization === undefined ? undefined : readQuantization(quantization, name, file),
  };
}

function readQuantization(stored: Json, name: string, file: string): Quantization {
  const { dtype, scale = 1, min = 0 }: JsonRecord = isRecord(stored) ? stored : {};
  const isWhole = dtype === 'uint8' || dtype === 'uint16';
  if ((!isWhole && dtype !== 'float16') || !Number.isFinite(scale) || !Number.isFinite(min))
    throw fileInvalid(file, `weight "${name}" is quantised in an unknown way`);
  return { dtype, scale: Number(scale), min: Number(min) };
}

/** The values of all weights by name. Throws: FILE_INVALID, BUDGET_EXCEEDED, and what `read` throws. */
export async function readGroups(
  groups: readonly WeightGroup[],
  read: (path: string) => Promise<Uint8Array>,
  file: string,
  budget: Budget,
): Promise<Map<string, AnyHostTensor>> {
  const values = new Map<string, AnyHostTensor>();
  for (const { paths, weights } of groups) {
    const shards: Uint8Array[] = [];
    for (const path of paths) shards.push(await read(path));
    const bytes = shards.length === 1 ? shards[0]! : joined(shards);
    let at = 0;
    for (const spec of weights) {
      const size = sizeOf(spec.shape) * datatypes[spec.quantization?.dtype ?? spec.dtype]!.bytes;
      if (!(at + size <= bytes.length))
        throw fileInvalid(file, `weight "${spec.name}" is cut off: its files hold ${bytes.length} bytes`);
      budget.spend('elements', sizeOf(spec.shape), `weight "${spec.name}"`);
      values.set(spec.name, decode(spec, bytes.subarray(at, at + size)));
      at += size;
    }
    if (at !== bytes.length)
      throw fileInvalid(
        file,
        `the weights of ${paths.join(', ')} take ${at} bytes, and ${bytes.length} are there`,
      );
  }
  return values;
}

function decode({ dtype, shape, quantization }: WeightSpec, bytes: Uint8Array): AnyHostTensor {
  const stored = decodeNumbers(bytes, datatypes[quantization?.dtype ?? dtype]!, shape)!;
  if (quantization === undefined || quantization.dtype === 'float16') return stored;
  const { scale, min } = quantization;
  const isWhole = dtype === 'int32';
  const values = Float64Array.from(numbersOf(stored.data, stored.dtype), (value) =>
    isWhole ? Math.round(value * scale + min) : value * scale + min,
  );
  return new HostTensor(values, shape, 'float64').cast(isWhole ? 'int32' : 'float32');
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** A weight to write. */
export interface WrittenWeight {
  readonly name: string;
  readonly value: AnyHostTensor;
  readonly isOptimizer?: boolean;
}

/** What one group that holds all weights is made of: its part of the manifest, its bytes, and those cut into files. */
export function writeGroup(weights: readonly WrittenWeight[]): {
  specs: WritableJson;
  bytes: Uint8Array;
  shards: Uint8Array[];
} {
  const specs = weights.map(({ name, value, isOptimizer }) => ({
    name,
    shape: [...value.shape],
    dtype: written(value).dtype,
    ...(value.dtype === 'float16' && { quantization: { dtype: 'float16', original_dtype: 'float32' } }),
    ...(isOptimizer === true && { group: 'optimizer' }),
  }));
  const bytes = joined(weights.map(({ value }) => littleEndian(value)));
  const count = Math.max(1, Math.ceil(bytes.length / shardSize));
  const shards = Array.from({ length: count }, (_, i) => bytes.subarray(i * shardSize, (i + 1) * shardSize));
  return { specs, bytes, shards };
}

/** How a weight stands there: TensorFlow.js has float32, int32 and bool, and float16 as a way to store float32. */
function written(value: AnyHostTensor): { dtype: string; stored: AnyHostTensor } {
  if (value.dtype === 'bool') return { dtype: 'bool', stored: value };
  if (!isFloatDType(value.dtype)) return { dtype: 'int32', stored: value.cast('int32') };
  return { dtype: 'float32', stored: value.dtype === 'float16' ? value : value.cast('float32') };
}

function littleEndian(value: AnyHostTensor): Uint8Array {
  const { buffer, byteOffset, byteLength } = written(value).stored.data as Uint8Array;
  return new Uint8Array(buffer, byteOffset, byteLength);
}
