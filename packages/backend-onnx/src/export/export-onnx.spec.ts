import { describe, expect, it } from '@jest/globals';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cpu } from '@lamella/backend-cpu';
import { clearNames, compose, input, type Layer, type SymbolicTensor } from '@lamella/core';
import { io } from '@lamella/io';
import { lambda, lambdas, namedFunction } from '@lamella/lambda';
import { dense, dot, layers } from '@lamella/layers';
import { fillRandom, flatten, HostTensor, random, type Shape, type NumberDType } from '@lamella/program';
import { assertClose } from '@lamella/testing';
import { training, type Model } from '@lamella/training';
import * as tf from '@tensorflow/tfjs-core';
import * as ort from 'onnxruntime-node';
import { version } from '../version.js';
import { exportedModel, exportOnnx } from './export-onnx.js';
import { onnxExport } from './onnx-export.js';

interface ExportCase {
  readonly name: string;
  readonly model: Model;
  readonly inputs: (batch: number) => HostTensor[];
}

const path = new URL('../../../../tools/oracle/onnx-models.mjs', import.meta.url).href;
const { kerasFiles, layerCases, ownModels } = (await import(path)) as {
  layerCases(): Iterable<ExportCase>;
  kerasFiles(): AsyncIterable<ExportCase>;
  ownModels(): ExportCase[];
};

/** What ONNX Runtime computes, with the random numbers that predict() draws. */
async function run(
  session: ort.InferenceSession,
  model: Model,
  inputs: readonly HostTensor[],
): Promise<HostTensor[]> {
  const feeds: Record<string, ort.Tensor> = {};
  model.inputs.forEach(({ name }, i) => {
    const { dtype, data, shape } = inputs[i]!;
    feeds[name] = new ort.Tensor(dtype as 'float32', data as Float32Array, shape);
  });
  for (const {
    name,
    shape,
  } of session.inputMetadata as readonly ort.InferenceSession.TensorValueMetadata[]) {
    if (name in feeds) continue;
    const sized = shape.map((size) => (size === 'batch' ? inputs[0]!.shape[0]! : Number(size)));
    const numbers = HostTensor.zeros(sized);
    fillRandom({ distribution: 'normal', stream: name }, { seed: model.seed, step: 0 }, numbers.data);
    feeds[name] = new ort.Tensor('float32', numbers.data as Float32Array, sized);
  }
  const results = await session.run(feeds);
  return session.outputNames.map((name) => {
    const { data, dims, type } = results[name]!;
    return new HostTensor(data as Float32Array, dims, type as NumberDType);
  });
}

async function compare({ model, inputs }: ExportCase): Promise<void> {
  const session = await ort.InferenceSession.create(await exportOnnx(model), { intraOpNumThreads: 1 });
  for (const batch of [1, 2, 5, 17]) {
    const given = inputs(batch);
    const expected = flatten(await model.predict(given, { batchSize: batch }));
    const got = await run(session, model, given);
    got.forEach((output, i) => assertClose(output, expected[i]!, 1e-5, `output ${i} for batch ${batch}`));
    expect(got.length).toBe(expected.length);
  }
}

describe('exportOnnx() computes what predict() does, at batches of 1, 2, 5 and 17:', () => {
  for (const item of layerCases()) it(item.name, () => compare(item));

  it('models of Keras', async () => {
    for await (const item of kerasFiles()) await compare(item);
  });

  for (const item of ownModels()) it(item.name, () => compare(item));
});

const { loadModel, model, saveModel } = compose({
  backend: cpu(),
  plugins: [layers, lambdas(), training, io, onnxExport],
});

