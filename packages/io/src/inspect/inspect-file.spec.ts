// What looking into files tells, and that it makes nothing of them.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compose, input } from '@lamella/core';
import { lambda, lambdas, namedFunction } from '@lamella/lambda';
import { dense, layers } from '@lamella/layers';
import { HostTensor, isLamellaError } from '@lamella/program';
import { training, type Model } from '@lamella/training';
import * as tf from '@tensorflow/tfjs-core';
import { io } from '../io.js';
import { bytesOf, composed, pathOf } from '../keras-fixtures.spec.js';
import { printInspection } from './print-inspection.js';

const tfjs = fileURLToPath(new URL('../../../../fixtures/tfjs/nested', import.meta.url));

describe('inspectFile()', () => {
  it('lists the layers of a .keras file with shapes and parameters, those of models inside too', async () => {
    const { layers: found, model, missing, writtenBy } = await composed().inspectFile(pathOf('nested.keras'));
    expect(model).toMatchObject({ name: 'nested', className: 'Functional' });
    expect(writtenBy).toBe('Keras 3.15.1');
    expect(missing).toEqual({ classes: [], functions: [] });
    expect(
      found.map(({ name, depth, outputShape, parameters }) => [name, depth, outputShape, parameters]),
    ).toEqual([
      ['input', 0, [null, 3], 0],
      ['inner', 0, [null, 3], 31],
      ['inner_input', 1, [null, 3], 0],
      ['inner_hidden', 1, [null, 4], 16],
      ['inner_output', 1, undefined, 15],
      ['head', 0, undefined, 14],
      ['head_input', 1, [null, 3], 0],
      ['head_1', 1, [null, 2], 8],
      ['head_2', 1, undefined, 6],
    ]);
  });

  it.each(['nested.keras', 'nested.h5', 'conv.keras', 'conv.h5', 'more_op_nodes.keras'])(
    'counts the parameters of %s as the loaded model does',
    async (file) => {
      const { inspectFile, loadModel } = composed();
      const [{ layers: found }, model] = [await inspectFile(pathOf(file)), await loadModel(pathOf(file))];
      const total = found
        .filter(({ depth }) => depth === 0)
        .reduce((sum, { parameters }) => sum + parameters, 0);
      expect(total).toBe(model.weights.reduce((sum, { size }) => sum + size, 0));
    },
  );

  it('reads the weights and the compile state of every format', async () => {
    const { inspectFile, encodeWeights, loadModel } = composed();
    const model = await loadModel(pathOf('mlp.keras'));
    const sharded = await inspectFile(await encodeWeights(model, 'mlp.weights.json', { maxShardSize: 1e-7 }));
    const files = await Promise.all(
      ['mlp.keras', 'mlp.h5', 'mlp.weights.h5'].map((name) => inspectFile(pathOf(name))),
    );
    expect([...files, sharded].map(({ weights }) => weights.length)).toEqual([14, 14, 14, 14]);
    expect(files.map(({ compile }) => Object.keys(compile ?? {}).includes('loss'))).toEqual([
      true,
      true,
      false,
    ]);
    expect((await inspectFile(tfjs)).weights[0]).toEqual({
      name: 'inner_dense/kernel',
      shape: [3, 3],
      dtype: 'float32',
    });
    await expect(inspectFile({ name: 'model.bin', bytes: Uint8Array.of(1, 2, 3) })).rejects.toThrow(
      /\[FORMAT_UNKNOWN\] "model.bin": no format/,
    );
  });

  it('tells what a Lambda is, and prints its Programs, without running anything', async () => {
    let calls = 0;
    const doubled = namedFunction('acme>doubled', (x: tf.Tensor) => (calls++, tf.mul(x, 2)));
    const x = input({ shape: [3] });
    const y = lambda(doubled as never, { name: 'named', arguments: { a: [1] } }).apply(x);
    const { encodeModel, inspectFile, model } = compose({
      plugins: [layers, lambdas({ functions: [doubled] }), training, io],
    });
    const net: Model = model({
      inputs: x,
      outputs: lambda((t: tf.Tensor) => tf.neg(t), { name: 'bare' }).apply(y),
    });
    const file = await encodeModel(net, 'net.keras');
    calls = 0;
    const { lambdas: found } = await inspectFile(file);
    expect(calls).toBe(0);
    expect(
      found.map(({ layer, functionName, holds, isKnown }) => [layer, functionName, holds, isKnown]),
    ).toEqual([
      ['named', 'acme>doubled', 'programs', true],
      ['bare', undefined, 'programs', false],
    ]);
    expect(found[0]!.arguments).toEqual({ a: [1] });
    expect(found[0]!.programs['inference']).toMatch(/^program\(%0: float32\[batch, 3\][^]*= Multiply\(/);
    const { lambdas: elsewhere, missing } = await composed().inspectFile(file);
    expect(elsewhere[0]!.isKnown).toBe(false);
    expect(missing.functions).toEqual([]);
  });

  it('says what each layer is called on, and between which tensors a model lies', async () => {
    const { layers: found, model } = await composed().inspectFile(pathOf('nested.keras'));
    const ends = { inputs: [{ layer: 'input', index: 0 }], outputs: [{ layer: 'head', index: 0 }] };
    expect(model).toMatchObject({ ends });
    expect(
      found.slice(0, 5).map(({ name, calls }) => [name, calls.flat().map(({ layer }) => layer)]),
    ).toEqual([
      ['input', []],
      ['inner', ['input', 'inner']],
      ['inner_input', []],
      ['inner_hidden', ['inner_input']],
      ['inner_output', ['inner_hidden']],
    ]);
    expect(found[1]!.ends?.outputs).toEqual([{ layer: 'inner_output', index: 0 }]);
    expect(found[3]!.config).toMatchObject({ name: 'inner_hidden', units: 4, activation: 'relu' });
    const older = await composed().inspectFile(tfjs);
    expect(older.layers.some(({ calls }) => calls.length > 0)).toBe(true);
  });

  it('says what the values of weights are like where that is asked for, of every format', async () => {
    const { inspectFile, encodeWeights, encodeModel, model } = composed();
    const x = input({ shape: [1], name: 'x' });
    const net = model({ inputs: x, outputs: dense({ units: 5, name: 'y' }).apply(x) });
    const [kernel, bias] = net.weights;
    kernel!.set(new HostTensor(Float32Array.of(-3, 0, 0, 1, 7), [1, 5]));
    bias!.set(new HostTensor(Float32Array.of(NaN, Infinity, 2, 2, 2), [5]));
    const files = [
      await encodeModel(net, 'net.keras'),
      await encodeModel(net, 'net.h5'),
      await encodeModel(net, 'model.json'),
      await encodeWeights(net, 'net.safetensors'),
      await encodeWeights(net, 'net.weights.json'),
    ];
    for (const file of files) {
      const { weights } = await inspectFile(file, { statistics: true });
      const [first, second] = [...weights].sort((a, b) => b.shape.length - a.shape.length);
      expect(first!.statistics).toMatchObject({
        count: 5,
        notFinite: 0,
        zeros: 2,
        least: -3,
        most: 7,
        mean: 1,
      });
      expect(first!.statistics!.deviation).toBeCloseTo(Math.sqrt(54 / 5), 12);
      const { histogram } = first!.statistics!;
      expect(histogram.flatMap((count, i) => (count > 0 ? [[i, count]] : []))).toEqual([
        [0, 1],
        [9, 2],
        [12, 1],
        [29, 1],
      ]);
      expect(second!.statistics).toMatchObject({
        count: 5,
        notFinite: 2,
        least: 2,
        most: 2,
        mean: 2,
        deviation: 0,
      });
      expect(second!.statistics!.histogram[15]).toBe(3);
      expect((await inspectFile(file)).weights[0]).not.toHaveProperty('statistics');
    }
    const { siblings: _, ...alone } = files[2]!;
    const { problems, weights } = await inspectFile(alone, { statistics: true });
    expect(problems).toEqual([expect.stringMatching(/not among the siblings/)]);
    expect(weights[0]!.statistics).toBeUndefined();
  });

  it('lists what loading would need, all at once', async () => {
    const bare = compose({ plugins: [training, lambdas(), io] });
    const { missing } = await bare.inspectFile(pathOf('tutorial.keras'));
    expect(missing.classes.map(({ kind, className }) => `${kind} ${className}`)).toEqual(
      expect.arrayContaining(['layers Dense', 'layers ReLU', 'layers Softmax']),
    );
    expect(missing.functions).toMatchObject([{ functionName: 'tutorial>add_two', use: 'call' }]);
    const { lambdas: found } = await bare.inspectFile(pathOf('lambda_bytecode.keras'));
    expect(found).toMatchObject([{ layer: 'double_plus_two', holds: 'bytecode', functionName: undefined }]);
  });

  it('shows a damaged Program as the error that it is', async () => {
    const x = input({ shape: [1] });
    const { encodeModel, inspectFile, model } = composed();
    const net = model({ inputs: x, outputs: lambda((t: tf.Tensor) => tf.neg(t)).apply(x) });
    const file = await encodeModel(net, 'model.json');
    const text = new TextDecoder().decode(file.bytes).replace('"Neg"', '"Nag"');
    const { lambdas: found } = await inspectFile({ ...file, bytes: new TextEncoder().encode(text) });
    expect(found[0]!.programs['inference']).toMatch(/\[PROGRAM_INVALID\].*unknown kernel "Nag"/);
  });
});

describe('printInspection()', () => {
  it('is a table of layers, then weights, compile state, Lambdas and needs', async () => {
    const text = printInspection({
      ...(await composed().inspectFile(pathOf('lambda_bytecode.h5'))),
      file: 'a.h5',
    });
    expect(text).toBe(
      [
        'a.h5',
        'Keras HDF5 model, written by Keras 3.15.1, 14,080 bytes',
        '',
        'Functional "lambda_bytecode"',
        '',
        'Layer (type)              Output shape  Parameters',
        'input (InputLayer)        [null, 3]              0',
        'hidden (Dense)            [null, 2]              8',
        'double_plus_two (Lambda)  ?                      0',
        '',
        '2 stored tensors, 8 values',
        '  model_weights/hidden/hidden/bias  float32[2]',
        '  model_weights/hidden/hidden/kernel  float32[3, 2]',
        '',
        'Lambda "double_plus_two": a function without a name; the file holds Python bytecode, which is never decoded',
        '',
        'Loading it needs what is not there:',
        '  Lambda "double_plus_two" holds Python bytecode, which is never decoded; pass { functions: { "double_plus_two": fn } }',
      ].join('\n'),
    );
  });

  it('writes out what would steer a terminal', async () => {
    const x = input({ shape: [1] });
    const { encodeModel, inspectFile, model } = composed();
    const net = model({ inputs: x, outputs: dense({ units: 1, name: 'evil' }).apply(x) });
    const file = await encodeModel(net, 'model.json');
    const text = new TextDecoder().decode(file.bytes).replaceAll('"evil"', '"e\\u001b[31m\\nvil"');
    const printed = printInspection(await inspectFile({ ...file, bytes: new TextEncoder().encode(text) }));
    expect(printed).toContain('e\\u001b[31m\\u000avil (Dense)');
    expect(printed).not.toMatch(/\u001b/);
  });
});

describe('inspectFile() of hostile files', () => {
  const files = ['nested.keras', 'mlp.h5', 'mlp.weights.h5', 'tutorial.keras'].map(
    (name) => [name, bytesOf(name)] as const,
  );
  const small = [
    ['model.json', new Uint8Array(readFileSync(`${tfjs}/model.json`))] as const,
    ['w.safetensors', new Uint8Array(readFileSync(`${tfjs}/../../safetensors/weights.safetensors`))] as const,
  ];

  it.each([...files, ...small])('%s, mutated, gives a result or a coded error', async (name, bytes) => {
    const { inspectFile } = composed();
    const mutations = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), {
      minLength: 1,
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(mutations, fc.nat(bytes.length), fc.boolean(), async (changes, end, isCut) => {
        const mutated = bytes.slice(0, isCut ? end : bytes.length);
        for (const [at, value] of changes) if (at < mutated.length) mutated[at] = value;
        try {
          printInspection(await inspectFile({ name, bytes: mutated }));
        } catch (error) {
          if (!isLamellaError(error)) throw error;
        }
      }),
      { numRuns: 60, seed: 11 },
    );
  });
});
