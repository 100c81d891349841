import { describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import { cpu } from '@lamella/backend-cpu';
import { onnx } from '@lamella/backend-onnx';
import {
  camelCase,
  fromConfig,
  Runner,
  snakeCase,
  type Backend,
  type SerializableClass,
} from '@lamella/core';
import { capture, computeDType, gradients, type ArgumentSpec, HostTensor } from '@lamella/program';
import { expectNear, hostTensor, kerasFixture, type StoredTensor } from '../../spec-support/keras-fixture.js';
import * as losses from './index.js';
import type { Loss } from './loss.js';
import { reductions, type Reduction } from './reduce.js';
import { resolveLoss } from './resolve-loss.js';

interface Case {
  readonly loss: string;
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly y_true: StoredTensor;
  readonly y_pred: StoredTensor;
  readonly sample_weight?: StoredTensor;
  readonly mask?: StoredTensor;
  readonly values: StoredTensor;
  readonly reduced: Readonly<Record<Reduction, StoredTensor>>;
  readonly gradient: StoredTensor;
  readonly keras_config: { readonly config: Readonly<Record<string, unknown>> };
}

const fixture = kerasFixture<{
  readonly cases: readonly Case[];
  readonly identifiers: Readonly<Record<string, string>>;
}>('losses');
const classes = losses as unknown as Record<string, SerializableClass<Loss>>;
const cases = fixture.cases.filter(({ loss }) => loss in classes);
const subject = 'Model "m"';

function options(config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [camelCase(key), value]));
}

const spec = (name: string, { shape, dtype }: HostTensor): ArgumentSpec => ({
  name,
  shape,
  dtype: computeDType(dtype),
  storage: dtype,
});

/** All of one case's reductions and the gradient, compared. */
async function compare(stored: Case, backend: Backend): Promise<void> {
  const data = [stored.y_true, stored.y_pred, stored.sample_weight, stored.mask]
    .filter((tensor) => tensor !== undefined)
    .map(hostTensor);
  const make = (reduction: Reduction): Loss =>
    new classes[stored.loss]!({ ...options(stored.config), reduction });
  const captured = capture(
    (...tensors) => {
      const [yTrue, yPred] = tensors as [tf.Tensor, tf.Tensor];
      const weight = stored.sample_weight === undefined ? null : tensors[2]!;
      const mask = stored.mask === undefined ? null : tensors[tensors.length - 1]!;
      const reduced = reductions.map((reduction) => make(reduction).evaluate(yTrue, yPred, weight, mask));
      return [
        make('none').evaluate(yTrue, yPred, null, mask),
        ...reduced,
        gradients(reduced[0]!, [yPred])[0]!,
      ];
    },
    data.map((tensor, i) => spec(`x${i}`, tensor)),
  );
  const runner = await Runner.create(backend, captured);
  const results = await runner.compute(data, { seed: 0, step: 0 }, (values) => values);
  runner.dispose();
  const expected = [stored.values, ...reductions.map((name) => stored.reduced[name]), stored.gradient];
  const what = ['values', ...reductions, 'gradient'];
  results.forEach((result, i) => {
    expect([what[i], result.shape]).toEqual([what[i], expected[i]!.shape]);
    expectNear(result.data, expected[i]!.data, what[i]!);
  });
}

