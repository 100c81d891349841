// `.weights.json`: Keras 3's index of weights that lie in several `.weights.h5` beside it, none larger than asked for.
import type { Format, FormatContext, Layer, ReadingContext } from '@lamella/core';
import { sha256 } from '@lamella/files';
import { bytesPerElement, type AnyHostTensor, type Budget } from '@lamella/program';
import { fileInvalid, notSerializable } from '../errors.js';
import { siblingStem } from '../files/sibling-names.js';
import { readHdf5 } from '../hdf5/read-hdf5.js';
import { readVariables } from '../hdf5/read-variables.js';
import { ensureGroup, hdf5Group, type Hdf5Group } from '../hdf5/tree.js';
import { variablePlaces } from '../hdf5/variables.js';
import { writeHdf5 } from '../hdf5/write-hdf5.js';
import { storedWeights } from '../inspect/hdf5-contents.js';
import { isRecord, readPythonJson, writePythonJson, type Json } from '../keras-json/python-json.js';
import { readValues } from '../weights/read-values.js';
import { assignRule, readContext, requiredState } from './read-context.js';
import { refuseByName } from './read-weights.js';
import { isJsonWith } from './signatures.js';

const ending = /\.weights\.json$/i;

/** Source: keras.Model.save_weights with max_shard_size. */
export const weightsJsonFormat: Format = {
  name: 'weights.json',
  extensions: ['.weights.json'],

  matches: (bytes) => isJsonWith(bytes, 'weight_map'),

  async writeWeights(layer, context) {
    const base = siblingStem(context.file, ending);
    const { shards, total } = await split(layer, bytesPerShard(context));
    const siblings: Record<string, Uint8Array> = {};
    const map: Record<string, string[]> = {};
    for (const [i, { bytes, paths }] of shards.entries()) {
      const name = `${base}_${String(i + 1).padStart(5, '0')}-${(await sha256(bytes)).slice(0, 16)}.weights.h5`;
      siblings[name] = bytes;
      for (const path of paths) (map[path] ??= []).push(name);
    }
    const index = writePythonJson({ metadata: { total_size: total }, weight_map: map });
    const isOf = (name: string, pattern: RegExp): boolean =>
      name.startsWith(`${base}_`) && pattern.test(name.slice(base.length + 1));
    return {
      bytes: new TextEncoder().encode(index),
      siblings,
      // Keras opens this one whatever the index says. Its own file of this name has weights in it.
      fixed: { [`${nameOf(context)}_00000.weights.h5`]: writeHdf5(hdf5Group()) },
      siblingsIn: (main) =>
        [...shardsOf(parse(main, context.file), context.file).keys()].filter((name) =>
          isOf(name, /^\d{5}(-[0-9a-f]{16})?\.weights\.h5$/),
        ),
      isSibling: (name) => isOf(name, /^\d{5}-[0-9a-f]{16}\.weights\.h5$/),
    };
  },

  async readWeights(bytes, layer, context) {
    const root = await readShards(bytes, context);
    refuseByName(context);
    const reading = readContext(context);
    const rule = { file: context.file, ...assignRule(context, reading) };
    readVariables(root, layer, { ...rule, state: requiredState(context) });
    reading.notices.say(context.file, reading.warn);
  },

  async inspect(bytes, context) {
    return {
      format: 'Keras 3 weights in several files',
      weights: storedWeights(await readShards(bytes, context), context.budget),
    };
  },
};

/** The variables of all shards together. Throws: FILE_INVALID, FILE_MISSING. */
async function readShards(bytes: Uint8Array, context: ReadingContext): Promise<Hdf5Group> {
  const { file, budget } = context;
  const index = parse(bytes, file, budget);
  const root = hdf5Group();
  if (context.readSibling === undefined)
    throw fileInvalid(file, 'the weights lie beside it, and there is no such place', 'give them as siblings');
  for (const [name, paths] of shardsOf(index, file)) {
    const shard = readHdf5(await context.readSibling(name), name, budget);
    for (const path of paths) merge(root, shard, path, context);
  }
  return root;
}

