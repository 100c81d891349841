// What compile() was given, as Keras stores it.
import type { ConfigValue } from '@lamella/core';
import { isLamellaError } from '@lamella/program';
import type { Model } from '@lamella/training';
import { notSerializable } from '../errors.js';
import type { WritableJson } from './python-json.js';
import { writeValue } from './write-object.js';

/** The compile state, or an empty record. Throws: NOT_SERIALIZABLE for what files cannot hold. */
export function writeCompileConfig(model: Model): { [key: string]: WritableJson } {
  const { compiled } = model;
  if (compiled === undefined) return {};
  const { options } = compiled;
  const write = (value: unknown, option: string): WritableJson =>
    value === undefined ? null : written(value as ConfigValue, `${model.label}, ${option} of compile()`);
  const isNamed = options.optimizers !== undefined;
  return {
    ...(isNamed
      ? { optimizers: write(Object.fromEntries(compiled.optimizers), 'optimizers') }
      : { optimizer: write(compiled.optimizer, 'optimizer') }),
    loss: write(options.loss, 'loss'),
    loss_weights: write(options.lossWeights, 'lossWeights'),
    metrics: write(options.metrics, 'metrics'),
    weighted_metrics: write(options.weightedMetrics, 'weightedMetrics'),
    run_eagerly: false,
    steps_per_execution: 1,
    jit_compile: false,
  };
}

function written(value: ConfigValue, subject: string): WritableJson {
  try {
    return writeValue(value, subject);
  } catch (error) {
    if (!isLamellaError(error, 'NOT_SERIALIZABLE')) throw error;
    const { problem, fix } = error.parts;
    throw notSerializable(
      error.subject,
      problem,
      `${fix ?? 'use what can be stored'}; { includeOptimizer: false } saves the model without what compile() was given`,
    );
  }
}
