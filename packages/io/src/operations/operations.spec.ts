import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { composed, hostTensor, type GoldenTensor } from '../keras-fixtures.spec.js';
import { readContext } from '../formats/read-context.js';
import { readPythonJson, writePythonJson, type Json } from '../keras-json/python-json.js';
import { readModel } from '../keras-json/read-model.js';
import { writeModel } from '../keras-json/write-model.js';
import { moduleOf, operationNames } from './operations.js';
import { Budget, flatten, HostTensor } from '@lamella/program';

const tolerance = 1e-5;

interface OperationCase {
  readonly name: string;
  readonly inputs: readonly GoldenTensor[];
  readonly outputs: readonly GoldenTensor[];
  /** Null where Keras says another shape than it computes. */
  readonly output_shapes: readonly (readonly (number | null)[] | null)[];
}

const path = new URL('../../../../fixtures/keras/operations.json', import.meta.url);
const text = readFileSync(path, 'utf8');
const { cases } = JSON.parse(text) as { cases: readonly OperationCase[] };
// Read as Python's JSON, which tells 2.0 from 2.
const configs = (readPythonJson(text, 'operations.json') as unknown as { cases: readonly { config: Json }[] })
  .cases;

function read(config: Json) {
  const context = readContext({
    file: 'x.keras',
    composition: composed(),
    options: {},
    budget: Budget.ofFile('x.keras', 0),
  });
  return readModel(config, context, { seed: 1, storedValues: 0 });
}

function withoutIdentities(value: Json): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, item: unknown) => (key === 'shared_object_id' ? undefined : item)),
  );
}

describe('operations of keras.ops in a graph', () => {
  it.each(cases.map((one, i) => ({ ...one, config: configs[i]!.config })))(
    '$name: computes what Keras does, in its shapes and dtypes, and is written as it was',
    async ({ config, inputs, outputs, output_shapes: shapes }) => {
      const model = read(config);
      expect(model.outputs.map((tensor, i) => shapes[i] && tensor.shape)).toEqual(shapes);
      const fed = inputs.map(hostTensor);
      const found = flatten(await model.predict(fed.length === 1 ? fed[0]! : fed, { batchSize: 2 }));
      found.forEach((tensor, i) => {
        const wanted = hostTensor(outputs[i]!);
        expect(tensor.dtype).toBe(wanted.dtype);
        expect(tensor.shape).toEqual(wanted.shape);
        tensor.data.forEach((value, k) => {
          const expected = wanted.data[k]!;
          if (Object.is(value, expected)) return;
          expect(Math.abs(value - expected)).toBeLessThanOrEqual(tolerance + tolerance * Math.abs(expected));
        });
      });
      const written = readPythonJson(writePythonJson(writeModel(model, 'v3')), 'x.keras') as { config: Json };
      expect(withoutIdentities(written.config)).toEqual(
        withoutIdentities((config as unknown as { config: Json }).config),
      );
    },
  );

  it('moments of float16 are taken in float32, and are its largest number where they exceed it', async () => {
    const config = configs[cases.findIndex(({ name }) => name === 'moments')]!.config;
    const narrow = writePythonJson(config as never).replaceAll('"float32"', '"float16"');
    const model = read(readPythonJson(narrow, 'x.keras'));
    const rows = Float32Array.of(-741, 1, 2, 0, 1099, 2, 2, 0, -1807, 3, 2, 0);
    const [mean, variance] = flatten(await model.predict(new HostTensor(rows, [1, 3, 4]).cast('float16')));
    expect([mean!.dtype, variance!.dtype]).toEqual(['float16', 'float16']);
    // As Keras 3.15.1 gives them on JAX.
    expect([...mean!.cast('float32').data]).toEqual([-483, 2, 2, 0]);
    expect([...variance!.cast('float32').data]).toEqual([65504, 0.66650390625, 0, 0]);
  });

  it('are all tried above, apart from names that Keras has for one thing twice', () => {
    const tried = new Set([...text.matchAll(/"class_name": "(\w+)"/g)].map(([, name]) => name!));
    const others = [
      'Abs',
      'Amax',
      'Amin',
      'Conj',
      'Conjugate',
      'ConvertToTensor',
      'Copy',
      'Divide',
      'Ptp',
      'EmptyLike',
      'Ndim',
      'Size',
      'TrueDivide',
    ];
    expect(operationNames().filter((name) => !tried.has(name) && !others.includes(name))).toEqual([]);
  });

  it('belong to the modules that Keras names', () => {
    for (const [, module, name] of text.matchAll(
      /"module": "(keras\.src\.(?:ops|activations)[\w.]*)",\s*"class_name": "(\w+)"/g,
    ))
      expect([name, moduleOf(name!)]).toEqual([name, module]);
  });
});