describe('exportOnnx()', () => {
  const named = (): Model => {
    clearNames();
    const x = input({ shape: [4], name: 'pixels' });
    const hidden = dense({ units: 3, name: 'hidden' }).apply(x);
    const noisy = lambda((t: tf.Tensor) => tf.add(t, random.normal(t.shape)), { name: 'noise' }).apply(
      hidden,
    );
    return model({ inputs: x, outputs: [hidden, noisy], name: 'named', seed: 5 });
  };

  it('rounds where layers compute in fewer bits, and gives what they do in float32', async () => {
    const x = input({ shape: [4], name: 'x' });
    const hidden = dense({ units: 3, dtype: 'bfloat16' }).apply(x);
    const net = model({ inputs: x, outputs: dense({ units: 2, dtype: 'mixed_float16' }).apply(hidden) });
    const given = new HostTensor(Float32Array.from([0.1, -0.7, 1.3, 2.9]), [1, 4]);
    const session = await ort.InferenceSession.create(await exportOnnx(net), { intraOpNumThreads: 1 });
    const [got] = await run(session, net, [given]);
    expect(got!.dtype).toBe('float32');
    assertClose(got!, (await net.predict(given)).cast('float32'), 1e-3);
  });

  it('keeps the names of inputs, outputs, weights and layers', async () => {
    const graph = await exportedModel(named());
    expect(graph.inputs.map(({ name, shape }) => [name, shape])).toEqual([
      ['pixels', ['batch', 4]],
      ['noise:0', ['batch', 3]],
    ]);
    expect(graph.outputs.map(({ name, shape }) => [name, shape])).toEqual([
      ['hidden', ['batch', 3]],
      ['noise', ['batch', 3]],
    ]);
    expect(graph.initializers.map(({ name }) => name)).toEqual(['hidden/kernel', 'hidden/bias']);
    expect(graph.nodes.map(({ name }) => name.replace(/_\d+$/, ''))).toEqual(['hidden/Gemm', 'noise/Add']);
  });

  it('says what a random input must hold, and which stream it is', async () => {
    const { inputs, metadata, name } = await exportedModel(named());
    expect(inputs[1]!.doc).toBe(
      'Random numbers, normally distributed with mean 0 and deviation 1; to be drawn anew for each run.',
    );
    expect(name).toBe('named');
    expect(metadata).toMatchObject({ 'lamella.version': version, 'lamella.model': 'named' });
    expect(JSON.parse(metadata!['lamella.random']!)).toEqual({
      'noise:0': { distribution: 'normal', stream: 'noise:0', seed: 5 },
    });
  });

  it('draws in the graph when asked to, each distribution as it should be', async () => {
    const x = input({ shape: [1], name: 'x' });
    const draws = (fn: (shape: Shape) => tf.Tensor): SymbolicTensor =>
      lambda((t: tf.Tensor) => fn([t.shape[0]!, 2])).apply(x);
    const outputs = [
      draws((shape) => random.normal(shape)),
      draws((shape) => random.truncatedNormal(shape)),
      draws((shape) => random.uniform(shape, { seed: 3 })),
    ];
    const bytes = await exportOnnx(model({ inputs: x, outputs }), { random: 'nodes' });
    const session = await ort.InferenceSession.create(bytes);
    expect(session.inputNames).toEqual(['x']);
    const results = await session.run({
      x: new ort.Tensor('float32', new Float32Array(20_000), [20_000, 1]),
    });
    const [normal, truncated, uniform] = session.outputNames.map((name) =>
      statistics(results[name]!.data as Float32Array),
    );
    // Within six standard errors of 40,000 numbers.
    expect(Math.abs(normal!.mean)).toBeLessThan(0.03);
    expect(Math.abs(normal!.deviation - 1)).toBeLessThan(0.03);
    expect(truncated!.largest).toBeLessThanOrEqual(2);
    expect(Math.abs(truncated!.deviation - 0.8796)).toBeLessThan(0.03);
    expect(Math.abs(uniform!.mean - 0.5)).toBeLessThan(0.01);
    expect(Math.abs(uniform!.deviation - Math.sqrt(1 / 12))).toBeLessThan(0.01);
  });

  it.each([
    ['a Lambda', () => lambda(([p, q]: tf.Tensor[]) => tf.matMul(p!, q!))],
    ['Dot', () => dot({ axes: [2, 1] })],
  ])('keeps lengths apart that a product of matrices by %s does not need to be equal', async (_, layer) => {
    const a = input({ shape: [null, null], name: 'a' });
    const b = input({ shape: [null, 5], name: 'b' });
    const net = model({ inputs: [a, b], outputs: (layer() as Layer).apply([a, b]) });
    const bytes = await exportOnnx(net);
    const session = await ort.InferenceSession.create(bytes);
    for (const [rows, inner] of [
      [4, 3],
      [2, 7],
    ] as const) {
      const results = await session.run({
        a: new ort.Tensor('float32', new Float32Array(2 * rows * inner).fill(1), [2, rows, inner]),
        b: new ort.Tensor('float32', new Float32Array(2 * inner * 5).fill(1), [2, inner, 5]),
      });
      const { dims, data } = results[session.outputNames[0]!]!;
      expect(dims).toEqual([2, rows, 5]);
      expect((data as Float32Array)[0]).toBe(inner);
    }
  });

  it('exports one batch size where the model cannot have all', async () => {
    const x = input({ shape: [2], name: 'x' });
    const net = model({
      inputs: x,
      outputs: lambda((t: tf.Tensor) => tf.expandDims(tf.addN(tf.unstack(t)))).apply(x),
    });
    await expect(exportOnnx(net)).rejects.toThrow('[NOT_BATCH_POLYMORPHIC] Layer "lambda');
    const session = await ort.InferenceSession.create(await exportOnnx(net, { batchSize: 3 }));
    const results = await session.run({
      x: new ort.Tensor('float32', Float32Array.of(1, 2, 3, 4, 5, 6), [3, 2]),
    });
    expect([...(results[session.outputNames[0]!]!.data as Float32Array)]).toEqual([9, 12]);
  });

  it('takes shapes for sizes that the model leaves open', async () => {
    const words = input({ shape: [null, 3], name: 'words' });
    const net = model({ inputs: words, outputs: dense({ units: 2 }).apply(words) });
    expect((await exportedModel(net)).inputs[0]!.shape).toEqual(['batch', 'words.1', 3]);
    const sized = await exportedModel(net, { shapes: { words: [null, 7, 3] } });
    expect(sized.inputs[0]!.shape).toEqual(['batch', 7, 3]);
    for (const options of [
      { shapes: { word: [null, 7, 3] } },
      { batchSize: 1.5 },
      { random: 'seeds' as 'nodes' },
    ])
      await expect(exportedModel(net, options)).rejects.toThrow('[OPTION_INVALID]');
  });

  it('exports a Lambda that was loaded without its function', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lamella-onnx-'));
    try {
      clearNames();
      const x = input({ shape: [3], name: 'x' });
      const twice = namedFunction('test>twice', (t: tf.Tensor) => tf.add(tf.reshape(t, [t.shape[0]!, 3]), t));
      const outputs = lambda(twice, { name: 'twice' }).apply(x);
      await saveModel(model({ inputs: x, outputs }), join(folder, 'model.keras'));
      const loaded = await loadModel(join(folder, 'model.keras'), { warn: () => undefined });
      await compare({
        name: 'loaded',
        model: loaded,
        inputs: (batch) => [new HostTensor(Float32Array.from({ length: 3 * batch }, Math.sqrt), [batch, 3])],
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('writes files, also through saveModel(), and leaves the old one where it cannot', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lamella-onnx-'));
    try {
      const bytes = await exportOnnx(named(), join(folder, 'a.onnx'));
      await saveModel(named(), join(folder, 'b.onnx'));
      expect((await readdir(folder)).sort()).toEqual(['a.onnx', 'b.onnx']);
      expect(new Uint8Array(await readFile(join(folder, 'a.onnx')))).toEqual(bytes);
      expect((await readFile(join(folder, 'b.onnx'))).length).toBe(bytes.length);
      await expect(exportOnnx(named(), join(folder, 'none', 'a.onnx'))).rejects.toThrow('[FILE_NOT_WRITTEN]');
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('states the version that package.json has', async () => {
    const path = new URL('../../package.json', import.meta.url);
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ version });
  });
});

function statistics(values: Float32Array): { mean: number; deviation: number; largest: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, deviation: Math.sqrt(variance), largest: Math.max(...values.map(Math.abs)) };
}
