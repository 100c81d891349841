import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, jest } from '@jest/globals';
import { unzip } from '@lamella/files';
import type { Model } from '@lamella/training';
import {
  composed,
  difference,
  hostTensor,
  predictionError,
  type GoldenFile,
  type GoldenTensor,
} from '../keras-fixtures.spec.js';

// Files in the forms that versions of Keras 2 wrote, made by tf_keras 2.21.

const tolerance = 1e-6;
const resumeTolerance = 1e-4;

type Older = GoldenFile & {
  readonly resume?: readonly {
    readonly ys: readonly GoldenTensor[];
    readonly logs: Record<string, number>;
  }[];
};

function pathOf(file: string): string {
  return fileURLToPath(new URL(`../../../../fixtures/tf_keras/older/${file}`, import.meta.url));
}

function golden(name: string): Older {
  return JSON.parse(readFileSync(pathOf(`${name}.json`), 'utf8')) as Older;
}

/** Loads, and says nothing on the way. */
async function loaded(file: string): Promise<Model> {
  const warn = jest.fn();
  const model = await composed().loadModel(pathOf(file), { warn });
  expect(warn.mock.calls).toEqual([]);
  return model;
}

async function resumes(model: Model, { resume }: Older): Promise<void> {
  for (const { x, ys, logs } of resume!) {
    const targets = ys.map(hostTensor);
    const { history } = await model.fit(hostTensor(x), targets.length === 1 ? targets[0]! : targets, {
      batchSize: 6,
      verbose: 0,
      shuffle: false,
    });
    for (const [name, value] of Object.entries(logs))
      expect([name, Math.abs(history[name]![0]! - value) <= resumeTolerance]).toEqual([name, true]);
  }
}

describe('models in the forms of Keras 2', () => {
  const files = [
    ['chain.h5', 'chain'],
    ['chain.keras', 'chain'],
    ['chain_without_input.h5', 'chain'],
    ['chain_list.h5', 'chain'],
    ['chain_blocks.h5', 'chain'],
    ['two_outputs.h5', 'two_outputs'],
    ['two_outputs.keras', 'two_outputs'],
    ['three_outputs.h5', 'three_outputs'],
    ['model_first.h5', 'model_first'],
    ['chain_inside.h5', 'chain_inside'],
    ['values.h5', 'values'],
    ['operations.h5', 'operations'],
  ] as const;

  it.each(files)('%s predicts what it did there, with the same weights', async (file, name) => {
    const model = await loaded(file);
    const weights = await model.getWeights();
    expect(weights.map((value, i) => difference(value, golden(name).weights[i]!))).toEqual(
      golden(name).weights.map(() => 0),
    );
    expect(await predictionError(model, golden(name))).toBeLessThanOrEqual(tolerance);
  });

  it('names of layers with "/" become names without, and say so', async () => {
    const warn = jest.fn();
    const model = await composed().loadModel(pathOf('slashes.h5'), { warn });
    expect(await predictionError(model, golden('slashes'))).toBeLessThanOrEqual(tolerance);
    expect(model.layers.map(({ name }) => name)).toContain('left_dense');
    expect(warn.mock.calls).toEqual([
      [
        expect.stringMatching(
          /^\[NOT_RESTORED\].*\n {2}layer "block_1\/dense" is called "block_1_dense": names hold no "\/"/,
        ),
      ],
    ]);
  });

  it('their hard sigmoid is kept in every format that the model is saved to', async () => {
    const { loadModel, encodeModel } = composed();
    for (const name of ['again.keras', 'again.h5', 'again.json']) {
      const model = await loadModel(pathOf('chain.h5'), { compile: false });
      const again = await loadModel(await encodeModel(model, name));
      expect(await predictionError(again, golden('chain'))).toBeLessThanOrEqual(tolerance);
    }
  });

  it('operations of TensorFlow are saved as operations of Keras 3', async () => {
    const { loadModel, encodeModel } = composed();
    const file = await encodeModel(await loadModel(pathOf('operations.h5')), 'again.keras');
    const config = new TextDecoder().decode(unzip(file.bytes, 'again.keras').get('config.json'));
    // Keras takes lists of numbers for tensors in this form alone.
    expect(config).toContain(
      '{"class_name": "__tensor__", "config": {"value": [1.0, 2.0, 3.0], "dtype": "float32"}}',
    );
    const again = await loadModel(file);
    expect(await predictionError(again, golden('operations'))).toBeLessThanOrEqual(tolerance);
  });
});

describe('training goes on where Keras 2 stopped', () => {
  it.each([
    ['chain.h5', 'chain'],
    ['chain.keras', 'chain'],
    ['chain_list.h5', 'chain'],
    ['chain_blocks.h5', 'chain'],
    ['plain_sgd.h5', 'plain_sgd'],
    ['plain_sgd.keras', 'plain_sgd'],
    ['momentum.h5', 'momentum'],
    ['momentum.keras', 'momentum'],
    ['rmsprop.h5', 'rmsprop'],
    ['rmsprop.keras', 'rmsprop'],
    ['legacy_rmsprop.h5', 'legacy_rmsprop'],
    ['amsgrad.h5', 'amsgrad'],
    ['amsgrad.keras', 'amsgrad'],
    ['decay.h5', 'decay'],
    ['schedule.h5', 'schedule'],
    ['schedule.keras', 'schedule'],
    ['two_outputs.h5', 'two_outputs'],
    ['two_outputs.keras', 'two_outputs'],
    ['three_outputs.h5', 'three_outputs'],
    ...['adamax', 'ftrl', 'adadelta'].flatMap((name) => [
      [`${name}.h5`, name],
      [`${name}.keras`, name],
    ]),
  ] as [string, string][])('%s', async (file, name) => {
    const model = await loaded(file);
    expect(model.optimizer!.iterations.current).toBe(2);
    const { resume } = golden(name);
    if (file === 'chain_blocks.h5')
      for (const { logs } of resume!) delete (logs as Record<string, number>)['exact'];
    await resumes(model, { ...golden(name), resume: resume! } as Older);
  });
});
