// What compile() was given, as Keras stores it. What no file can hold stops no save: the file is without it, and that is said.
import type { ConfigValue } from '@lamella/core';
import { isLamellaError, type LamellaError } from '@lamella/program';
import type { Model } from '@lamella/training';
import { compileNotSaved } from '../errors.js';
import type { WritableJson } from './python-json.js';
import { writeValue } from './write-object.js';

/** A part of compile() that no file can hold, and why. */
export interface LostPart {
  readonly option: string;
  readonly error: LamellaError;
}

export interface WrittenCompile {
  /** The compile state, or an empty record: without an optimizer nothing is compiled. */
  readonly config: { readonly [key: string]: WritableJson };
  readonly lost: readonly LostPart[];
}

/** The compile state of a model as far as files can hold it. */
export function writeCompileConfig(model: Model): WrittenCompile {
  const { compiled } = model;
  if (compiled === undefined) return { config: {}, lost: [] };
  const { options } = compiled;
  const lost: LostPart[] = [];
  const write = (value: unknown, option: string): WritableJson => {
    if (value === undefined) return null;
    try {
      return writeValue(value as ConfigValue, `${model.label}, ${option} of compile()`);
    } catch (error) {
      if (!isLamellaError(error, 'NOT_SERIALIZABLE')) throw error;
      lost.push({ option, error });
      return null;
    }
  };
  const optimizer =
    options.optimizers !== undefined
      ? { optimizers: write(Object.fromEntries(compiled.optimizers), 'optimizers') }
      : { optimizer: write(compiled.optimizer, 'optimizer') };
  const config = {
    ...optimizer,
    loss: write(options.loss, 'loss'),
    loss_weights: write(options.lossWeights, 'lossWeights'),
    metrics: write(options.metrics, 'metrics'),
    weighted_metrics: write(options.weightedMetrics, 'weightedMetrics'),
    run_eagerly: false,
    steps_per_execution: 1,
    jit_compile: false,
  };
  return { config: lost.some(({ option }) => option.startsWith('optimizer')) ? {} : config, lost };
}

/** What was compiled and has been warned of: checkpoints are written often. */
const said = new WeakSet<object>();

/** The compile state for a file, which goes without what it cannot hold; warns of that once a compile(). */
export function compileForFile(
  model: Model,
  file: string,
  warn: (message: string) => void = console.warn,
): WrittenCompile {
  const written = writeCompileConfig(model);
  if (written.lost.length > 0 && !said.has(model.compiled!)) {
    said.add(model.compiled!);
    warn(compileNotSaved(file, written.lost).message);
  }
  return written;
}
