import { beforeEach, describe, expect, it } from '@jest/globals';
import { dense, maxPooling2D } from '@lamella/layers';
import { Functional } from '@lamella/training';
import { input } from './input.js';
import { clearNames, snakeCaseClass, uniqueName } from './names.js';

beforeEach(() => clearNames());

describe('names', () => {
  it.each([
    ['Dense', 'dense'],
    ['ReLU', 're_lu'],
    ['PReLU', 'p_re_lu'],
    ['MaxPooling2D', 'max_pooling2d'],
    ['GlobalAveragePooling2D', 'global_average_pooling2d'],
    ['LSTM', 'lstm'],
    ['InputLayer', 'input_layer'],
    ['LeakyReLU', 'leaky_re_lu'],
    ['acme>MyLayer', 'my_layer'],
  ])("of class %s begin with Keras' %s", (className, name) => {
    expect(snakeCaseClass(className)).toBe(name);
  });

  it('are numbered from the second on', () => {
    expect([uniqueName('dense'), uniqueName('dense'), uniqueName('dense')]).toEqual([
      'dense',
      'dense_1',
      'dense_2',
    ]);
    expect(uniqueName('conv2d')).toBe('conv2d');
  });

  it('are given to layers, inputs and models', () => {
    const x = input({ shape: [4, 4, 1] });
    const pool = maxPooling2D();
    expect([x.name, input({ shape: [1] }).name]).toEqual(['input_layer', 'input_layer_1']);
    expect([pool.name, maxPooling2D().name]).toEqual(['max_pooling2d', 'max_pooling2d_1']);
    const models = [1, 2].map(() => new Functional({ inputs: x, outputs: pool.apply(x) }));
    expect(models.map((model) => model.name)).toEqual(['functional', 'functional_1']);
  });

  it('begin again when they are cleared', () => {
    dense({ units: 1 });
    clearNames();
    expect(dense({ units: 1 }).name).toBe('dense');
  });
});
