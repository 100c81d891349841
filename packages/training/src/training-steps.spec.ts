import { describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import { cpu } from '@lamella/backend-cpu';
import { onnx } from '@lamella/backend-onnx';
import { clearNames, input, type Backend, type SymbolicTensor } from '@lamella/core';
import { lambda, namedFunction } from '@lamella/lambda';
import * as layers from '@lamella/layers';
import { flatten, type HostTensor } from '@lamella/program';
import { Functional } from './functional.js';
import { expectNear, hostTensor, kerasFixture, type StoredTensor } from '../spec-support/keras-fixture.js';
import type { CompileOptions } from './compile.js';
import { sparseCategoricalCrossentropy } from './losses/index.js';
import { type Model } from './model.js';
import { adam, adamW, rmsProp, sgd } from './optimizers/index.js';
import { Sequential } from './sequential.js';
import { model } from './training.js';

interface Fixture {
  readonly weights: readonly (StoredTensor & { readonly path: string })[];
  readonly predict_before: readonly StoredTensor[];
  readonly steps: readonly {
    readonly x: readonly StoredTensor[];
    readonly y: readonly StoredTensor[];
    readonly sample_weight?: StoredTensor;
    readonly logs: Readonly<Record<string, number>>;
    readonly weights: readonly (readonly number[])[];
  }[];
  readonly optimizer_variables: readonly (StoredTensor & { readonly path: string })[];
  readonly predict_after: readonly StoredTensor[];
}

interface Graph {
  readonly inputs: SymbolicTensor | readonly SymbolicTensor[];
  readonly outputs: SymbolicTensor | readonly SymbolicTensor[];
}

const { dense, reLU } = layers;
const addTwo = namedFunction('tutorial>add_two', (x: tf.Tensor) => tf.add(x, 2));

/** The models of tools/oracle/models.py, and what training.py compiles them with. */
const models: Readonly<Record<string, { graph: () => Graph; compile: () => CompileOptions }>> = {
  mlp: {
    graph: () => {
      const x = input({ shape: [4], name: 'input' });
      const h = dense({ units: 5, activation: 'relu', name: 'hidden' }).apply(x);
      return { inputs: x, outputs: dense({ units: 3, activation: 'softmax', name: 'output' }).apply(h) };
    },
    compile: () => ({
      optimizer: adam({ learningRate: 0.05 }),
      loss: 'categorical_crossentropy',
      metrics: ['accuracy'],
    }),
  },
  tutorial: {
    graph: () => {
      const x = input({ shape: [8], name: 'input_layer' });
      let h = dense({ units: 6, name: 'dense_layer_1' }).apply(x);
      h = reLU({ name: 'relu_layer_1' }).apply(h);
      h = dense({ units: 5, name: 'dense_layer_2' }).apply(h);
      h = reLU({ name: 'relu_layer_2' }).apply(h);
      h = dense({ units: 4, name: 'dense_layer_3' }).apply(h);
      h = lambda(addTwo, { name: 'lambda_layer' }).apply(h);
      h = reLU({ name: 'relu_layer_3' }).apply(h);
      h = dense({ units: 3, name: 'dense_layer_4' }).apply(h);
      return { inputs: x, outputs: layers.softmax({ name: 'output_layer' }).apply(h) };
    },
    compile: () => ({
      optimizer: adam({ learningRate: 0.01 }),
      loss: 'categorical_crossentropy',
      metrics: ['accuracy'],
    }),
  },
  conv: {
    graph: () => {
      const x = input({ shape: [6, 6, 1], name: 'image' });
      let h = layers
        .conv2D({ filters: 3, kernelSize: 3, padding: 'same', useBias: false, name: 'conv_1' })
        .apply(x);
      h = layers.batchNormalization({ momentum: 0.9, name: 'norm_1' }).apply(h);
      h = reLU({ name: 'relu_1' }).apply(h);
      h = layers.maxPooling2D({ poolSize: 2, name: 'pool_1' }).apply(h);
      h = layers.conv2D({ filters: 2, kernelSize: 2, activation: 'relu', name: 'conv_2' }).apply(h);
      h = layers.flatten({ name: 'flat' }).apply(h);
      return { inputs: x, outputs: dense({ units: 3, name: 'logits' }).apply(h) };
    },
    compile: () => ({
      optimizer: sgd({ learningRate: 0.05, momentum: 0.9, nesterov: true }),
      loss: sparseCategoricalCrossentropy({ fromLogits: true }),
      metrics: ['sparse_categorical_accuracy'],
    }),
  },
  embedding: {
    graph: () => {
      const x = input({ shape: [4], dtype: 'int32', name: 'tokens' });
      let h = layers.embedding({ inputDim: 6, outputDim: 3, name: 'words' }).apply(x);
      h = layers.flatten({ name: 'flat' }).apply(h);
      h = dense({ units: 4, activation: 'tanh', name: 'hidden' }).apply(h);
      return { inputs: x, outputs: dense({ units: 1, activation: 'sigmoid', name: 'output' }).apply(h) };
    },
    compile: () => ({
      optimizer: rmsProp({ learningRate: 0.02 }),
      loss: 'binary_crossentropy',
      metrics: ['accuracy', 'mae'],
    }),
  },
  regularized: {
    graph: () => {
      const x = input({ shape: [3], name: 'input' });
      let h = dense({
        units: 4,
        activation: 'gelu',
        kernelRegularizer: 'l2',
        biasRegularizer: layers.regularizers.l1L2({ l1: 0.01, l2: 0.02 }),
        activityRegularizer: layers.regularizers.l2(0.05),
        kernelConstraint: layers.constraints.maxNorm({ maxValue: 1 }),
        name: 'hidden',
      }).apply(x);
      h = layers.layerNormalization({ name: 'norm' }).apply(h);
      return { inputs: x, outputs: dense({ units: 2, name: 'output' }).apply(h) };
    },
    compile: () => ({
      optimizer: adamW({ learningRate: 0.05, weightDecay: 0.02, clipnorm: 1 }),
      loss: 'mse',
      metrics: ['mae'],
      weightedMetrics: ['mse'],
    }),
  },
  branches: {
    graph: () => {
      const a = input({ shape: [3], name: 'a' });
      const b = input({ shape: [2], name: 'b' });
      const left = dense({ units: 3, activation: 'relu', name: 'left' }).apply(a);
      const right = dense({ units: 3, activation: 'tanh', name: 'right' }).apply(b);
      const both = layers.concatenate({ name: 'both' }).apply([left, right]);
      const summed = layers.add({ name: 'summed' }).apply([left, right]);
      const score = dense({ units: 1, name: 'score' }).apply(both);
      const label = dense({ units: 2, activation: 'softmax', name: 'label' }).apply(summed);
      return { inputs: [a, b], outputs: [score, label] };
    },
    compile: () => ({
      optimizer: adam({ learningRate: 0.02, amsgrad: true }),
      loss: ['mse', 'categorical_crossentropy'],
      lossWeights: [0.5, 2],
      metrics: [['mae'], ['accuracy']],
    }),
  },
  shared: {
    graph: () => {
      const a = input({ shape: [3], name: 'a' });
      const b = input({ shape: [3], name: 'b' });
      const encoder = dense({ units: 2, activation: 'tanh', name: 'encoder' });
      const difference = layers.subtract({ name: 'difference' }).apply([encoder.apply(a), encoder.apply(b)]);
      return { inputs: [a, b], outputs: dense({ units: 1, name: 'distance' }).apply(difference) };
    },
    compile: () => ({ optimizer: sgd({ learningRate: 0.1 }), loss: 'mean_absolute_error' }),
  },
  nested: {
    graph: () => {
      const innerInput = input({ shape: [3], name: 'inner_input' });
      const hidden = dense({ units: 4, activation: 'relu', name: 'inner_hidden' }).apply(innerInput);
      const inner = model({
        inputs: innerInput,
        outputs: dense({ units: 3, name: 'inner_output' }).apply(hidden),
        name: 'inner',
      });
      const head = new Sequential({
        inputShape: [3],
        layers: [
          dense({ units: 2, activation: 'tanh', name: 'head_1' }),
          dense({ units: 2, activation: 'softmax', name: 'head_2' }),
        ],
        name: 'head',
      });
      const x = input({ shape: [3], name: 'input' });
      return { inputs: x, outputs: head.apply(inner.apply(inner.apply(x))) };
    },
    compile: () => ({ optimizer: adam({ learningRate: 0.02 }), loss: 'categorical_crossentropy' }),
  },
  recurrent: {
    graph: () => {
      const x = input({ shape: [4], dtype: 'int32', name: 'tokens' });
      let h = layers.embedding({ inputDim: 6, outputDim: 3, maskZero: true, name: 'words' }).apply(x);
      const memory = layers.lstm({ units: 2, returnSequences: true, returnState: true, name: 'memory' });
      const [sequence, ...states] = memory.apply(h);
      h = layers
        .lstm({ units: 2, returnSequences: true, name: 'again' })
        .apply(sequence, { initialState: states });
      h = layers
        .bidirectional({ layer: layers.gru({ units: 2, returnSequences: true }), name: 'both' })
        .apply(h);
      h = layers.timeDistributed({ layer: dense({ units: 3, activation: 'tanh' }), name: 'each' }).apply(h);
      const cell = [layers.gruCell({ units: 3, resetAfter: false }), layers.simpleRNNCell({ units: 2 })];
      h = layers.rnn({ cell, returnSequences: true, name: 'stack' }).apply(h);
      h = layers.simpleRNN({ units: 2, goBackwards: true, name: 'back' }).apply(h);
      return { inputs: x, outputs: dense({ units: 1, activation: 'sigmoid', name: 'output' }).apply(h) };
    },
    compile: () => ({ optimizer: adam({ learningRate: 0.05 }), loss: 'binary_crossentropy' }),
  },
  frozen: {
    graph: () => {
      const x = input({ shape: [3], name: 'input' });
      let h = dense({ units: 4, name: 'fixed', trainable: false }).apply(x);
      h = layers.batchNormalization({ name: 'fixed_norm', trainable: false }).apply(h);
      return { inputs: x, outputs: dense({ units: 2, name: 'output' }).apply(h) };
    },
    compile: () => ({ optimizer: sgd({ learningRate: 0.1, momentum: 0.5 }), loss: 'mse' }),
  },
};

function build(name: string, backend: Backend): { net: Model; fixture: Fixture } {
  clearNames();
  const fixture = kerasFixture<Fixture>(`training/${name}`);
  const net = new Functional({ ...models[name]!.graph(), name, backend });
  net.setWeights(fixture.weights.map(hostTensor));
  net.compile(models[name]!.compile());
  return { net, fixture };
}

function expectPredictions(
  got: readonly HostTensor[],
  expected: readonly StoredTensor[],
  what: string,
): void {
  got.forEach((tensor, i) => {
    expect(tensor.shape).toEqual(expected[i]!.shape);
    expectNear(tensor.data, expected[i]!.data, `${what}, output ${i}`, 1e-4);
  });
}

describe('ten training steps', () => {
  const cases = Object.keys(models).flatMap((name) => [
    { name, backend: cpu() },
    { name, backend: onnx() },
  ]);

  it.each(cases)('of $name are those of Keras on $backend.name', async ({ name, backend }) => {
    const { net, fixture } = build(name, backend);
    const first = fixture.steps[0]!.x.map(hostTensor);
    expectPredictions(flatten(await net.predict(first)), fixture.predict_before, 'before');
    for (const [i, step] of fixture.steps.entries()) {
      const history = await net.fit(step.x.map(hostTensor), step.y.map(hostTensor), {
        verbose: 0,
        ...(step.sample_weight !== undefined && { sampleWeight: hostTensor(step.sample_weight) }),
      });
      expect(Object.keys(history.history)).toEqual(Object.keys(step.logs).sort());
      for (const [key, value] of Object.entries(step.logs))
        expectNear(history.history[key]!, [value], `${key} of step ${i}`, 1e-4);
      for (const [k, weight] of net.weights.entries())
        expectNear((await weight.values()).data, step.weights[k]!, `${weight.name} after step ${i}`, 1e-4);
    }
    const { optimizer } = net.requireCompiled();
    for (const [k, variable] of optimizer.variables.entries()) {
      const expected = fixture.optimizer_variables[k]!;
      if (k > 1) expect(variable.name).toBe(expected.path.replace('/head_head_', '/head_'));
      expectNear((await variable.values()).data, expected.data, expected.path, 1e-4);
    }
    expect(optimizer.variables).toHaveLength(fixture.optimizer_variables.length);
    expectPredictions(flatten(await net.predict(first)), fixture.predict_after, 'after');
    net.dispose();
  });

  it.each(Object.keys(models))('of %s name the weights as Keras', (name) => {
    const { net, fixture } = build(name, cpu());
    const paths = fixture.weights.map(({ path }) => path);
    // In a nested Sequential Keras puts the model's name before the layer's.
    expect(net.weights.map((weight) => weight.name)).toEqual(
      paths.map((path) => path.replace(/^head\//, '')),
    );
  });
});
