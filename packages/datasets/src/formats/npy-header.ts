// The header of a .npy file: a Python dictionary literal of three keys, parsed strictly and never evaluated.
// Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
import { fileInvalid } from '../errors.js';

export interface NpyHeader {
  /** NumPy's type string, e.g. `<f4`. */
  readonly descr: string;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
  /** Where the data begins. Units: bytes. */
  readonly start: number;
}

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
const maximumLength = 65_536;
const dictionary =
  /^\{((?:\s*'(?:descr|fortran_order|shape)'\s*:\s*(?:'[^'\\]*'|True|False|\([0-9L,\s]*\))\s*,?)*)\s*\}\s*$/;
const entry = /'(descr|fortran_order|shape)'\s*:\s*('[^'\\]*'|True|False|\([0-9L,\s]*\))/g;

/** Throws: FILE_INVALID for anything but a header that NumPy writes. */
export function readNpyHeader(bytes: Uint8Array, subject: string): NpyHeader {
  if (!magic.every((byte, i) => bytes[i] === byte))
    throw fileInvalid(subject, 'expected a .npy file, which begins with 93 "NUMPY"');
  const version = bytes[6];
  if (version !== 1 && version !== 2 && version !== 3)
    throw fileInvalid(subject, `expected .npy version 1, 2 or 3, got ${version ?? 'the end of the file'}`);
  const lengthSize = version === 1 ? 2 : 4;
  if (bytes.length < 8 + lengthSize)
    throw fileInvalid(subject, `it ends inside its header, after ${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const start = 8 + lengthSize + length;
  if (length > maximumLength)
    throw fileInvalid(subject, `expected a header of at most ${maximumLength} bytes, got ${length}`);
  if (bytes.length < start)
    throw fileInvalid(subject, `it ends inside its header, after ${bytes.length} bytes`);
  const text = new TextDecoder(version === 3 ? 'utf-8' : 'latin1').decode(
    bytes.subarray(8 + lengthSize, start),
  );
  return { ...parse(text, subject), start };
}

function parse(text: string, subject: string): Omit<NpyHeader, 'start'> {
  if (/'descr'\s*:\s*\[/.test(text))
    throw fileInvalid(
      subject,
      'it holds an array of records, which is not supported',
      'save each field as an array of its own',
    );
  const body = dictionary.exec(text)?.[1];
  const entries =
    body === undefined ? [] : [...body.matchAll(entry)].map((match) => [match[1]!, match[2]!] as const);
  const found = new Map(entries);
  const descr = found.get('descr');
  const order = found.get('fortran_order');
  const shape = found.get('shape');
  const isComplete =
    descr?.startsWith("'") === true &&
    (order === 'True' || order === 'False') &&
    shape?.startsWith('(') === true;
  if (!isComplete || entries.length !== 3) {
    throw fileInvalid(
      subject,
      `expected a header with descr, fortran_order and shape, got ${JSON.stringify(text.trim().slice(0, 80))}`,
    );
  }
  return { descr: descr.slice(1, -1), fortranOrder: order === 'True', shape: parseTuple(shape, subject) };
}

function parseTuple(text: string, subject: string): number[] {
  const inner = text.slice(1, -1).trim();
  if (inner === '') return [];
  const items = inner.split(',').map((item) => item.trim());
  if (items[items.length - 1] === '') items.pop();
  // Python 2 wrote long integers with an L.
  if (items.length === 0 || !items.every((item) => /^\d+L?$/.test(item)))
    throw fileInvalid(subject, `expected a shape of natural numbers, got ${text.slice(0, 80)}`);
  return items.map((item) => Number(item.replace('L', '')));
}
