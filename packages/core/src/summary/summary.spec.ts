import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import { lambda } from '@lamella/lambda';
import {
  add,
  batchNormalization,
  concatenate,
  conv2D,
  dense,
  dropout,
  flatten,
  leakyReLU,
  maxPooling2D,
  reLU,
  softmax,
  subtract,
} from '@lamella/layers';
import { Functional, type Model, sequential } from '@lamella/training';
import { input } from '../input.js';
import { clearNames } from '../names.js';
import { summarize, type SummaryOptions } from './summary.js';

interface Case {
  readonly name: string;
  readonly model: string;
  readonly arguments: {
    readonly line_length?: number;
    readonly positions?: number[];
    readonly layer_range?: [string, string];
    readonly show_trainable?: boolean;
    readonly expand_nested?: boolean;
  };
  readonly terminal_columns: number;
  readonly optimizer: string | null;
  readonly after_a_training_step: boolean;
  readonly lines: string[];
}

const fixture = new URL('../../../../fixtures/keras/summary.json', import.meta.url);
const { summaries } = JSON.parse(readFileSync(fixture, 'utf8')) as { summaries: Case[] };

/** The models of tools/oracle/models.py and summary.py. */
const models: Record<string, () => Model> = {
  mlp() {
    const x = input({ shape: [4], name: 'input' });
    const h = dense({ units: 5, activation: 'relu', name: 'hidden' }).apply(x);
    const y = dense({ units: 3, activation: 'softmax', name: 'output' }).apply(h);
    return new Functional({ inputs: x, outputs: y, name: 'mlp' });
  },
  tutorial() {
    const x = input({ shape: [8], name: 'input_layer' });
    let h = dense({ units: 6, name: 'dense_layer_1' }).apply(x);
    h = reLU({ name: 'relu_layer_1' }).apply(h);
    h = dense({ units: 5, name: 'dense_layer_2' }).apply(h);
    h = reLU({ name: 'relu_layer_2' }).apply(h);
    h = dense({ units: 4, name: 'dense_layer_3' }).apply(h);
    h = lambda((t: tf.Tensor) => tf.add(t, 2), { name: 'lambda_layer' }).apply(h);
    h = reLU({ name: 'relu_layer_3' }).apply(h);
    h = dense({ units: 3, name: 'dense_layer_4' }).apply(h);
    return new Functional({
      inputs: x,
      outputs: softmax({ name: 'output_layer' }).apply(h),
      name: 'tutorial',
    });
  },
  conv() {
    const x = input({ shape: [6, 6, 1], name: 'image' });
    let h = conv2D({ filters: 3, kernelSize: 3, padding: 'same', useBias: false, name: 'conv_1' }).apply(x);
    h = batchNormalization({ momentum: 0.9, name: 'norm_1' }).apply(h);
    h = reLU({ name: 'relu_1' }).apply(h);
    h = maxPooling2D({ poolSize: 2, name: 'pool_1' }).apply(h);
    h = conv2D({ filters: 2, kernelSize: 2, activation: 'relu', name: 'conv_2' }).apply(h);
    h = flatten({ name: 'flat' }).apply(h);
    return new Functional({ inputs: x, outputs: dense({ units: 3, name: 'logits' }).apply(h), name: 'conv' });
  },
  frozen() {
    const x = input({ shape: [3], name: 'input' });
    let h = dense({ units: 4, name: 'fixed', trainable: false }).apply(x);
    h = batchNormalization({ name: 'fixed_norm', trainable: false }).apply(h);
    return new Functional({
      inputs: x,
      outputs: dense({ units: 2, name: 'output' }).apply(h),
      name: 'frozen',
    });
  },
  sequential() {
    const layers = [
      dense({ units: 5, name: 'dense_1' }),
      leakyReLU({ name: 'leaky' }),
      dropout({ rate: 0.25, name: 'drop' }),
      dense({ units: 2, name: 'dense_2' }),
    ];
    return sequential({ layers, inputShape: [4], name: 'sequential' });
  },
  long_names() {
    const x = input({ shape: [3, 200, 1], name: 'an_input_with_a_rather_long_name_that_has_to_wrap' });
    const h = flatten({ name: 'flatten_everything_into_one_single_very_long_vector' }).apply(x);
    return new Functional({
      inputs: x,
      outputs: dense({ units: 2000, name: 'a_wide_layer' }).apply(h),
      name: 'long_names',
    });
  },
  branching() {
    const x = input({ shape: [4], name: 'input' });
    const h = dense({ units: 4, activation: 'relu', name: 'dense_1' }).apply(x);
    const a = dense({ units: 2, name: 'a' }).apply(add({ name: 'sum' }).apply([x, h]));
    return new Functional({ inputs: x, outputs: [a, softmax({ name: 'b' }).apply(a)], name: 'branching' });
  },
  branches() {
    const a = input({ shape: [3], name: 'a' });
    const b = input({ shape: [2], name: 'b' });
    const left = dense({ units: 3, activation: 'relu', name: 'left' }).apply(a);
    const right = dense({ units: 3, activation: 'tanh', name: 'right' }).apply(b);
    const both = concatenate({ name: 'both' }).apply([left, right]);
    const summed = add({ name: 'summed' }).apply([left, right]);
    const score = dense({ units: 1, name: 'score' }).apply(both);
    const label = dense({ units: 2, activation: 'softmax', name: 'label' }).apply(summed);
    return new Functional({ inputs: [a, b], outputs: [score, label], name: 'branches' });
  },
  shared() {
    const a = input({ shape: [3], name: 'a' });
    const b = input({ shape: [3], name: 'b' });
    const encoder = dense({ units: 2, activation: 'tanh', name: 'encoder' });
    const difference = subtract({ name: 'difference' }).apply([encoder.apply(a), encoder.apply(b)]);
    const distance = dense({ units: 1, name: 'distance' }).apply(difference);
    return new Functional({ inputs: [a, b], outputs: distance, name: 'shared' });
  },
  nested() {
    const innerInput = input({ shape: [3], name: 'inner_input' });
    const hidden = dense({ units: 4, activation: 'relu', name: 'inner_hidden' }).apply(innerInput);
    const innerOutput = dense({ units: 3, name: 'inner_output' }).apply(hidden);
    const inner = new Functional<tf.Tensor, tf.Tensor>({
      inputs: innerInput,
      outputs: innerOutput,
      name: 'inner',
    });
    const head = sequential({
      layers: [
        dense({ units: 2, activation: 'tanh', name: 'head_1' }),
        dense({ units: 2, activation: 'softmax', name: 'head_2' }),
      ],
      inputShape: [3],
      name: 'head',
    });
    const x = input({ shape: [3], name: 'input' });
    return new Functional({ inputs: x, outputs: head.apply(inner.apply(inner.apply(x))), name: 'nested' });
  },
};

