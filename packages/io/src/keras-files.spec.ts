import { describe, expect, it } from '@jest/globals';
import { getWeightValues } from '@lamella/core';
import { HostTensor } from '@lamella/program';
import type { Model } from '@lamella/training';
import {
  composed,
  difference,
  functions,
  golden,
  hostTensor,
  names,
  pathOf,
  predictionError,
} from './keras-fixtures.spec.js';

/** Of predictions, relative where values exceed 1. */
const tolerance = 1e-6;

/** Of losses after further training. */
const resumeTolerance = 1e-4;

const models = names.flatMap((name) =>
  golden(name)
    .files.filter((file) => !file.includes('weights.h5'))
    .map((file) => ({ name, file })),
);
const weightFiles = names.flatMap((name) =>
  golden(name)
    .files.filter((file) => file.includes('weights.h5'))
    .map((file) => ({ name, file })),
);

/** The weights in Keras' order, which is that of `model.weights`. */
async function weightErrors(model: Model, name: string): Promise<number[]> {
  const expected = golden(name).weights;
  expect(model.weights).toHaveLength(expected.length);
  return (await model.getWeights()).map((value, i) => difference(value, expected[i]!));
}

describe('models written by Keras', () => {
  it.each(models)('$file predicts what it did in Keras, with the same weights', async ({ name, file }) => {
    const model = await composed().loadModel(pathOf(file), { functions });
    expect((await weightErrors(model, name)).every((error) => error === 0)).toBe(true);
    expect(await predictionError(model, golden(name))).toBeLessThanOrEqual(tolerance);
  });

  const trained = models.filter(({ name }) => golden(name).resume !== undefined);

  it.each(trained)('$file goes on training where Keras stopped', async ({ name, file }) => {
    const { optimizer_variables: slots, resume, weights_after_resume: after } = golden(name);
    const model = await composed().loadModel(pathOf(file));
    const state = await getWeightValues(model.optimizer!.variables);
    expect(state.map((value, i) => difference(value, slots![i]!))).toEqual(slots!.map(() => 0));
    for (const { x, y, logs } of resume!) {
      const history = await model.fit(hostTensor(x), hostTensor(y), {
        batchSize: 6,
        verbose: 0,
        shuffle: false,
      });
      for (const [key, value] of Object.entries(logs))
        expect(Math.abs(history.history[key]![0]! - value)).toBeLessThanOrEqual(resumeTolerance);
    }
    const drift = (await model.getWeights()).map((value, i) => difference(value, after![i]!));
    expect(Math.max(...drift)).toBeLessThanOrEqual(resumeTolerance);
  });

  it('compiled_records.keras evaluates what it did in Keras, losses and metrics by the keys of its outputs', async () => {
    const { x, score, more, logs } = golden('compiled_records').evaluate!;
    const model = await composed().loadModel(pathOf('compiled_records.keras'));
    const found = await model.evaluate(
      { left: hostTensor(x['left']!), right: hostTensor(x['right']!) },
      { score: hostTensor(score), more: more.map(hostTensor) },
    );
    expect(Object.keys(found).sort()).toEqual(Object.keys(logs).sort());
    for (const [name, value] of Object.entries(logs))
      expect(Math.abs(found[name]! - value)).toBeLessThanOrEqual(tolerance);
  });

  it.each(weightFiles)('$file puts its weights into the model', async ({ name, file }) => {
    const { loadModel, loadWeights } = composed();
    const model = await loadModel(pathOf(`${name}.keras`), { functions, compile: false });
    for (const weight of model.weights) weight.set(HostTensor.zeros(weight.shape, weight.dtype));
    await loadWeights(model, pathOf(file));
    expect((await weightErrors(model, name)).every((error) => error === 0)).toBe(true);
    expect(await predictionError(model, golden(name))).toBeLessThanOrEqual(tolerance);
  });
});
