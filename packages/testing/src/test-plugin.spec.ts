// The kit itself: a sound plugin passes everything, and each way of breaking one fails the promise it breaks.
import { describe, expect, it } from '@jest/globals';
import { onnx, onnxLowerings } from '@lamella/backend-onnx';
import {
  definePlugin,
  numberOption,
  Regularizer,
  withOptions,
  type Backend,
  type Config,
  type Plugin,
  type PluginDefinition,
} from '@lamella/core';
import { fromTensors } from '@lamella/datasets';
import { namedFunction } from '@lamella/lambda';
import { Loss } from '@lamella/training';
import * as tf from '@tensorflow/tfjs-core';
import { brokenPromises, testsOf } from '../spec-support/broken-promises.js';
import { floats, list, type KernelCase } from './kernel-case.js';
import { testPlugin, type PluginCases } from './test-plugin.js';

const promise = {
  defined: 'is what definePlugin() gives, for this plugin API',
  cases: 'has a case for each thing that it brings',
  names: 'names its classes by their package',
  order: 'means the same wherever it stands among plugins',
  twice: 'is refused twice, and without a plugin that it requires',
  others: 'makes each other class again from its config',
};

class Cubes extends withOptions(Regularizer, { strength: numberOption(0.1) }) {
  static readonly className: string = 'acme>Cubes';
  override call(weights: tf.Tensor): tf.Tensor {
    return tf.mul(tf.sum(tf.pow(tf.abs(weights), 3)), this.strength);
  }
}

class Gap extends Loss {
  static readonly className: string = 'acme>Gap';
  override call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    return tf.sum(tf.square(tf.sub(yPred, yTrue)), -1);
  }
}

const square = namedFunction('acme>square', (x: tf.Tensor) => tf.square(x));
const definition: PluginDefinition<{ squared(): number }> = {
  name: 'acme',
  requires: ['@lamella/layers'],
  classes: { regularizers: [Cubes], losses: [Gap] },
  functions: [square],
  datasets: { rows: () => fromTensors({ x: floats([3, 2], 0, 1) }) },
  api: () => ({ squared: () => 4 }),
};
const cases: PluginCases = {
  losses: {
    'acme>Gap': [{ name: 'of two', options: {}, yTrue: floats([2, 2]), yPred: floats([2, 2], 1, 2) }],
  },
  functions: { 'acme>square': [{ name: 'of three', inputs: list([3]), outputs: list([9]) }] },
  datasets: {
    rows: [{ name: 'of three', options: undefined, length: 3, x: { shape: [2], dtype: 'float32' } }],
  },
  others: { 'acme>Cubes': [{ strength: 0.5 }] },
};

const broken = (plugin: Plugin, given: PluginCases = cases): Promise<string[]> =>
  brokenPromises((runner) => testPlugin(plugin, given, { runner }));
const other = (changes: Partial<PluginDefinition>): Plugin => definePlugin({ ...definition, ...changes });

describe('testPlugin', () => {
  it('finds nothing wrong with a sound plugin, and tries all that it brings', async () => {
    const plugin = definePlugin(definition);
    const names = testsOf((runner) => testPlugin(plugin, cases, { runner })).map(([name]) => name);
    expect(names.slice(0, 6)).toEqual(Object.values(promise));
    expect(names).toEqual(
      expect.arrayContaining([
        'weighs, masks and reduces one value a sample',
        'is found by its name in files, and another of that name is found out',
        'gives the same again, in any order',
      ]),
    );
    expect(await broken(plugin)).toEqual([]);
  });

  it('fails what one of its kits fails', async () => {
    const off = { name: 'of three', inputs: list([3]), outputs: list([8]) };
    expect(await broken(definePlugin(definition), { ...cases, functions: { 'acme>square': [off] } })).toEqual(
      ['gives the expected outputs'],
    );
  });

  it('fails a plugin that was not defined', async () => {
    expect(await broken({ ...definition })).toEqual([promise.defined]);
  });

  it('fails what has no case, and cases of what is not there', async () => {
    const { losses: _, ...fewer } = cases;
    expect(await broken(definePlugin(definition), fewer)).toEqual([promise.cases]);
    const more = { ...cases, others: { ...cases.others, 'acme>Square': [{}] } };
    expect(await broken(definePlugin(definition), more)).toEqual([promise.cases]);
  });

  it('fails lowerings that no case calls, and those that compute something else', async () => {
    const plugin = other({
      lowerings: [
        onnxLowerings({ Relu: (call) => call.graph.op('Neg', [call.input('x').name]), Elu: () => '' }),
      ],
    });
    expect(await broken(plugin)).toEqual([promise.cases]);
    const backend = (): Backend => onnx({ smallWork: false });
    const relu = { name: 'of two', inputs: [list([-1, 2])], fn: tf.relu as KernelCase['fn'] };
    expect(await broken(plugin, { ...cases, lowerings: { onnx: { backend, cases: [relu] } } })).toEqual([
      'have a case for each kernel',
      'compute as backend-cpu does: of two',
    ]);
  });

  it("fails a class that says to be Keras', unless it is said so", async () => {
    class Own extends Cubes {}
    Object.defineProperty(Own, 'className', { value: 'OwnCubes' });
    const plugin = other({ classes: { regularizers: [Own], losses: [Gap] } });
    const given = { ...cases, others: { OwnCubes: [{}] } };
    expect(await broken(plugin, given)).toEqual([promise.names]);
    expect(await broken(plugin, { ...given, kerasClasses: ['OwnCubes'] })).toEqual([]);
  });

  it('fails functions for the application that follow the order of plugins', async () => {
    const plugin = other({
      api: ({ plugins }) => (plugins[0]!.name === 'acme' ? { first: () => 1 } : { later: () => 1 }),
    });
    expect(await broken(plugin)).toEqual([promise.order]);
  });

  it('fails a plugin that requires what nobody gives', async () => {
    expect(await broken(other({ requires: ['acme-base'] }))).toEqual(
      expect.arrayContaining([promise.order, 'is in files with its options, and found by its name']),
    );
  });

  it('fails a class of another family whose config forgets an option', async () => {
    class Forgetful extends Cubes {
      override getConfig(): Config {
        return {};
      }
    }
    Object.defineProperty(Forgetful, 'className', { value: 'acme>Cubes' });
    expect(await broken(other({ classes: { regularizers: [Forgetful], losses: [Gap] } }))).toEqual([
      promise.others,
    ]);
  });
});
