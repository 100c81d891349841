// NumPy's .npz files: zip archives of .npy files.
import { checkOptionNames, dataInvalid, type OptionNames } from '@lamella/core';
import { readZip, writeZip } from '@lamella/files';
import type { AnyHostTensor } from '@lamella/program';
import { readNpy, writeNpy } from './npy.js';

const longestName = 65_535;
/** What headers and directory take for a member beside its name. Units: bytes. */
const memberOverhead = 128;

export interface ReadNpzOptions {
  /** The file's name, for errors. */
  readonly name?: string;
  /** The most that all arrays together may take. Units: bytes; by default 32 MiB, and 50 for each byte of the file. */
  readonly maximumBytes?: number;
  /** Reads these arrays alone. */
  readonly only?: readonly string[];
}

const readNpzNames: OptionNames<ReadNpzOptions> = { name: true, maximumBytes: true, only: true };

/**
 * Reads a .npz file into its arrays by name; members that are no arrays are passed over.
 *
 * Throws: FILE_INVALID, as `readNpy`, and for damaged, encrypted or overlapping members and archives that unfold to more
 * than `maximumBytes`; BUDGET_EXCEEDED where that is not given.
 *
 * @example
 * const arrays = readNpz(writeNpz({ labels: new HostTensor(new Uint8Array([5, 0, 4]), [3], 'uint8') }));
 * arrays.get('labels')?.array(); // [5, 0, 4]
 */
export function readNpz(bytes: Uint8Array, options: ReadNpzOptions = {}): ReadonlyMap<string, AnyHostTensor> {
  checkOptionNames('readNpz()', options, readNpzNames);
  const { name = 'bytes given to readNpz()', maximumBytes, only } = options;
  const arrays = new Map<string, AnyHostTensor>();
  for (const member of readZip(bytes, name, maximumBytes)) {
    if (!member.name.endsWith('.npy')) continue;
    const key = member.name.slice(0, -'.npy'.length);
    if (only === undefined || only.includes(key))
      arrays.set(key, readNpy(member.bytes(), { name: `${name}/${member.name}` }));
  }
  return arrays;
}

/**
 * Arrays by name as a .npz file, compressed as `numpy.savez_compressed` does, or not, as `numpy.savez`. Equal arrays give
 * equal files.
 *
 * Throws: DATA_INVALID for names that a zip archive cannot hold, and for 4 GiB or more.
 */
export function writeNpz(
  arrays: Readonly<Record<string, AnyHostTensor>> | ReadonlyMap<string, AnyHostTensor>,
  options: { readonly compressed?: boolean } = {},
): Uint8Array {
  const entries = arrays instanceof Map ? [...arrays] : Object.entries(arrays);
  const members: Record<string, Uint8Array> = {};
  let total = 0;
  for (const [name, tensor] of entries as [string, AnyHostTensor][]) {
    const member = `${name}.npy`;
    const length = new TextEncoder().encode(member).length;
    if (length > longestName)
      throw dataInvalid('writeNpz()', `expected names of at most ${longestName} bytes, got ${length}`);
    members[member] = writeNpy(tensor);
    total += members[member].length + 2 * length + memberOverhead;
  }
  if (total >= 2 ** 32)
    throw dataInvalid('writeNpz()', `${total} bytes are too many for a .npz file`, 'write several files');
  return writeZip(members, options);
}
