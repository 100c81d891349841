// The header of a .npy file: a Python dictionary literal of three keys, parsed strictly and never evaluated.
// Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
import { fileInvalid } from '@lamella/files';

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

/** Throws: FILE_INVALID for anything but a header that NumPy writes. */
export function readNpyHeader(bytes: Uint8Array, file: string): NpyHeader {
  if (!magic.every((byte, i) => bytes[i] === byte))
    throw fileInvalid(file, 'expected a .npy file, which begins with 93 "NUMPY"');
  const version = bytes[6];
  if (version !== 1 && version !== 2 && version !== 3)
    throw fileInvalid(file, `expected .npy version 1, 2 or 3, got ${version ?? 'the end of the file'}`);
  const lengthSize = version === 1 ? 2 : 4;
  if (bytes.length < 8 + lengthSize) throw cutOff(file, bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const start = 8 + lengthSize + length;
  if (length > maximumLength)
    throw fileInvalid(file, `expected a header of at most ${maximumLength} bytes, got ${length}`);
  if (bytes.length < start) throw cutOff(file, bytes);
  const text = new TextDecoder(version === 3 ? 'utf-8' : 'latin1').decode(
    bytes.subarray(8 + lengthSize, start),
  );
  return { ...parse(text, file), start };
}

function parse(text: string, file: string): Omit<NpyHeader, 'start'> {
  if (/'descr'\s*:\s*\[/.test(text))
    throw fileInvalid(
      file,
      'it holds an array of records, which is not supported',
      'save each field as an array of its own',
    );
  const found = parseDictionary(text);
  const descr = found?.get('descr');
  const fortranOrder = found?.get('fortran_order');
  const shape = found?.get('shape');
  if (
    found?.size !== 3 ||
    typeof descr !== 'string' ||
    typeof fortranOrder !== 'boolean' ||
    !Array.isArray(shape)
  ) {
    throw fileInvalid(
      file,
      `expected a header with descr, fortran_order and shape, got ${JSON.stringify(text.trim().slice(0, 80))}`,
    );
  }
  return { descr, fortranOrder, shape };
}

type Value = string | boolean | number[];

/** The dictionary, or undefined where the text is anything else or names a key twice. */
function parseDictionary(text: string): Map<string, Value> | undefined {
  const tokens = tokenize(text);
  if (tokens === undefined || tokens[0] !== '{') return undefined;
  const found = new Map<string, Value>();
  let at = 1;
  while (tokens[at] !== '}') {
    const key = quoted(tokens[at]);
    if (key === undefined || found.has(key) || tokens[at + 1] !== ':') return undefined;
    const [value, end] = parseValue(tokens, at + 2);
    if (value === undefined || (tokens[end] !== ',' && tokens[end] !== '}')) return undefined;
    found.set(key, value);
    at = tokens[end] === ',' ? end + 1 : end;
  }
  return at === tokens.length - 1 ? found : undefined;
}

/** The value that begins at a token, and the place of the token after it. */
function parseValue(tokens: readonly string[], start: number): [Value | undefined, number] {
  const first = tokens[start];
  if (first === 'True' || first === 'False') return [first === 'True', start + 1];
  if (first !== '(') return [quoted(first), start + 1];
  const sizes: number[] = [];
  let at = start + 1;
  while (/^\d/.test(tokens[at] ?? '')) {
    // Python 2 wrote long integers with an L.
    sizes.push(Number(tokens[at]!.replace('L', '')));
    at++;
    if (tokens[at] !== ',') break;
    at++;
  }
  return [tokens[at] === ')' ? sizes : undefined, at + 1];
}

/** Quoted words, numbers, names and punctuation, in one pass; undefined where the text holds anything else. */
function tokenize(text: string): string[] | undefined {
  const pattern = /\s*('[^'\\]*'|True|False|\d+L?|[{}():,])/y;
  const tokens: string[] = [];
  const end = text.trimEnd().length;
  while (pattern.lastIndex < end) {
    const token = pattern.exec(text)?.[1];
    if (token === undefined) return undefined;
    tokens.push(token);
  }
  return tokens;
}

function quoted(token: string | undefined): string | undefined {
  return token?.startsWith("'") === true ? token.slice(1, -1) : undefined;
}

function cutOff(file: string, bytes: Uint8Array): Error {
  return fileInvalid(file, `it ends inside its header, after ${bytes.length} bytes`);
}
