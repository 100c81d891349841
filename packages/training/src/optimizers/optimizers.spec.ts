import { describe, expect, it } from '@jest/globals';
import { cpu } from '@lamella/backend-cpu';
import { onnx } from '@lamella/backend-onnx';
import {
  camelCase,
  clearNames,
  isSerializable,
  Runner,
  snakeCase,
  Weight,
  type Backend,
  type SerializableClass,
} from '@lamella/core';
import { capture, HostTensor } from '@lamella/program';
import { expectNear, hostTensor, kerasFixture, type StoredTensor } from '../../spec-support/keras-fixture.js';
import * as optimizers from './index.js';
import type { Gradient } from './gradient.js';
import type { Optimizer } from './optimizer.js';
import { resolveOptimizer } from './resolve-optimizer.js';
import * as schedules from './schedules/index.js';

interface Case {
  readonly optimizer: string;
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly optimizer_variables: readonly (StoredTensor & { readonly name: string; readonly path: string })[];
  readonly steps: readonly {
    readonly variables: readonly (readonly number[])[];
    readonly optimizer_variables: readonly (readonly number[])[];
  }[];
  readonly without_gradient?: readonly string[];
  readonly exclude_from_weight_decay?: readonly string[];
  readonly finalized_variables?: readonly (readonly number[])[];
  readonly keras_config: { readonly config: Readonly<Record<string, unknown>> };
}

const fixture = kerasFixture<{
  readonly variables: readonly (StoredTensor & { readonly name: string })[];
  readonly gradients: readonly (readonly (readonly number[])[])[];
  readonly cases: readonly Case[];
}>('optimizers');
const classes = optimizers as unknown as Record<string, SerializableClass<Optimizer>>;
const cases = fixture.cases.filter((stored) => stored.optimizer in classes);
const names = ['kernel', 'bias'];

/** Options in camelCase; a schedule's envelope becomes the schedule. */
function options(config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => {
      const envelope = value as { class_name?: string; config: object } | null;
      if (envelope?.class_name === undefined) return [camelCase(key), recordOf(value)];
      return [camelCase(key), objectOf(envelope as { class_name: string; config: object })];
    }),
  );
}

/** A record of envelopes with its objects made. */
function recordOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value as Record<string, { class_name: string; config: object }>);
  return Object.fromEntries(entries.map(([key, item]) => [key, objectOf(item)]));
}

function objectOf({ class_name: name, config }: { class_name: string; config: object }): unknown {
  const made = { ...schedules, ...optimizers } as unknown as Record<string, SerializableClass>;
  return new made[name]!(options(config as Record<string, unknown>));
}

function variables(): Weight[] {
  return fixture.variables.map(
    (stored, i) => new Weight({ name: names[i]!, owner: 'layer', value: hostTensor(stored) }),
  );
}

/** Ten steps with the fixture's gradients, each compared. */
async function follow(stored: Case, backend: Backend): Promise<void> {
  clearNames();
  const optimizer = new classes[stored.optimizer]!(options(stored.config));
  const weights = variables();
  if (stored.exclude_from_weight_decay !== undefined)
    optimizer.excludeFromWeightDecay({ names: stored.exclude_from_weight_decay });
  optimizer.build(weights);
  expect(optimizer.variables.map(({ shape }) => shape)).toEqual(
    stored.optimizer_variables.map(({ shape }) => shape),
  );
  const trained = weights.filter((weight) => !stored.without_gradient?.includes(weight.shortName));
  const captured = capture(
    (...gradients) => {
      optimizer.apply(trained.map((weight, i): Gradient => ({ weight, gradient: gradients[i]! })));
      return [];
    },
    trained.map(({ shape, shortName }) => ({ name: shortName, shape, dtype: 'float32' as const })),
  );
  const runner = await Runner.create(backend, captured);
  for (const [i, step] of stored.steps.entries()) {
    optimizer.beforeStep();
    const given = weights
      .map((weight, k) => new HostTensor(Float32Array.from(fixture.gradients[i]![k]!), weight.shape))
      .filter((_, k) => trained.includes(weights[k]!));
    await runner.run(given, { seed: 0, step: i });
    await optimizer.afterStep();
    for (const [k, weight] of weights.entries())
      expectNear((await weight.values()).data, step.variables[k]!, `${weight.name} after step ${i}`);
    for (const [k, weight] of optimizer.variables.entries())
      expectNear(
        (await weight.values()).data,
        step.optimizer_variables[k]!,
        `${weight.name} after step ${i}`,
      );
  }
  runner.dispose();
  if (stored.finalized_variables === undefined) return;
  await optimizer.finalize();
  for (const [k, weight] of weights.entries())
    expectNear((await weight.values()).data, stored.finalized_variables[k]!, weight.name);
}

