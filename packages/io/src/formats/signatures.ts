// What bytes are, by how they begin: the containers that formats here use, and, in a sentence, what they are not.
const text = new TextDecoder('latin1');
/** Units: bytes. */
const pieceSize = 1024 * 1024;

/** A zip archive: `.keras`, and much else. */
export function isZip(bytes: Uint8Array): boolean {
  return startsWith(bytes, [0x50, 0x4b, 0x03, 0x04]) || startsWith(bytes, [0x50, 0x4b, 0x05, 0x06]);
}

/** An HDF5 file. */
export function isHdf5(bytes: Uint8Array): boolean {
  return startsWith(bytes, [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]);
}

/** A record in JSON that has this key somewhere. */
export function isJsonWith(bytes: Uint8Array, key: string): boolean {
  if (!isJson(bytes)) return false;
  const wanted = `"${key}"`;
  // Piece by piece: not every file fits into one text.
  for (let at = 0; at < bytes.length; at += pieceSize)
    if (text.decode(bytes.subarray(at, at + pieceSize + wanted.length)).includes(wanted)) return true;
  return false;
}

/** A safetensors file: the length of its header, and the header, a record in JSON. */
export function isSafetensors(bytes: Uint8Array): boolean {
  if (bytes.length < 10 || bytes[8] !== 0x7b) return false;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  return length <= BigInt(bytes.length - 8);
}

function isJson(bytes: Uint8Array): boolean {
  return /^(?:\u00ef\u00bb\u00bf)?\s*\{/.test(head(bytes));
}

function startsWith(bytes: Uint8Array, start: readonly number[]): boolean {
  return start.every((byte, i) => bytes[i] === byte);
}

function head(bytes: Uint8Array, size = 400): string {
  return text.decode(bytes.subarray(0, size));
}

interface Foreign {
  readonly isIt: (bytes: Uint8Array, start: string) => boolean;
  /** What it is, and what to do. */
  readonly what: string;
  readonly fix: string;
}

const ofKeras = 'save the model in Keras with model.save("model.keras"), and load that file';

const foreign: readonly Foreign[] = [
  {
    isIt: (_, start) => start.startsWith('version https://git-lfs'),
    what: 'a pointer of Git LFS, which stands for the file',
    fix: 'fetch the file itself with "git lfs pull"',
  },
  {
    isIt: (_, start) => /^\s*<(!doctype|html|\?xml|head)/i.test(start),
    what: 'a web page or XML',
    fix: 'download the file itself, not the page that shows it',
  },
  {
    isIt: (bytes) => bytes[0] === 0x80 && bytes[1]! >= 2 && bytes[1]! <= 5,
    what: 'a Python pickle, which is code and is never run here',
    fix: ofKeras,
  },
  {
    isIt: (bytes) => head(bytes.subarray(4, 8)) === 'TFL3',
    what: 'a model of TensorFlow Lite, which has no layers',
    fix: 'convert the Keras model it was made from',
  },
  {
    isIt: (bytes) => startsWith(bytes, [0x08, 0x01, 0x12]),
    what: "TensorFlow's SavedModel, a graph without layers",
    fix: 'load it in tf_keras and save it there as .keras or .h5',
  },
  {
    isIt: (bytes) => bytes[0] === 0x08 && bytes[1]! < 0x20 && (bytes[2] === 0x12 || bytes[2] === 0x3a),
    what: 'an ONNX model, a graph without layers',
    fix: 'load the model that it was exported from',
  },
  {
    isIt: (bytes) => startsWith(bytes, [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]),
    what: "a NumPy array (.npy), not a model's file",
    fix: 'read it with @lamella/datasets',
  },
  { isIt: (_, start) => start.startsWith('GGUF'), what: 'a GGUF file of weights', fix: ofKeras },
  {
    isIt: (bytes) => startsWith(bytes, [0x1f, 0x8b]),
    what: 'compressed with gzip',
    fix: 'unpack it first',
  },
  {
    isIt: (bytes) => head(bytes.subarray(257, 262)) === 'ustar',
    what: 'a tar archive',
    fix: 'unpack it first',
  },
  {
    isIt: (bytes) => startsWith(bytes, [0x37, 0x7a, 0xbc, 0xaf]) || head(bytes).startsWith('Rar!'),
    what: 'a packed archive',
    fix: 'unpack it first',
  },
  {
    isIt: (_, start) => /^(?:[\w-]+:.*\n)*?(?:class_name|backend|keras_version):/.test(start),
    what: 'a model in YAML, which Keras has not read since 2.6',
    fix: 'save the JSON of model.to_json() instead',
  },
];

/** What the bytes are, as the rest of "it is", and what to do; undefined where nothing is known of them. */
export function describeForeign(
  bytes: Uint8Array,
): { readonly what: string; readonly fix: string } | undefined {
  const start = head(bytes);
  return foreign.find(({ isIt }) => isIt(bytes, start));
}

/** What an archive is that is no `.keras`, by the names in it. */
export function describeArchive(names: Iterable<string>): string | undefined {
  for (const name of names) {
    if (name.endsWith('.npy')) return 'it is an archive of NumPy arrays (.npz)';
    if (/(^|\/)data\.pkl$/.test(name)) return 'it is a checkpoint of PyTorch, which is code';
    if (/(^|\/)saved_model\.pb$/.test(name)) return "it is TensorFlow's SavedModel, a graph without layers";
    if (/(^|\/)model\.json$/.test(name)) return 'it is an archive with a model.json: unpack it first';
  }
  return undefined;
}