/** Units: GB, as Keras has it. */
function bytesPerShard(context: FormatContext): number {
  const given = context.options['maxShardSize'] ?? 5;
  if (typeof given === 'number' && given > 0) return given * 1024 ** 3;
  throw notSerializable(
    'saveWeights()',
    `maxShardSize: expected a number of GB, got ${String(given)}`,
    'pass e.g. 5',
  );
}

interface Shard {
  readonly bytes: Uint8Array;
  readonly paths: readonly string[];
}

async function split(layer: Layer, limit: number): Promise<{ shards: Shard[]; total: number }> {
  const shards: { root: Hdf5Group; paths: Set<string>; size: number }[] = [];
  let total = 0;
  const places = variablePlaces(layer, { optimizer: true });
  const values = await readValues(places.flatMap(({ weights }) => weights));
  for (const { path, name, weights } of places) {
    weights.forEach((weight, i) => {
      const value = values.get(weight)!;
      const size = value.size * bytesPerElement(value.dtype);
      total += size;
      let shard = shards.at(-1);
      if (shard === undefined || (shard.size > 0 && shard.size + size > limit)) {
        shard = { root: hdf5Group(), paths: new Set(), size: 0 };
        shards.push(shard);
      }
      const group = ensureGroup(shard.root, [...path, 'vars']);
      group.attributes.set('name', name);
      group.datasets.set(String(i), value);
      shard.paths.add(`/${[...path, 'vars'].join('/')}`);
      shard.size += size;
    });
  }
  return { shards: shards.map(({ root, paths }) => ({ bytes: writeHdf5(root), paths: [...paths] })), total };
}

/** The shards an index names, and what each holds. */
function shardsOf(index: Json, file: string): Map<string, string[]> {
  const map = isRecord(index) ? index['weight_map'] : undefined;
  if (!isRecord(map)) throw fileInvalid(file, 'it lists no weights');
  const shards = new Map<string, string[]>();
  for (const [path, stored] of Object.entries(map)) {
    for (const name of Array.isArray(stored) ? (stored as readonly Json[]) : [stored]) {
      if (typeof name !== 'string' || !name.endsWith('.weights.h5'))
        throw fileInvalid(file, `${JSON.stringify(name)} is no file beside it`);
      const paths = shards.get(name);
      if (paths === undefined) shards.set(name, [path]);
      else paths.push(path);
    }
  }
  return shards;
}

/** Adds the variables of one place, which may lie in several shards. */
function merge(root: Hdf5Group, shard: Hdf5Group, path: string, { file, budget }: ReadingContext): void {
  const parts = path.split('/').filter((part) => part !== '');
  let source: Hdf5Group | undefined = shard;
  for (const part of parts) source = source?.groups.get(part);
  if (source === undefined) throw fileInvalid(file, `"${path}" is not where the index says`);
  // One place may be spelled in many ways.
  budget.spend('steps', parts.length + source.attributes.size + source.datasets.size, `"${path}"`);
  const target = ensureGroup(root, parts);
  for (const [key, value] of source.attributes) target.attributes.set(key, value);
  for (const [key, tensor] of source.datasets) add(target, key, tensor, path, file);
}

function add(target: Hdf5Group, key: string, tensor: AnyHostTensor, path: string, file: string): void {
  if (target.datasets.has(key)) throw fileInvalid(file, `"${path}/${key}" stands in two files`);
  target.datasets.set(key, tensor);
}

function parse(bytes: Uint8Array, file: string, budget?: Budget): Json {
  return readPythonJson(new TextDecoder().decode(bytes), file, budget);
}

/** The file's name without its ending. */
function nameOf({ file }: FormatContext): string {
  return file.replace(/^.*[/\\]/, '').replace(ending, '');
}
