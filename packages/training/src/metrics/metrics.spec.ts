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
import { capture, computeDType } from '@lamella/program';
import { expectNear, hostTensor, kerasFixture, type StoredTensor } from '../../spec-support/keras-fixture.js';
import { resolveLoss } from '../losses/resolve-loss.js';
import { targetForm } from '../losses/target-form.js';
import * as metrics from './index.js';
import { MeanMetricWrapper } from './mean-metric-wrapper.js';
import type { Metric } from './metric.js';
import { resolveMetric } from './resolve-metric.js';

interface Case {
  readonly metric: string;
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly updates: readonly Readonly<Record<string, StoredTensor>>[];
  readonly results: readonly StoredTensor[];
  readonly variables: readonly StoredTensor[];
  readonly keras_config: { readonly config: Readonly<Record<string, unknown>> };
}

const fixture = kerasFixture<{
  readonly cases: readonly Case[];
  readonly identifiers: Readonly<Record<string, string>>;
  readonly accuracy_and_crossentropy: readonly {
    readonly y_true_shape: readonly number[];
    readonly y_pred_shape: readonly number[];
    readonly accuracy: string;
    readonly crossentropy: string;
  }[];
}>('metrics');
const classes = metrics as unknown as Record<string, SerializableClass<Metric>>;
const cases = fixture.cases.filter(({ metric }) => metric in classes);
const context = { subject: 'Model "m"', yTrue: [4, 3], yPred: [4, 3] };

function options(config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [camelCase(key), value]));
}

/** Runs one update of a metric and gives the result so far. */
async function update(
  metric: Metric,
  given: Readonly<Record<string, StoredTensor>>,
  backend: Backend,
): Promise<ArrayLike<number>> {
  const names = Object.keys(given);
  const data = names.map((name) => hostTensor(given[name]!));
  const captured = capture(
    (...tensors) => {
      const named = (name: string): tf.Tensor => tensors[names.indexOf(name)]!;
      const optional = (name: string): tf.Tensor | null => (names.includes(name) ? named(name) : null);
      if ((metric instanceof metrics.Mean || metric instanceof metrics.Sum) && names.includes('values'))
        metric.updateValues(named('values'), optional('sample_weight'));
      else metric.update(named('y_true'), named('y_pred'), optional('sample_weight'), optional('mask'));
      return metric.result();
    },
    data.map(({ shape, dtype }, i) => ({
      name: names[i]!,
      shape,
      dtype: computeDType(dtype),
      storage: dtype,
    })),
  );
  const runner = await Runner.create(backend, captured);
  const result = await runner.compute(data, { seed: 0, step: 0 }, ([value]) => value!.clone());
  runner.dispose();
  return result.data;
}

async function follow(stored: Case, backend: Backend): Promise<void> {
  const metric = new classes[stored.metric]!(options(stored.config));
  for (const [i, given] of stored.updates.entries())
    expectNear(await update(metric, given, backend), stored.results[i]!.data, `result ${i}`);
  expect(metric.state.map(({ shape }) => shape)).toEqual(stored.variables.map(({ shape }) => shape));
  for (const [i, weight] of metric.state.entries())
    expectNear((await weight.values()).data, stored.variables[i]!.data, weight.name);
  expect(metric.state.map(({ startsAt }) => startsAt)).toEqual(metric.state.map(() => 0));
}

