import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFile, unzip } from '@lamella/files';
import { readHdf5 } from './hdf5/read-hdf5.js';
import type { Hdf5Group } from './hdf5/tree.js';
import {
  bytesOf,
  composed,
  functions,
  golden,
  names,
  pathOf,
  predictionError,
} from './keras-fixtures.spec.js';
import { isRecord, readPythonJson, type Json } from './keras-json/python-json.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lamella-io-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What Keras has beyond what a reader of it needs: addresses of objects, and what is filled in anyway. */
const without: ReadonlySet<string> = new Set(['shared_object_id', 'lamella', 'jit_compile', 'autocast']);

/** A config without those members, and without those that are null. */
function essence(value: Json): unknown {
  if (Array.isArray(value))
    return (value as readonly Json[]).filter((item) => !isAutomatic(item)).map(essence);
  if (typeof value !== 'object' || value === null) return value;
  const record = value as { readonly [key: string]: Json };
  if (record['class_name'] === 'Lambda') return essenceOfLambda(record);
  const { args, kwargs } = record;
  // A first argument that was given by its name.
  if (Array.isArray(args) && args.length === 0 && isRecord(kwargs) && kwargs['inputs'] !== undefined) {
    const { inputs, ...others } = kwargs;
    return essence({ ...record, args: [inputs], kwargs: others });
  }
  // A mask that was given in its place: it is written by its name.
  if (Array.isArray(args) && args.length === 2 && isRecord(kwargs) && isTensor(args[1]!))
    return essence({ ...record, args: [args[0]!], kwargs: { mask: args[1]!, ...kwargs } });
  // A registered class is found by its name, wherever its module is.
  const isRegistered = String(record['registered_name']).includes('>');
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, item]) => !without.has(key) && item !== null && !isAutomaticMask(key, item))
      .filter(([key]) => !(isRegistered && key === 'module'))
      .map(([key, item]) => [key, essence(item)]),
  );
}

function isTensor(value: Json): boolean {
  return isRecord(value) && value['class_name'] === '__keras_tensor__';
}

/** The mask of an Embedding as an operation, which Keras computes again when it opens the file. */
function isAutomatic(value: Json): boolean {
  return isRecord(value) && value['class_name'] === 'NotEqual';
}

/** Whether an argument is such a mask, or none for each of several tensors. */
function isAutomaticMask(key: string, value: Json): boolean {
  const text = JSON.stringify(value);
  return key === 'mask' && (text.includes('["not_equal') || !text.includes('__keras_tensor__'));
}

/** Bytecode is not written again, and a Lambda's own dtype is left out. */
function essenceOfLambda(entry: { readonly [key: string]: Json }): unknown {
  const { dtype: _dtype, function: fn, ...config } = entry['config'] as { readonly [key: string]: Json };
  const isName =
    isRecord(fn) && typeof fn['config'] === 'string' && fn['config'] !== 'lamella>captured_program';
  return {
    ...(essence({ ...entry, class_name: 'a Lambda', build_config: null, config }) as object),
    fn: isName ? fn['config'] : 0,
  };
}

/** An optimizer that the original gives by its name is written as an object: of the class of that name. */
function nameOptimizerAs(original: Json, written: Json): void {
  const [before, after] = [original, written].map((config) =>
    isRecord(config) ? (config['compile_config'] as Record<string, Json> | undefined) : undefined,
  );
  const name = before?.['optimizer'];
  if (typeof name !== 'string') return;
  expect(String((after!['optimizer'] as Record<string, Json>)['class_name']).toLowerCase()).toBe(name);
  after!['optimizer'] = name;
}

/** The paths of all groups and datasets, with shapes and the names that Keras gives. */
function outline(group: Hdf5Group, path = ''): string[] {
  const own = [...group.attributes]
    .filter(([key]) => key === 'name' || key.startsWith('layer_names') || key.startsWith('weight_names'))
    .map(([key, value]) => `${path}@${key.replace(/\d+$/, '')}=${String(value)}`);
  const values = [...group.datasets].map(
    ([key, t]) => `${path}/${key} ${t.dtype}[${t.shape.join()}] ${[t.array()].flat(9).join()}`,
  );
  return [
    ...own,
    ...values,
    ...[...group.groups].flatMap(([key, inner]) => [`${path}/${key}/`, ...outline(inner, `${path}/${key}`)]),
  ].sort();
}

function parts(bytes: Uint8Array, file: string): { config: Json; weights: Hdf5Group } {
  if (file.endsWith('.keras')) {
    const members = unzip(bytes, file);
    return {
      config: readPythonJson(new TextDecoder().decode(members.get('config.json')), file),
      weights: readHdf5(members.get('model.weights.h5')!, file),
    };
  }
  const weights = readHdf5(bytes, file);
  return {
    config: readPythonJson((weights.attributes.get('model_config') as string | undefined) ?? 'null', file),
    weights,
  };
}

const files = names.flatMap((name) => golden(name).files.map((file) => ({ name, file })));

describe('what Keras wrote, read and written again', () => {
  // That of split attributes was renamed after it was built, and split at a limit of its own.
  const models = files.filter(
    ({ name, file }) => !file.includes('weights.h5') && name !== 'chunked_attributes',
  );

  it.each(models)(
    '$file has the layers, options, calls and variables that it had',
    async ({ name, file }) => {
      const { loadModel, saveModel } = composed();
      const path = join(folder, file);
      await saveModel(await loadModel(pathOf(file), { functions }), path);
      const [written, original] = [parts(await readFile(path), file), parts(bytesOf(file), file)];
      nameOptimizerAs(original.config, written.config);
      expect(essence(written.config)).toEqual(essence(original.config));
      expect(outline(written.weights)).toEqual(outline(original.weights));
      const again = await composed().loadModel(path, { functions });
      expect(await predictionError(again, golden(name))).toBeLessThanOrEqual(1e-6);
    },
  );

  const weightFiles = files.filter(({ file }) => file.endsWith('weights.h5'));

  it.each(weightFiles)('$file has the variables that it had', async ({ name, file }) => {
    const { loadModel, loadWeights, saveWeights } = composed();
    const model = await loadModel(pathOf(`${name}.keras`), { functions });
    await loadWeights(model, pathOf(file));
    const path = join(folder, file.replace('.legacy_weights', '_legacy'));
    await saveWeights(model, path);
    expect(outline(readHdf5(await readFile(path), file))).toEqual(outline(readHdf5(bytesOf(file), file)));
  });
});