describe('an operation that a file gets wrong', () => {
  const broken = (change: (text: string) => string): (() => unknown) => {
    const index = cases.findIndex(({ name }) => name === 'sum');
    return () => read(readPythonJson(change(writePythonJson(configs[index]!.config as never)), 'x.keras'));
  };

  it('is named when nobody knows it', () => {
    expect(broken((json) => json.replace('"class_name": "Sum"', '"class_name": "Sorted"'))).toThrow(
      /CLASS_UNKNOWN.*\n {2}operation Sorted \(keras\.src\.ops\.numpy\)/,
    );
    expect(broken((json) => json.replace('keras.src.ops.numpy', 'keras.src.ops.os'))).toThrow(
      '[CLASS_UNKNOWN]',
    );
  });

  it('is refused with an option that it does not have, or one that makes no sense', () => {
    expect(broken((json) => json.replace('"keepdims": true', '"where": 3'))).toThrow(
      '[OPERATION_INVALID] Sum "sum": option "where" is not supported.',
    );
    expect(broken((json) => json.replace('"axis": 1', '"axis": 7'))).toThrow(
      'axis 7 is none of a tensor of rank 3',
    );
  });

  it('is refused with images that it cannot take', () => {
    const images = (name: string, from: string, to: string): (() => unknown) => {
      const { config } = configs[cases.findIndex((one) => one.name === name)]!;
      return () => read(readPythonJson(writePythonJson(config as never).replace(from, to), 'x.keras'));
    };
    expect(images('image_resize', '"interpolation": "bilinear"', '"interpolation": "cubic"')).toThrow(
      'option "interpolation" is "cubic", expected one of bilinear, nearest',
    );
    expect(images('image_resize', '"size": [3, 7]', '"size": [0, 7]')).toThrow(
      'expected two positive integers',
    );
    expect(images('image_resize', '"fill_mode": "constant"', '"fill_mode": "wrap"')).toThrow(
      '[OPERATION_INVALID]',
    );
    expect(images('image_colors', '[null, 5, 4, 3]', '[null, 5, 4, 2]')).toThrow(
      /IMAGE_INVALID.*: expected 1 or 3 channels, got 2/,
    );
    expect(images('image_margins', '"top_padding": 1', '"top_padding": null')).toThrow(
      'exactly two of top_padding, bottom_padding, target_height must be given',
    );
  });

  it('is refused with an argument smuggled in by name', () => {
    expect(broken((json) => json.replace('"kwargs": {}', '"kwargs": {"out": 3}'))).toThrow(
      '[OPERATION_INVALID] Sum "sum": it has no argument "out", or has it twice.',
    );
  });

  it('is refused when it is called on something that is no tensor of the graph', () => {
    expect(broken((json) => json.replaceAll('__keras_tensor__', '__lambda__'))).toThrow('[FILE_INVALID]');
    expect(broken((json) => json.replace('["input_0", 0, 0]', '["input_0", 0, 4]'))).toThrow(
      '[FILE_INVALID]',
    );
  });
});