/** What Keras prints and Lamella has not: a Sequential without an input shape, and operators on symbolic tensors. */
const without = ['unbuilt', 'op_nodes'];

const columnsBefore = process.env.COLUMNS;

beforeEach(() => clearNames());
afterEach(() => {
  if (columnsBefore === undefined) delete process.env.COLUMNS;
  else process.env.COLUMNS = columnsBefore;
});

function textOf(given: Case): string {
  const model = models[given.model]!();
  if (given.optimizer !== null) model.compile({ optimizer: 'adam', loss: 'mse' });
  if (given.after_a_training_step) model.optimizer!.build(model.trainableWeights);
  const keras = given.arguments;
  const options: SummaryOptions = {
    ...(keras.line_length !== undefined && { lineLength: keras.line_length }),
    ...(keras.positions !== undefined && { positions: keras.positions }),
    ...(keras.layer_range !== undefined && { layerRange: keras.layer_range }),
    ...(keras.show_trainable !== undefined && { showTrainable: keras.show_trainable }),
    ...(keras.expand_nested !== undefined && { expandNested: keras.expand_nested }),
  };
  process.env.COLUMNS = String(given.terminal_columns);
  const printed: string[] = [];
  model.summary({ ...options, printFn: (text) => printed.push(text) });
  return printed.join('');
}

describe("a summary is Keras' own text:", () => {
  it.each(summaries.filter((one) => !without.includes(one.model)))('$name', (given) => {
    expect(textOf(given).split('\n')).toEqual([...given.lines, '']);
  });

  it('nothing else is left out', () => {
    const models = new Set(summaries.map((one) => one.model));
    expect(without.filter((name) => !models.has(name))).toEqual([]);
    expect(summaries.length).toBeGreaterThan(20);
  });
});

describe('a summary', () => {
  it('takes 80 columns where there is no terminal', () => {
    delete process.env.COLUMNS;
    const width = process.stdout.columns ?? 80;
    const [, first] = summarize(models.mlp!()).split('\n');
    expect(first).toHaveLength(Math.min(88, width - 4));
  });

  it('lists the shapes of all outputs of a layer', () => {
    const x = input({ shape: [4], name: 'x' });
    const split = lambda((t: tf.Tensor) => tf.split(t, 2, 1), { name: 'halves' });
    const [a, b] = split.apply(x);
    const text = summarize(new Functional({ inputs: x, outputs: [a!, b!] }), { lineLength: 100 });
    expect(text).toContain('[(None, 2), (None, 2)]');
  });

  it('refuses a line too short for its columns', () => {
    expect(() => summarize(models.mlp!(), { lineLength: 12 })).toThrow(/OPTION_INVALID.*lineLength/);
  });

  it('refuses a range of names that no layer has', () => {
    expect(() => summarize(models.mlp!(), { layerRange: ['hidden', 'nowhere'] })).toThrow(
      /OPTION_INVALID.*layerRange/,
    );
  });
});
