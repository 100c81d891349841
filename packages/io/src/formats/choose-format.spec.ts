import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { unzip, writeZip } from '@lamella/files';
import {
  bytesOf,
  composed,
  golden,
  pathOf,
  predictionError,
  type GoldenFile,
} from '../keras-fixtures.spec.js';

const older = (file: string): string =>
  fileURLToPath(new URL(`../../../../fixtures/tf_keras/older/${file}`, import.meta.url));
const olderBytes = (file: string): Uint8Array => new Uint8Array(readFileSync(older(file)));
const chain = JSON.parse(readFileSync(older('chain.json'), 'utf8')) as GoldenFile;
const text = new TextEncoder();

describe('a file is read as what it is, whatever it is called', () => {
  it.each([
    ['a .keras that is HDF5', 'net.keras', 'mlp.h5'],
    ['an .h5 that is an archive', 'net.h5', 'mlp.keras'],
    ['a .json that is an archive', 'net.json', 'mlp.keras'],
    ['an archive without an ending', 'net', 'mlp.keras'],
    ['an .hdf5 called .bin', 'net.bin', 'mlp.h5'],
  ])('%s', async (_, name, file) => {
    const model = await composed().loadModel({ name, bytes: bytesOf(file) });
    expect(await predictionError(model, golden('mlp'))).toBeLessThanOrEqual(1e-6);
  });

  it('weights of Keras 3 called .h5, and of Keras 2 called .weights.h5', async () => {
    const { loadModel, loadWeights } = composed();
    for (const [name, file] of [
      ['w.h5', 'nested.weights.h5'],
      ['w.weights.h5', 'nested.legacy_weights.h5'],
      ['w.bin', 'nested.h5'],
    ] as const) {
      const model = await loadModel(pathOf('nested.keras'));
      await loadWeights(model, { name, bytes: bytesOf(file) });
      expect(await predictionError(model, golden('nested'))).toBeLessThanOrEqual(1e-6);
    }
  });

  it('is inspected as what it is', async () => {
    const { format } = await composed().inspectFile({ name: 'net.keras', bytes: bytesOf('mlp.h5') });
    expect(format).toBe('Keras HDF5 model');
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['a pickle', Uint8Array.of(0x80, 4, 0x95, 1, 0, 0, 0, 0), /Python pickle, which is code/],
    ['TensorFlow Lite', text.encode('\u0020\u0000\u0000\u0000TFL3 and more'), /TensorFlow Lite/],
    ['ONNX', Uint8Array.of(0x08, 0x08, 0x12, 0x07, 0x70, 0x79), /an ONNX model/],
    ['a SavedModel', Uint8Array.of(0x08, 0x01, 0x12, 0x90, 0x01, 0x0a), /SavedModel/],
    ['a web page', text.encode('\n<!DOCTYPE html><html>'), /web page/],
    ['a pointer of Git LFS', text.encode('version https://git-lfs.github.com/spec/v1\n'), /git lfs pull/],
    ['gzip', Uint8Array.of(0x1f, 0x8b, 8, 0), /gzip/],
    ['NumPy arrays', writeZip({ 'a.npy': Uint8Array.of(1) }), /archive of NumPy arrays/],
    ['a checkpoint of PyTorch', writeZip({ 'archive/data.pkl': Uint8Array.of(1) }), /PyTorch/],
    ['YAML', text.encode('backend: tensorflow\nclass_name: Sequential\nconfig:\n'), /YAML/],
    [
      'a GraphModel',
      text.encode('{"modelTopology": {"node": []}, "weightsManifest": []}'),
      /GraphModel of TensorFlow.js/,
    ],
    ['weights', bytesOf('mlp.weights.h5'), /it holds no model/],
  ])('%s gets a sentence that says what it is', async (_, bytes, message) => {
    for (const name of ['net.keras', 'net.h5', 'net'])
      await expect(composed().loadModel({ name, bytes })).rejects.toThrow(message);
  });

  it('weights alone are no model', async () => {
    const { encodeWeights, loadModel } = composed();
    const file = await encodeWeights(await loadModel(pathOf('mlp.keras')), 'w.safetensors');
    await expect(loadModel({ ...file, name: 'net.keras' })).rejects.toThrow(
      /a file of weights \(safetensors\), from which no model can be read/,
    );
  });
});

describe('the JSON of the layers alone', () => {
  it('loads with a file of weights', async () => {
    const model = await composed().loadModel(older('chain_architecture.json'), {
      weights: older('chain_weights.h5'),
    });
    expect(await predictionError(model, chain)).toBeLessThanOrEqual(1e-6);
  });

  it('has its weights drawn where none are given, and can be inspected', async () => {
    const model = await composed().loadModel(older('chain_architecture.json'));
    expect(new Set((await model.weights[0]!.values()).data).size).toBeGreaterThan(1);
    const { format, layers } = await composed().inspectFile(older('chain_architecture.json'));
    expect([format, layers.length]).toEqual(['Keras architecture', 4]);
  });

  it('of Keras 3 loads as well', async () => {
    const config = unzip(bytesOf('mlp.keras'), 'mlp.keras').get('config.json')!;
    const { loadModel } = composed();
    const model = await loadModel(
      { name: 'config.json', bytes: config },
      { weights: pathOf('mlp.weights.h5'), includeOptimizer: true },
    );
    expect(await predictionError(model, golden('mlp'))).toBeLessThanOrEqual(1e-6);
    expect(model.optimizer!.iterations.current).toBe(2);
  });

  it('names a layer that no memory could hold', async () => {
    const json = new TextDecoder().decode(olderBytes('chain_architecture.json'));
    const bytes = text.encode(json.replace('"units": 3', '"units": 300000000'));
    await expect(composed().loadModel({ name: 'net.json', bytes })).rejects.toThrow(
      /FILE_INVALID.*is larger than/,
    );
  });
});

describe('files of Keras 1', () => {
  it.each([
    [
      'by its version',
      '{"class_name": "Sequential", "config": [], "keras_version": "1.2.2"}',
      /by Keras 1\.2\.2, whose layers/,
    ],
    [
      'by the options of a layer',
      '{"class_name": "Sequential", "config": [{"class_name": "Convolution2D", "config": {"name": "c", "nb_filter": 3}}]}',
      /by Keras 1 \(layer "c"\), whose layers/,
    ],
  ])('are refused %s, and inspected', async (_, json, message) => {
    const file = { name: 'net.json', bytes: text.encode(json) };
    await expect(composed().loadModel(file)).rejects.toThrow(message);
    expect((await composed().inspectFile(file)).problems).toEqual([expect.stringMatching(message)]);
  });
});
