import { describe, expect, it } from '@jest/globals';
import { camelCase, fromConfig, snakeCase, type SerializableClass } from '@lamella/core';
import { expectNear, kerasFixture } from '../../../spec-support/keras-fixture.js';
import * as schedules from './index.js';
import type { LearningRateSchedule } from './schedule.js';

interface Case {
  readonly schedule: string;
  readonly config: Readonly<Record<string, number>>;
  readonly steps: readonly number[];
  readonly values: readonly number[];
  readonly keras_config: { readonly config: Readonly<Record<string, unknown>> };
}

const { schedules: cases } = kerasFixture<{ schedules: readonly Case[] }>('optimizers');
const classOf = (name: string): SerializableClass<LearningRateSchedule> =>
  (schedules as unknown as Record<string, SerializableClass<LearningRateSchedule>>)[name]!;
const camel = (config: object): Record<string, never> =>
  Object.fromEntries(Object.entries(config).map(([key, value]) => [camelCase(key), value as never]));

describe('learning rate schedules', () => {
  it.each(cases)('give the rates of Keras: $schedule $config', ({ schedule, config, steps, values }) => {
    const made = new (classOf(schedule))(camel(config));
    expectNear(
      steps.map((step) => made.at(step)),
      values,
      schedule,
    );
  });

  it.each(cases)("have Keras' configs and come back from them: $schedule $config", (stored) => {
    const made = fromConfig(classOf(stored.schedule), camel(stored.keras_config.config));
    const config = Object.fromEntries(
      Object.entries(made.getConfig()).map(([key, value]) => [snakeCase(key), value]),
    );
    expect(config).toEqual(stored.keras_config.config);
    expect(made.at(3)).toBe(new (classOf(stored.schedule))(camel(stored.config)).at(3));
  });

  it('refuse periods without steps and values that do not fit the boundaries', () => {
    expect(() =>
      schedules.exponentialDecay({ initialLearningRate: 1, decaySteps: 0, decayRate: 0.5 }),
    ).toThrow('[OPTION_INVALID] ExponentialDecay: decaySteps: expected a positive number of steps, got 0');
    expect(() => schedules.piecewiseConstantDecay({ boundaries: [1, 2], values: [1, 2] })).toThrow(
      'values: expected one more than the 2 boundaries, got 2',
    );
    expect(() =>
      schedules.cosineDecayRestarts({ initialLearningRate: 1, firstDecaySteps: 3, tMul: 0 }),
    ).toThrow('tMul');
  });
});
