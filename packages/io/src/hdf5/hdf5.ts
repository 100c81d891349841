// Reads and writes HDF5 bytes through h5wasm, whose files live in WebAssembly memory: no file of the host is reachable.
import type { Dataset, File as Hdf5File, Group, Metadata } from 'h5wasm';
import { HostTensor, isLamellaError, sizeOf, type StorageDType, type TypedArray } from '@lamella/program';
import { fileInvalid } from '../errors.js';
import { hdf5Group, type Hdf5Attribute, type Hdf5Group } from './tree.js';

type Library = typeof import('h5wasm');

let counter = 0;

/** Most objects a file may hold, and deepest nesting: far above any model, and below what exhausts a process. */
const maximumObjects = 200_000;
const maximumDepth = 64;

/** How much larger than the file its datasets may be in all. Compressed zeros expand by about a thousand. */
const maximumExpansion = 1100;

async function withFile<T>(use: (library: Library, path: string, fs: FileSystem) => T): Promise<T> {
  const library = await import('h5wasm');
  const module = await library.ready;
  const fs = (module as unknown as { FS: FileSystem }).FS;
  const path = `lamella-${counter++}.h5`;
  try {
    return use(library, path, fs);
  } finally {
    if (fs.analyzePath(path).exists) fs.unlink(path);
  }
}

interface FileSystem {
  readFile(path: string): Uint8Array;
  writeFile(path: string, bytes: Uint8Array): void;
  unlink(path: string): void;
  analyzePath(path: string): { exists: boolean };
}

/** The bytes of an HDF5 file that holds `root`. */
export function writeHdf5(root: Hdf5Group): Promise<Uint8Array> {
  return withFile((library, path, fs) => {
    const file = new library.File(path, 'w');
    try {
      writeGroup(file, root);
    } finally {
      file.close();
    }
    return fs.readFile(path);
  });
}

function writeGroup(target: Group, group: Hdf5Group): void {
  for (const [name, value] of group.attributes) writeAttribute(target, name, value);
  for (const [name, tensor] of group.datasets) writeDataset(target, name, tensor);
  for (const [name, inner] of group.groups) writeGroup(target.create_group(name), inner);
}

function writeAttribute(target: Group, name: string, value: Hdf5Attribute): void {
  if (typeof value === 'string') target.create_attribute(name, value);
  else if (value.length === 0) target.create_attribute(name, new Float64Array(0), [0], '<d');
  else target.create_attribute(name, [...value]);
}

const hdf5Types: Readonly<Record<StorageDType, string>> = {
  float32: '<f',
  int32: '<i',
  bool: '<B',
  uint8: '<B',
  int8: '<b',
  uint16: '<H',
  int16: '<h',
};

function writeDataset(target: Group, name: string, tensor: HostTensor): void {
  target.create_dataset({
    name,
    data: tensor.data,
    shape: [...tensor.shape],
    dtype: hdf5Types[tensor.dtype],
  });
}

/** The content of an HDF5 file. Throws: FILE_INVALID. */
export function readHdf5(bytes: Uint8Array, file: string): Promise<Hdf5Group> {
  const signature = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
  if (signature.some((byte, i) => bytes[i] !== byte))
    return Promise.reject(fileInvalid(file, 'it is no HDF5 file'));
  return withFile((library, path, fs) => {
    fs.writeFile(path, bytes);
    let opened: Hdf5File | undefined;
    try {
      opened = new library.File(path, 'r');
      return new Reader(library, file, bytes.length).group(opened, 0);
    } catch (cause) {
      throw isLamellaError(cause)
        ? cause
        : fileInvalid(file, 'its HDF5 structure is damaged', undefined, cause);
    } finally {
      opened?.close();
    }
  });
}

class Reader {
  private objects = 0;
  private declared = 0;

  constructor(
    private readonly library: Library,
    private readonly file: string,
    private readonly stored: number,
  ) {}

