import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { HostTensor } from '@lamella/program';
import { composed, difference, hostTensor, predictionError, type GoldenFile } from './keras-fixtures.spec.js';

// Files of Keras 2, made by tf_keras 2.21 on TensorFlow.

const tolerance = 1e-6;
const resumeTolerance = 1e-4;
const names = [
  'mlp',
  'sequential',
  'nested',
  'shared',
  'conv',
  'embedding',
  'recurrent',
  'spatial',
  'conv_lstm',
];

function pathOf(file: string): string {
  return fileURLToPath(new URL(`../../../fixtures/tf_keras/${file}`, import.meta.url));
}

function golden(name: string): GoldenFile {
  return JSON.parse(readFileSync(pathOf(`${name}.json`), 'utf8')) as GoldenFile;
}

describe('models written by Keras 2', () => {
  it.each(names)('%s.h5 predicts what it did there, with the same weights', async (name) => {
    const model = await composed().loadModel(pathOf(`${name}.h5`));
    const { weights } = golden(name);
    expect((await model.getWeights()).map((value, i) => difference(value, weights[i]!))).toEqual(
      weights.map(() => 0),
    );
    expect(await predictionError(model, golden(name))).toBeLessThanOrEqual(tolerance);
  });

  it.each(names)('%s_weights.h5 puts its weights into the model', async (name) => {
    const { loadModel, loadWeights } = composed();
    const model = await loadModel(pathOf(`${name}.h5`), { compile: false });
    for (const weight of model.weights) weight.set(HostTensor.zeros(weight.shape, weight.dtype));
    await loadWeights(model, pathOf(`${name}_weights.h5`));
    expect(await predictionError(model, golden(name))).toBeLessThanOrEqual(tolerance);
  });

  it('mlp.h5 goes on training where it stopped', async () => {
    const model = await composed().loadModel(pathOf('mlp.h5'));
    expect(model.optimizer!.iterations.current).toBe(2);
    for (const { x, y, logs } of golden('mlp').resume!) {
      const { history } = await model.fit(hostTensor(x), hostTensor(y), {
        batchSize: 6,
        verbose: 0,
        shuffle: false,
      });
      expect(Math.abs(history['loss']![0]! - logs['loss']!)).toBeLessThanOrEqual(resumeTolerance);
    }
  });
});