describe('losses', () => {
  it('has cases of each in the fixture', () => {
    const own = Object.keys(classes).filter((name) => /^[A-Z]/.test(name));
    expect([...new Set(cases.map(({ loss }) => loss))].sort()).toEqual(own.sort());
  });

  it.each(cases)('have the values and gradients of Keras: $loss, $name', (stored) => compare(stored, cpu()));

  it.each(cases)('have them on onnx: $loss, $name', (stored) => compare(stored, onnx()));

  it.each(cases)("have Keras' configs and come back from them: $loss, $name", (stored) => {
    const made = fromConfig(classes[stored.loss]!, options(stored.keras_config.config) as never);
    const config = Object.entries(made.getConfig()).map(([key, value]) => [snakeCase(key), value]);
    expect(Object.fromEntries(config)).toEqual(stored.keras_config.config);
  });

  it('are found by every identifier of Keras', () => {
    for (const [identifier, meaning] of Object.entries(fixture.identifiers)) {
      const known = Object.keys(classes)
        .filter((name) => /^[A-Z]/.test(name))
        .find((name) => name === meaning || resolveLoss(name, subject).name === meaning);
      if (known === undefined) continue;
      expect(resolveLoss(identifier, subject).className).toBe(known);
    }
    expect(resolveLoss('mse', subject).name).toBe('mean_squared_error');
    expect(resolveLoss('BCE', subject).className).toBe('BinaryCrossentropy');
    expect(() => resolveLoss('mean_square_error', subject)).toThrow(
      /^\[IDENTIFIER_UNKNOWN\] Model "m": unknown loss "mean_square_error".*Did you mean "mean_squared_error"\?/,
    );
    expect(() => resolveLoss(7 as never, subject)).toThrow('[OPTION_INVALID] Model "m": loss');
    expect(() => resolveLoss('constructor', subject)).toThrow('[IDENTIFIER_UNKNOWN]');
  });

  it.each([
    ['cpu', cpu()],
    ['onnx', onnx()],
  ])('are 0 of no values on %s', async (_, backend) => {
    const captured = capture(
      (yTrue, yPred) =>
        (['sum_over_batch_size', 'sum', 'mean_with_sample_weight'] as const).map((reduction) =>
          new classes['MeanSquaredError']!({ reduction } as never).evaluate(yTrue!, yPred!),
        ),
      ['y_true', 'y_pred'].map((name) => ({ name, shape: [1, 0, 10], dtype: 'float32' as const })),
    );
    const runner = await Runner.create(backend, captured);
    const nothing = HostTensor.zeros([1, 0, 10]);
    const results = await runner.compute([nothing, nothing], { seed: 0, step: 0 }, (values) =>
      values.map(({ data }) => data[0]),
    );
    runner.dispose();
    expect(results).toEqual([0, 0, 0]);
  });

  it('may be functions of targets and predictions', async () => {
    const loss = resolveLoss(function cubic(yTrue, yPred) {
      return tf.mean(tf.pow(tf.abs(tf.sub(yPred, yTrue)), 3), -1);
    }, subject);
    expect(loss.name).toBe('cubic');
    const captured = capture(
      (yTrue, yPred) => loss.evaluate(yTrue!, yPred!),
      [
        { name: 'y_true', shape: [2, 1], dtype: 'float32' },
        { name: 'y_pred', shape: [2, 1], dtype: 'float32' },
      ],
    );
    const runner = await Runner.create(cpu(), captured);
    const rows = (data: number[]): HostTensor => hostTensor({ shape: [2, 1], dtype: 'float32', data });
    const args = [rows([0, 1]), rows([2, 1])];
    expect(await runner.compute(args, { seed: 0, step: 0 }, ([value]) => value!.array())).toBe(4);
  });

  const evaluate = (loss: Loss, yTrue: number[], yPred: number[]): unknown =>
    capture(
      (t, p) => loss.evaluate(t!, p!),
      [
        { name: 'y_true', shape: yTrue, dtype: 'float32' },
        { name: 'y_pred', shape: yPred, dtype: 'float32' },
      ],
    );

  it.each([
    [losses.meanSquaredError(), [4, 2], [4, 3]],
    [losses.meanSquaredError(), [3], [3, 3]],
    [losses.meanSquaredError(), [4, 3], [4, 1]],
    [losses.meanAbsoluteError(), [1, 3], [4, 3]],
    [losses.binaryCrossentropy(), [4, 2], [4, 1]],
    [losses.categoricalCrossentropy(), [3], [3, 3]],
    [losses.categoricalCrossentropy(), [4, 1], [4, 3]],
  ] as const)('refuse targets of another shape: %p', (loss, yTrue, yPred) => {
    expect(() => evaluate(loss, [...yTrue], [...yPred])).toThrow(
      `[SHAPE_MISMATCH] Loss "${loss.name}": expected targets of the predictions' shape [${yPred.join(', ')}], got [${yTrue.join(', ')}].`,
    );
  });

  it('refuse labels that are no column, weights that fit no value, and unknown options', () => {
    expect(() => evaluate(losses.sparseCategoricalCrossentropy(), [4, 3], [4, 3])).toThrow(
      '[SHAPE_MISMATCH] Loss "sparse_categorical_crossentropy": expected integer labels of shape [4], got [4, 3].',
    );
    expect(() =>
      capture(
        (t, p, w) => losses.meanSquaredError().evaluate(t!, p!, w!),
        [
          { name: 'y_true', shape: [4, 2], dtype: 'float32' },
          { name: 'y_pred', shape: [4, 2], dtype: 'float32' },
          { name: 'weight', shape: [3], dtype: 'float32' },
        ],
      ),
    ).toThrow('[SHAPE_MISMATCH] Sample weights: expected a weight for each of the values [4], got [3].');
    expect(() => losses.meanSquaredError({ reduction: 'average' as never })).toThrow(
      '[OPTION_INVALID] Loss "mean_squared_error": reduction: expected one of sum_over_batch_size, ',
    );
    expect(() => losses.binaryCrossentropy({ labelSmoothing: 2 })).toThrow('labelSmoothing');
  });
});
