import { afterEach, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { onnx } from '@lamella/backend-onnx';
import { clearNames, compose, input, setDTypePolicy } from '@lamella/core';
import { lambdas, namedFunction } from '@lamella/lambda';
import { dense, layers } from '@lamella/layers';
import { HostTensor, type NumberDType } from '@lamella/program';
import { training, type LossScaleOptimizer, type Model } from '@lamella/training';
import * as tf from '@tensorflow/tfjs-core';
import { io } from './io.js';
import { composed, hostTensor, type GoldenTensor } from './keras-fixtures.spec.js';

const folder = new URL('../../../fixtures/keras/dtypes/', import.meta.url);
const pathOf = (file: string): string => fileURLToPath(new URL(file, folder));
const jsonOf = (file: string): unknown => JSON.parse(readFileSync(pathOf(file), 'utf8'));

interface Case {
  readonly policy: string;
  readonly files: readonly string[];
  /** The dtype of each layer's output. */
  readonly dtypes: Readonly<Record<string, string>>;
  readonly input: GoldenTensor;
  readonly output: GoldenTensor;
}

const { models } = jsonOf('models.json') as { models: Readonly<Record<string, Case>> };
const cases = Object.entries(models).map(([name, golden]) => ({ name, ...golden }));
const computed = cases.filter(({ policy }) => policy !== 'float64');

/**
 * How far results may be from Keras', relative where they exceed 1. XLA keeps a few operations in float32 that are rounded here
 * after each: some units in the last place of 11 bits, or of 8.
 */
const tolerances: Readonly<Record<string, number>> = { float16: 4e-3, bfloat16: 3e-2 };

function tolerance(policy: string): number {
  return tolerances[policy.replace('mixed_', '')]!;
}

function differenceOf(found: HostTensor, { shape, data }: GoldenTensor): number {
  expect(found.shape).toEqual(shape);
  const values = found.cast('float64').data;
  return Math.max(
    ...data.map((wanted, i) => Math.abs(values[i]! - Number(wanted)) / Math.max(1, Math.abs(Number(wanted)))),
  );
}

async function load(file: string): Promise<Model> {
  return (await composed().loadModel(pathOf(file))) as Model;
}

afterEach(() => setDTypePolicy('float32'));

describe('files of Keras with dtype policies', () => {
  it('are there for each policy', () => {
    expect([...new Set(cases.map(({ policy }) => policy))].sort()).toEqual(
      ['float16', 'bfloat16', 'float64', 'mixed_float16', 'mixed_bfloat16'].sort(),
    );
  });

  it.each(computed)('predict as in Keras: $name', async ({ policy, files, dtypes, input: given, output }) => {
    const model = await load(files[0]!);
    for (const layer of model.layers)
      expect([layer.name, (layer.output as { dtype: string }).dtype]).toEqual([
        layer.name,
        dtypes[layer.name],
      ]);
    const wanted = policy.startsWith('mixed') ? 'float32' : policy;
    expect(model.weights.every(({ dtype }) => dtype === wanted)).toBe(true);
    const predicted = (await model.predict(hostTensor(given))) as HostTensor;
    expect(predicted.dtype).toBe(output.dtype);
    expect(differenceOf(predicted, output)).toBeLessThan(tolerance(policy));
  });

  it('round alike on onnx', async () => {
    clearNames();
    const { loadModel } = compose({ backend: onnx(), plugins: [layers, training, io] });
    for (const name of ['cnn_mixed_float16', 'batch_norm_bfloat16']) {
      const { policy, files, input: given, output } = models[name]!;
      const model = (await loadModel(pathOf(files[0]!))) as Model;
      const predicted = (await model.predict(hostTensor(given))) as HostTensor;
      expect(differenceOf(predicted, output)).toBeLessThan(tolerance(policy));
      model.dispose();
    }
  });

  it.each(computed.filter(({ files }) => files.some((file) => !file.endsWith('.keras'))))(
    'hold the same in all formats: $name',
    async ({ files }) => {
      const model = await load(files[0]!);
      const weights = await model.getWeights();
      for (const file of files.slice(1)) {
        const other = file.endsWith('.weights.h5') ? await load(files[0]!) : await load(file);
        if (file.endsWith('.weights.h5')) {
          other.setWeights(weights.map(({ shape, dtype }) => HostTensor.zeros(shape, dtype)));
          await composed().loadWeights(other, pathOf(file));
        }
        expect(other.layers.map(({ dtypePolicy }) => dtypePolicy.name)).toEqual(
          model.layers.map(({ dtypePolicy }) => dtypePolicy.name),
        );
        expect(await other.getWeights()).toEqual(weights);
      }
    },
  );

  it('load in float64 and are written again, but no backend computes in it', async () => {
    const model = await load('mlp_float64.keras');
    const weights = await model.getWeights();
    expect(weights.every(({ dtype }) => dtype === 'float64')).toBe(true);
    const again = (await composed().loadModel(await composed().encodeModel(model, 'model.keras'))) as Model;
    expect(await again.getWeights()).toEqual(weights);
    await expect(model.predict(HostTensor.zeros([1, 6]))).rejects.toThrow(
      /\[DTYPE_UNSUPPORTED\] Layer "hidden": expected a dtype that backend "cpu" computes in \(.*\), got float64/,
    );
  });
});

describe('files of Lamella with dtype policies', () => {
  it.each(computed.filter(({ name }) => name.startsWith('mlp')))(
    'hold what Keras wrote: $name',
    async ({ files }) => {
      const model = await load(files[0]!);
      const weights = await model.getWeights();
      for (const name of ['model.keras', 'model.h5']) {
        const bytes = await composed().encodeModel(model, name);
        const again = (await composed().loadModel(bytes)) as Model;
        expect(again.layers.map(({ dtypePolicy }) => dtypePolicy.name)).toEqual(
          model.layers.map(({ dtypePolicy }) => dtypePolicy.name),
        );
        expect(await again.getWeights()).toEqual(weights);
      }
    },
  );

  it('keep the policy of a Lambda, whose captured Program computes in it', async () => {
    const third = namedFunction('acme>third', (x: tf.Tensor) => tf.div(x, 3));
    const own = compose({
      backend: onnx(),
      plugins: [layers, lambdas({ functions: [third] }), training, io],
    });
    const x = input({ shape: [1], name: 'x' });
    const model = own.model({ inputs: x, outputs: own.lambda(third, { dtype: 'bfloat16' }).apply(x) });
    const one = new HostTensor(new Float32Array([1]), [1, 1]);
    expect((await model.predict(one)).array()).toEqual([[0.333984375]]);
    // Nobody knows the function here.
    const again = (await composed().loadModel(await own.encodeModel(model, 'model.keras'))) as Model;
    expect(again.layers[1]!.dtypePolicy.name).toBe('bfloat16');
    expect(((await again.predict(one)) as HostTensor).array()).toEqual([[0.333984375]]);
  });

  it.each([
    [
      'a policy of its own',
      { class_name: 'DTypePolicy', config: { name: 'int8_from_float32' } },
      /one of quantized weights/,
    ],
    [
      'a class of quantized weights',
      { class_name: 'QuantizedDTypePolicy', config: {} },
      /QuantizedDTypePolicy is/,
    ],
    [
      'no policy',
      { class_name: 'DTypePolicy', config: { name: 'wide' } },
      /expected a dtype policy, got "wide"/,
    ],
  ])('are refused for %s, by the name of the layer', async (_, policy, message) => {
    const own = compose({ backend: onnx(), plugins: [layers, training, io] });
    const x = input({ shape: [1] });
    const model = own.model({ inputs: x, outputs: dense({ units: 1, name: 'classes' }).apply(x) });
    const file = await own.encodeModel(model, 'model.json');
    const text = new TextDecoder().decode(file.bytes);
    const changed = text.replace('"dtype":"float32","units"', `"dtype":${JSON.stringify(policy)},"units"`);
    expect(changed).not.toBe(text);
    const loading = (): Promise<unknown> =>
      own.loadModel({ ...file, bytes: new TextEncoder().encode(changed) });
    await expect(loading()).rejects.toThrow(message);
    await expect(loading()).rejects.toThrow(/DTYPE_POLICY_UNKNOWN.*layer "classes"/);
  });
});

interface Steps {
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly steps: readonly { readonly scale: number; readonly iterations: number; readonly loss: number }[];
  readonly optimizer: readonly {
    path: string;
    shape: readonly number[];
    dtype: string;
    data: readonly number[];
  }[];
}

describe('a loss scale in files', () => {
  const stored = jsonOf('steps.json') as Steps;
  const scaleOf = async (model: Model): Promise<number | undefined> =>
    (await model.optimizer!.variables.find(({ shortName }) => shortName === 'dynamic_scale')?.values())
      ?.data[0];

  it.each(['scaled.keras', 'scaled.h5'])(
    'is that of Keras, which training goes on from: %s',
    async (file) => {
      const model = await load(file);
      const optimizer = model.optimizer as LossScaleOptimizer;
      expect(optimizer.className).toBe('LossScaleOptimizer');
      expect(optimizer.innerOptimizer.className).toBe('Adam');
      const variables = await Promise.all(optimizer.variables.map((variable) => variable.values()));
      expect(variables.map(({ shape }) => shape)).toEqual(stored.optimizer.map(({ shape }) => shape));
      variables.forEach(({ data }, i) =>
        expect([stored.optimizer[i]!.path, [...data]]).toEqual([
          stored.optimizer[i]!.path,
          [...Float32Array.from(stored.optimizer[i]!.data)],
        ]),
      );
      const x = new HostTensor(Float32Array.from(stored.x), [8, 4]);
      const y = new HostTensor(Float32Array.from(stored.y), [8, 2]);
      for (const { scale, iterations } of stored.steps.slice(5)) {
        await model.fit(x, y, { batchSize: 8, epochs: 1, verbose: 0 });
        expect([await scaleOf(model), optimizer.iterations.current]).toEqual([scale, iterations]);
      }
    },
  );

  it.each(['model.keras', 'model.h5'])('is there again when it was saved: %s', async (name) => {
    const model = await load('scaled.keras');
    const again = (await composed().loadModel(await composed().encodeModel(model, name))) as Model;
    const valuesOf = (one: Model): Promise<HostTensor<NumberDType>[]> =>
      Promise.all(one.optimizer!.variables.map(async (variable) => (await variable.values()).clone()));
    expect(await valuesOf(again)).toEqual(await valuesOf(model));
    expect(again.optimizer!.getConfig()['dynamicGrowthSteps']).toBe(3);
  });
});
