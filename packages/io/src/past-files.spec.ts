import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from '@jest/globals';
import { cpu } from '@lamella/backend-cpu';
import { onnx } from '@lamella/backend-onnx';
import { clearNames, compose, type Backend } from '@lamella/core';
import { lambdas, namedFunction } from '@lamella/lambda';
import { layers } from '@lamella/layers';
import { isHostTensor, random, type HostTensor } from '@lamella/program';
import { training, type Model } from '@lamella/training';
import * as tf from '@tensorflow/tfjs-core';
import { io } from './io.js';
import { difference, hostTensor, type GoldenTensor } from './keras-fixtures.spec.js';

/** What scripts/write-past-files.mjs wrote of one model, beside its files. */
interface PastModel {
  readonly models: readonly string[];
  readonly weights: readonly string[];
  readonly inputs: readonly GoldenTensor[];
  readonly targets: readonly GoldenTensor[];
  readonly predictions: readonly GoldenTensor[];
  readonly evaluation: Readonly<Record<string, number>>;
  /** Each value of two epochs of two batches each, of 4 rows and 2. */
  readonly resumed: Readonly<Record<string, readonly number[]>>;
}

/** Of predictions and of logs while training goes on, relative where values exceed 1. */
const tolerance = { predictions: 1e-5, resumed: 1e-4 };

const home = fileURLToPath(new URL('../../../fixtures/lamella', import.meta.url));
const pathOf = (version: string, file: string): string => `${home}/${version}/${file}`;

const past = readdirSync(home).flatMap((version) =>
  readdirSync(`${home}/${version}`)
    .filter((file) => file.endsWith('.json') && !file.endsWith('.weights.json'))
    .map((file) => ({
      version,
      name: file.slice(0, -'.json'.length),
      record: JSON.parse(readFileSync(pathOf(version, file), 'utf8')) as PastModel,
    })),
);

/** The functions that the files refer to, as their authors would still have them. */
const functions = [
  namedFunction('past>add_two', (x: tf.Tensor) => tf.add(x, 2)),
  namedFunction('past>scaled', (x: tf.Tensor, { factor }: { factor: number }) => tf.mul(x, factor)),
  namedFunction('past>sampling', ([mean, logVariance]: tf.Tensor[]) =>
    tf.add(mean!, tf.mul(tf.exp(tf.mul(logVariance!, 0.5)), random.normal(mean!.shape))),
  ),
  namedFunction('past>moments', (x: tf.Tensor) => {
    const { mean, variance } = tf.moments(x, 1);
    return [mean, tf.sqrt(variance)];
  }),
  namedFunction('past>straight_through', (x: tf.Tensor) =>
    tf.customGrad((v) => ({
      value: tf.step(v as tf.Tensor),
      gradFunc: (dy: tf.Tensor) => tf.mul(dy, 0.5),
    }))(x),
  ),
];

/** A process that loads: it warns of nothing. */
function composed(backend: Backend, known: typeof functions) {
  clearNames();
  return compose({ backend, plugins: [layers, lambdas({ functions: known }), training, io] });
}

const whole = (tensors: readonly GoldenTensor[]): HostTensor | HostTensor[] =>
  tensors.length === 1 ? hostTensor(tensors[0]!) : tensors.map(hostTensor);

/** A model's outputs in order, in whatever structure it gives them. */
async function predicted(model: Model, x: HostTensor | HostTensor[]): Promise<HostTensor[]> {
  const outputs: unknown = await model.predict(x);
  return isHostTensor(outputs) ? [outputs as HostTensor] : (Object.values(outputs as object) as HostTensor[]);
}

async function expectPredictions(model: Model, { inputs, predictions }: PastModel): Promise<void> {
  const found = await predicted(model, whole(inputs));
  expect(found).toHaveLength(predictions.length);
  const errors = predictions.map((wanted, i) => difference(found[i]!, wanted));
  expect(Math.max(...errors)).toBeLessThanOrEqual(tolerance.predictions);
}

async function expectTraining(model: Model, { inputs, targets, resumed }: PastModel): Promise<void> {
  const options = { epochs: 2, batchSize: 4, verbose: 0, shuffle: false } as const;
  const { history } = await model.fit(whole(inputs), whole(targets), options);
  expect(Object.keys(history).sort()).toEqual(Object.keys(resumed).sort());
  for (const [key, wanted] of Object.entries(resumed))
    wanted.forEach((value, epoch) =>
      expect(Math.abs(history[key]![epoch]! - value)).toBeLessThanOrEqual(
        tolerance.resumed * Math.max(1, Math.abs(value)),
      ),
    );
}

async function expectEvaluation(model: Model, { inputs, targets, evaluation }: PastModel): Promise<void> {
  const found = await model.evaluate(whole(inputs), whole(targets));
  for (const [key, value] of Object.entries(evaluation))
    expect(Math.abs(found[key]! - value)).toBeLessThanOrEqual(
      tolerance.resumed * Math.max(1, Math.abs(value)),
    );
}

const modelFiles = past.flatMap(({ version, record }) =>
  record.models.map((file) => ({ version, file, record })),
);
const weightFiles = past.flatMap(({ version, name, record }) =>
  record.weights.map((file) => ({ version, file, model: `${name}.keras`, record })),
);

describe('the files of former versions', () => {
  const warnings: string[] = [];
  const warn = (message: string): void => void warnings.push(message);
  afterAll(() => expect(warnings).toEqual([]));

  it('are there, of every version since the first', () => {
    expect(existsSync(`${home}/0.1.0`)).toBe(true);
    expect(modelFiles.length).toBeGreaterThanOrEqual(45);
  });

  it.each(modelFiles)(
    '$version/$file predicts, evaluates and trains on as it did',
    async ({ version, file, record }) => {
      const { loadModel } = composed(cpu(), functions);
      const model = await loadModel(pathOf(version, file), { warn, onDrift: 'error' });
      await expectPredictions(model, record);
      await expectEvaluation(model, record);
      await expectTraining(model, record);
    },
  );

  it.each(modelFiles)(
    '$version/$file does so where its functions are unknown',
    async ({ version, file, record }) => {
      const model = await composed(cpu(), []).loadModel(pathOf(version, file), { warn });
      await expectPredictions(model, record);
      await expectTraining(model, record);
    },
  );

  const onOnnx = modelFiles.filter(({ file }) => file.endsWith('.keras'));

  it.each(onOnnx)('$version/$file does so on ONNX Runtime', async ({ version, file, record }) => {
    const model = await composed(onnx(), functions).loadModel(pathOf(version, file), { warn });
    await expectPredictions(model, record);
    await expectTraining(model, record);
    model.dispose();
  });

  it.each(weightFiles)(
    '$version/$file puts its weights into a model that was trained on',
    async ({ version, file, model: path, record }) => {
      const { loadModel, loadWeights } = composed(cpu(), functions);
      const model = await loadModel(pathOf(version, path));
      await model.fit(whole(record.inputs), whole(record.targets), { verbose: 0 });
      await loadWeights(model, pathOf(version, file));
      await expectPredictions(model, record);
    },
  );
});
