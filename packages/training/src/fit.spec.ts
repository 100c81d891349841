import { describe, expect, it, jest } from '@jest/globals';
import { cpu } from '@lamella/backend-cpu';
import { onnx } from '@lamella/backend-onnx';
import { input, type Backend } from '@lamella/core';
import { dense } from '@lamella/layers';
import { Functional } from './functional.js';
import { expectNear, hostTensor, kerasFixture, type StoredTensor } from '../spec-support/keras-fixture.js';
import { lambdaCallback } from './callbacks/lambda-callback.js';
import type { Callback, Logs, RunParameters } from './callbacks/callback.js';
import type { CompileOptions } from './compile.js';
import type { FitOptions, ValidationData } from './fit.js';
import { type Model } from './model.js';
import { adam } from './optimizers/index.js';

interface Case {
  readonly name: string;
  readonly compile: {
    readonly loss: string;
    readonly metrics: readonly string[];
    readonly weighted_metrics?: readonly string[];
  };
  readonly fit: {
    readonly epochs: number;
    readonly batch_size: number;
    readonly y?: string;
    readonly sample_weight?: string;
    readonly class_weight?: Readonly<Record<string, number>>;
    readonly validation_data?: readonly string[];
    readonly validation_split?: number;
    readonly validation_freq?: number;
    readonly initial_epoch?: number;
    readonly steps_per_epoch?: number;
  };
  readonly history: Readonly<Record<string, readonly number[]>>;
  readonly epoch: readonly number[];
  readonly params: { readonly epochs: number; readonly steps: number };
  readonly callback_calls?: readonly (readonly [string, number | null, readonly string[]])[];
  readonly final_weights: readonly (readonly number[])[];
  readonly evaluate: Readonly<Record<string, number>>;
}

const fixture = kerasFixture<{
  readonly weights: readonly StoredTensor[];
  readonly arrays: Readonly<Record<string, StoredTensor>>;
  readonly cases: readonly Case[];
}>('training/fit');
const array = (name: string) => hostTensor(fixture.arrays[name]!);

function mlp(backend: Backend, compile: CompileOptions): Model {
  const x = input({ shape: [4] });
  const h = dense({ units: 5, activation: 'relu' }).apply(x);
  const outputs = dense({ units: 3, activation: 'softmax', name: 'output' }).apply(h);
  const net = new Functional({ inputs: x, outputs, backend, name: 'mlp' });
  net.setWeights(fixture.weights.map(hostTensor));
  net.compile(compile);
  return net;
}

function compileOptions({ compile }: Case): CompileOptions {
  return {
    optimizer: adam({ learningRate: 0.05 }),
    loss: compile.loss,
    metrics: compile.metrics,
    ...(compile.weighted_metrics !== undefined && { weightedMetrics: compile.weighted_metrics }),
  };
}

function fitOptions({ fit }: Case): FitOptions {
  const { sample_weight, class_weight, validation_data, validation_split, validation_freq } = fit;
  return {
    epochs: fit.epochs,
    batchSize: fit.batch_size,
    shuffle: false,
    verbose: 0,
    ...(sample_weight !== undefined && { sampleWeight: array(sample_weight) }),
    ...(class_weight !== undefined && { classWeight: class_weight }),
    ...(validation_data !== undefined && {
      validationData: validation_data.map(array) as unknown as ValidationData,
    }),
    ...(validation_split !== undefined && { validationSplit: validation_split }),
    ...(validation_freq !== undefined && { validationFreq: validation_freq }),
    ...(fit.initial_epoch !== undefined && { initialEpoch: fit.initial_epoch }),
    ...(fit.steps_per_epoch !== undefined && { stepsPerEpoch: fit.steps_per_epoch }),
  };
}

/** A callback that writes down what is called with which logs, in the fixture's spelling. */
function recorder(calls: unknown[]): Callback {
  const epochHook = (name: string) => (index: number, logs: Logs) =>
    void calls.push([name, index, Object.keys(logs).sort()]);
  const runHook = (name: string) => (logs: Logs) => void calls.push([name, null, Object.keys(logs).sort()]);
  return lambdaCallback({
    onTrainBegin: runHook('on_train_begin'),
    onTrainEnd: runHook('on_train_end'),
    onTestBegin: runHook('on_test_begin'),
    onTestEnd: runHook('on_test_end'),
    onEpochBegin: epochHook('on_epoch_begin'),
    onEpochEnd: epochHook('on_epoch_end'),
    onTrainBatchBegin: epochHook('on_train_batch_begin'),
    onTrainBatchEnd: epochHook('on_train_batch_end'),
    onTestBatchBegin: epochHook('on_test_batch_begin'),
    onTestBatchEnd: epochHook('on_test_batch_end'),
  });
}

describe('fit', () => {
  const cases = fixture.cases.flatMap((stored) => [
    { ...stored, stored, backend: cpu() },
    { ...stored, stored, backend: onnx() },
  ]);

  it.each(cases)('has the history of Keras on $backend.name: $name', async ({ stored, backend }) => {
    const warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    const net = mlp(backend, compileOptions(stored));
    const calls: unknown[] = [];
    let parameters: RunParameters | undefined;
    const y = array(stored.fit.y ?? 'y');
    const history = await net.fit(array('x'), y, {
      ...fitOptions(stored),
      callbacks: [recorder(calls), { setParameters: (given) => (parameters = given) }],
    });
    expect(Object.keys(history.history)).toEqual(Object.keys(stored.history).sort());
    for (const [key, values] of Object.entries(stored.history))
      expectNear(history.history[key]!, values, key, 1e-4);
    expect(history.epoch).toEqual(stored.epoch);
    expect(parameters).toEqual({ ...stored.params, verbose: 0 });
    if (stored.callback_calls !== undefined) expect(calls).toEqual(stored.callback_calls);
    for (const [i, weight] of net.weights.entries())
      expectNear((await weight.values()).data, stored.final_weights[i]!, weight.name, 1e-4);
    const logs = await net.evaluate(array('x'), y, { batchSize: 4 });
    expect(Object.keys(logs)).toEqual(Object.keys(stored.evaluate).sort());
    for (const [key, value] of Object.entries(stored.evaluate)) expectNear([logs[key]!], [value], key, 1e-4);
    // The middle epoch of "steps_per_epoch" finds one batch where it asked for two.
    expect(warn.mock.calls.map(([text]) => String(text).slice(0, 12))).toEqual(
      stored.name === 'steps_per_epoch' ? ['[DATA_SHORT]'] : [],
    );
    warn.mockRestore();
    net.dispose();
  });
});