describe('metrics', () => {
  it('has cases of each in the fixture', () => {
    expect([...new Set(cases.map(({ metric }) => metric))].sort()).toEqual(
      Object.keys(classes)
        .filter((name) => /^[A-Z]/.test(name))
        .sort(),
    );
  });

  it.each(cases)('follow Keras from batch to batch: $metric, $name', (stored) => follow(stored, cpu()));

  it.each(cases)('follow it on onnx: $metric, $name', (stored) => follow(stored, onnx()));

  it.each(cases)("have Keras' configs and come back from them: $metric, $name", (stored) => {
    const { dtype, ...rest } = stored.keras_config.config;
    const isIoU = /IoU/.test(stored.metric);
    const weights = rest['label_weights'] as { config: { value: number[] } } | null | undefined;
    const stored_config = {
      ...rest,
      ...(weights && { label_weights: weights.config.value }),
      // Of others files say it, and the classes do not.
      ...(isIoU && { dtype }),
    };
    expect(dtype).toBe(isIoU ? 'int32' : 'float32');
    const made = fromConfig(classes[stored.metric]!, options(stored_config) as never);
    const config = Object.entries(made.getConfig()).map(([key, value]) => [snakeCase(key), value]);
    expect(Object.fromEntries(config)).toEqual(stored_config);
  });

  it('count what a mask keeps', async () => {
    const result = await update(
      metrics.meanAbsoluteError(),
      {
        y_true: { shape: [1, 3, 1], dtype: 'float32', data: [0, 0, 0] },
        y_pred: { shape: [1, 3, 1], dtype: 'float32', data: [1, 2, 6] },
        mask: { shape: [1, 3], dtype: 'bool', data: [1, 1, 0] },
      },
      cpu(),
    );
    expect(result[0]).toBeCloseTo(1.5);
  });

  it('leave an ignored class out where samples have weights, and count it as 0 where not', async () => {
    const given = {
      y_true: { shape: [3], dtype: 'int32', data: [0, 1, 2] },
      y_pred: { shape: [3, 3], dtype: 'float32', data: [0.8, 0.1, 0.1, 0.05, 0.95, 0, 0.1, 0.8, 0.1] },
    } as const;
    const weight = { shape: [3], dtype: 'float32', data: [0.5, 1.5, 2] } as const;
    const metric = () => metrics.sparseCategoricalCrossentropy({ ignoreClass: 0 });
    // (1.5 · -ln 0.95 + 2 · -ln 0.1) / 3.5, and (-ln 0.95 - ln 0.1) / 3.
    expect((await update(metric(), { ...given, sample_weight: weight }, cpu()))[0]).toBeCloseTo(1.3377, 4);
    expect((await update(metric(), given, cpu()))[0]).toBeCloseTo(0.7846, 4);
  });

  it('are found by every identifier of Keras', () => {
    for (const [identifier, meaning] of Object.entries(fixture.identifiers)) {
      const needsOptions = meaning in classes && classes[meaning]!.identifiers?.length === 0;
      if (!(meaning in classes) || needsOptions || identifier.toLowerCase() === 'accuracy') continue;
      expect(resolveMetric(identifier, context).className).toBe(meaning);
    }
    expect(resolveMetric('mse', context).name).toBe('mse');
    expect(() => resolveMetric('acuracy', context)).toThrow(
      /^\[IDENTIFIER_UNKNOWN\] Model "m": unknown metric "acuracy".*Did you mean "accuracy"\?/,
    );
    expect(() => resolveMetric(7 as never, context)).toThrow('[OPTION_INVALID] Model "m": metrics');
  });

  it.each(fixture.accuracy_and_crossentropy)(
    'reads "accuracy" and "crossentropy" by shape: $y_true_shape, $y_pred_shape',
    ({ y_true_shape: yTrue, y_pred_shape: yPred, accuracy, crossentropy }) => {
      expect(resolveMetric('acc', { subject: 'm', yTrue, yPred }).className).toBe(accuracy);
      expect(resolveMetric('accuracy', { subject: 'm', yTrue, yPred }).name).toBe('accuracy');
      expect(resolveLoss(`${targetForm(yTrue, yPred)}_crossentropy`, 'm').name).toBe(crossentropy);
    },
  );

  it('may be functions of targets and predictions', async () => {
    const metric = resolveMetric(function largest(yTrue, yPred) {
      return tf.max(tf.abs(tf.sub(yTrue, yPred)), -1);
    }, context);
    expect([metric.name, metric.className]).toEqual(['largest', 'MeanMetricWrapper']);
    expect(metric).toBeInstanceOf(MeanMetricWrapper);
    const tensor = (data: number[]): StoredTensor => ({ shape: [2, 2], dtype: 'float32', data });
    const given = { y_true: tensor([0, 0, 0, 0]), y_pred: tensor([1, 3, 2, 1]) };
    expect((await update(metric, given, cpu()))[0]).toBe(2.5);
  });

  it.each([
    [metrics.meanSquaredError(), [4, 2], [4, 3], 'targets of the predictions'],
    [metrics.binaryAccuracy(), [4, 2], [4, 1], 'targets of the predictions'],
    [metrics.categoricalAccuracy(), [4], [4, 3], 'targets of the predictions'],
    [metrics.sparseCategoricalAccuracy(), [4, 3], [4, 3], 'integer labels of shape'],
    [metrics.topKCategoricalAccuracy(), [4], [4, 3], 'targets of the predictions'],
    [metrics.sparseTopKCategoricalAccuracy(), [4, 2], [4, 3], 'integer labels of shape'],
  ] as const)('refuse targets of another shape: %p', (metric, yTrue, yPred, expected) => {
    expect(() =>
      capture(
        (t, p) => {
          metric.update(t!, p!);
          return [];
        },
        [
          { name: 'y_true', shape: [...yTrue], dtype: 'float32' },
          { name: 'y_pred', shape: [...yPred], dtype: 'float32' },
        ],
      ),
    ).toThrow(new RegExp(`^\\[SHAPE_MISMATCH\\] Metric "${metric.name}": expected ${expected}`));
  });

  it('refuse weights that fit no value, and options out of range', () => {
    expect(() =>
      capture(
        (t, p, w) => {
          metrics.meanSquaredError().update(t!, p!, w!);
          return [];
        },
        [
          { name: 'y_true', shape: [4, 2], dtype: 'float32' },
          { name: 'y_pred', shape: [4, 2], dtype: 'float32' },
          { name: 'weight', shape: [3], dtype: 'float32' },
        ],
      ),
    ).toThrow('[SHAPE_MISMATCH] Sample weights: expected a weight for each of the values [4], got [3].');
    expect(() => metrics.binaryAccuracy({ threshold: 1.5 })).toThrow('threshold');
    expect(() => metrics.topKCategoricalAccuracy({ k: 0 })).toThrow(
      'Metric "top_k_categorical_accuracy": k: expected a positive integer, got 0',
    );
  });
});