describe('optimizers', () => {
  it('has cases of each in the fixture', () => {
    const own = Object.keys(classes).filter(
      (name) => /^[A-Z]/.test(name) && !['LossScaleOptimizer', 'OptimizerMap'].includes(name),
    );
    expect([...new Set(cases.map((stored) => stored.optimizer))].sort()).toEqual(own.sort());
  });

  it.each(cases)('take the steps of Keras: $optimizer, $name', (stored) => follow(stored, cpu()));

  it.each(cases.filter(({ optimizer }) => optimizer !== 'AdamW'))(
    'take the steps of Keras on onnx: $optimizer, $name',
    (stored) => follow(stored, onnx()),
  );

  it.each(cases.filter(({ optimizer }) => optimizer !== 'MultiOptimizer'))(
    'name their variables and write their configs as Keras: $optimizer, $name',
    (stored) => {
      clearNames();
      const optimizer = new classes[stored.optimizer]!(options(stored.config));
      optimizer.build(
        fixture.variables.map(({ shape }, i) => {
          const value = HostTensor.zeros(shape);
          return new Weight({ name: names[i]!, owner: 'layer', value });
        }),
      );
      // The oracle's variables belong to no layer; in a model their layer's name stands before their own.
      expect(optimizer.variables.map(({ name }) => name.replace('/layer_', '/'))).toEqual(
        stored.optimizer_variables.map(({ path }) => path),
      );
      const config = Object.fromEntries(
        Object.entries(optimizer.getConfig()).map(([key, value]) => [
          snakeCase(key).replace(/(beta|epsilon)(\d)/, '$1_$2'),
          value,
        ]),
      );
      const { learning_rate: rate, ...rest } = stored.keras_config.config;
      const { learning_rate: own, ...others } = config;
      expect(others).toEqual(rest);
      if (isSerializable(own)) expect(own.className).toBe((rate as { class_name: string }).class_name);
      else expect(own).toBe(rate);
    },
  );

  it('number their names from the second on, as Keras', () => {
    clearNames();
    expect([optimizers.rmsProp().name, optimizers.adamW().name, optimizers.adamW().name]).toEqual([
      'rm_sprop',
      'adam_w',
      'adam_w_1',
    ]);
  });

  it('are found by the identifiers of Keras, and told from typing errors', () => {
    for (const [identifier, className] of [
      ['sgd', 'SGD'],
      ['SGD', 'SGD'],
      ['rmsprop', 'RMSprop'],
      ['RMSprop', 'RMSprop'],
      ['adam', 'Adam'],
      ['adamw', 'AdamW'],
      ['schedulefreeadamw', 'ScheduleFreeAdamW'],
    ] as const)
      expect(resolveOptimizer(identifier, 'Model "m"').className).toBe(className);
    expect(() => resolveOptimizer('adm', 'Model "m"')).toThrow(
      '[IDENTIFIER_UNKNOWN] Model "m": unknown optimizer "adm". Known: adam, adamw, nadam, adamax, lamb, and 9 more. Did you mean "adam"?',
    );
    expect(() => resolveOptimizer(3 as never, 'Model "m"')).toThrow('[OPTION_INVALID] Model "m": optimizer');
  });

  it('let the learning rate be read and set, unless a schedule decides it', async () => {
    const adam = optimizers.adam({ learningRate: 0.5 });
    adam.learningRate = 0.25;
    expect(adam.learningRate).toBe(0.25);
    expect((await adam.variables[1]!.values()).data[0]).toBe(0.25);
    expect(() => (adam.learningRate = -1)).toThrow('learningRate: expected a number of at least 0');
    const rate = schedules.exponentialDecay({ initialLearningRate: 0.5, decaySteps: 1, decayRate: 0.5 });
    const scheduled = optimizers.sgd({ learningRate: rate, name: 'sgd' });
    scheduled.iterations.set(new HostTensor(Int32Array.of(2), [], 'int32'));
    expect(scheduled.learningRate).toBe(0.125);
    expect(() => (scheduled.learningRate = 1)).toThrow(
      '[OPTION_INVALID] SGD "sgd": learningRate: expected none, because ExponentialDecay "ExponentialDecay" decides it, got 1.',
    );
  });

  it.each([
    [{ learningRate: -0.1 }, 'learningRate: expected a number of at least 0, or a schedule, got -0.1'],
    [{ learningRate: Number.NaN }, 'learningRate'],
    [{ clipnorm: 1, clipvalue: 1 }, 'clipnorm and clipvalue: expected at most one'],
    [{ globalClipnorm: 0 }, 'globalClipnorm: expected a positive number, got 0'],
    [{ weightDecay: -1 }, 'weightDecay'],
    [{ emaMomentum: 1.5 }, 'emaMomentum: expected a number from 0 to 1, got 1.5'],
    [{ emaOverwriteFrequency: 0 }, 'emaOverwriteFrequency: expected a positive integer, got 0'],
    [{ gradientAccumulationSteps: 1 }, 'gradientAccumulationSteps: expected a whole number of at least 2'],
    [{ momentum: 2 }, 'momentum: expected a number from 0 to 1, got 2'],
  ])('refuse %j', (given, message) => {
    expect(() => optimizers.sgd({ name: 'sgd', ...given })).toThrow(`[OPTION_INVALID] SGD "sgd": ${message}`);
  });

  it('refuse exclusions after the first step', () => {
    const adam = optimizers.adam();
    adam.build([]);
    expect(() => adam.excludeFromWeightDecay({ names: ['bias'] })).toThrow('before the first step');
  });
});