  group(source: Group, depth: number): Hdf5Group {
    if (depth > maximumDepth)
      throw fileInvalid(this.file, `its groups are nested more than ${maximumDepth} deep`);
    const result = hdf5Group();
    for (const [name, attribute] of Object.entries(source.attrs)) {
      const value = this.attribute(attribute.metadata, () => attribute.value);
      if (value !== undefined) result.attributes.set(name, value);
    }
    for (const name of source.keys()) {
      if (++this.objects > maximumObjects)
        throw fileInvalid(this.file, `it holds more than ${maximumObjects} objects`);
      this.refuseLinks(source, name);
      const item = source.get(name);
      if (item instanceof this.library.Group) result.groups.set(name, this.group(item, depth + 1));
      else if (item instanceof this.library.Dataset) result.datasets.set(name, this.dataset(item));
      else throw fileInvalid(this.file, `"${source.path}/${name}" is neither a group nor a dataset`);
    }
    return result;
  }

  private refuseLinks(source: Group, name: string): void {
    const module = this.library.Module;
    const path = `${source.path.replace(/\/$/, '')}/${name}`;
    const type = module.get_type(source.file_id, path);
    if (type === module.H5G_LINK || type === module.H5G_UDLINK)
      throw fileInvalid(this.file, `"${path}" is a soft or external link, which is not followed`);
  }

  private attribute(metadata: Metadata, read: () => unknown): Hdf5Attribute | undefined {
    this.account(metadata, 'an attribute');
    if (metadata.type !== stringClass) return metadata.shape?.[0] === 0 ? [] : undefined;
    const value = read();
    return Array.isArray(value) ? value.map(String) : String(value);
  }

  private dataset(source: Dataset): HostTensor {
    const { metadata } = source;
    const label = `dataset "${source.path}"`;
    if ((metadata.virtual_sources?.length ?? 0) > 0)
      throw fileInvalid(this.file, `${label} is virtual and points to other files`);
    if (metadata.shape === null || metadata.vlen || metadata.type > 1)
      throw fileInvalid(this.file, `${label} holds no numbers`);
    this.account(metadata, label);
    return convert(source.value, metadata.shape, this.file, label);
  }

  /** Refuses sizes that bytes of this file could not have been. */
  private account(metadata: Metadata, label: string): void {
    const elements = sizeOf(metadata.shape ?? []);
    this.declared += elements * metadata.size;
    const isFlat = metadata.chunks === null;
    const limit = this.stored * (isFlat ? 1 : maximumExpansion);
    if (
      !Number.isSafeInteger(elements) ||
      elements * metadata.size > limit ||
      this.declared > this.stored * maximumExpansion
    ) {
      throw fileInvalid(
        this.file,
        `${label} declares ${elements} elements, more than the ${this.stored} bytes of the file can hold`,
      );
    }
  }
}

const stringClass = 3;

function convert(value: unknown, shape: readonly number[], file: string, label: string): HostTensor {
  const data =
    typeof value === 'number'
      ? Float32Array.of(value)
      : typeof value === 'bigint'
        ? BigInt64Array.of(value)
        : value;
  if (!ArrayBuffer.isView(data) || (data as TypedArray).length !== sizeOf(shape))
    throw fileInvalid(file, `${label} cannot be read`);
  switch (data.constructor.name) {
    case 'Float32Array':
      return new HostTensor((data as Float32Array).slice(), shape, 'float32');
    case 'Float64Array':
      return new HostTensor(Float32Array.from(data as Float64Array), shape, 'float32');
    case 'Int32Array':
      return new HostTensor((data as Int32Array).slice(), shape, 'int32');
    case 'Uint8Array':
      return new HostTensor((data as Uint8Array).slice(), shape, 'uint8');
    case 'BigInt64Array':
    case 'BigUint64Array':
      return new HostTensor(
        Int32Array.from(data as unknown as bigint[], (item) => Number(item)),
        shape,
        'int32',
      );
    default:
      return new HostTensor(Int32Array.from(data as unknown as number[]), shape, 'int32');
  }
}
