import { describe, expect, it } from '@jest/globals';
import { compose, type Layer, snakeCaseClass } from '@lamella/core';
import * as published from './index.js';
import * as layerClasses from './layer-classes.js';
import { layers } from './layers.js';

/** Each class, and the function that makes it. */
const factories: Readonly<Record<string, string>> = {
  Activation: 'activation',
  Add: 'add',
  Average: 'average',
  AveragePooling2D: 'averagePooling2D',
  BatchNormalization: 'batchNormalization',
  Concatenate: 'concatenate',
  Conv2D: 'conv2D',
  Dense: 'dense',
  Dot: 'dot',
  Dropout: 'dropout',
  ELU: 'elu',
  Embedding: 'embedding',
  Flatten: 'flatten',
  GaussianNoise: 'gaussianNoise',
  GlobalAveragePooling2D: 'globalAveragePooling2D',
  GlobalMaxPooling2D: 'globalMaxPooling2D',
  LayerNormalization: 'layerNormalization',
  LeakyReLU: 'leakyReLU',
  MaxPooling2D: 'maxPooling2D',
  Maximum: 'maximum',
  Minimum: 'minimum',
  Multiply: 'multiply',
  PReLU: 'pReLU',
  Permute: 'permute',
  ReLU: 'reLU',
  RepeatVector: 'repeatVector',
  Rescaling: 'rescaling',
  Reshape: 'reshape',
  Softmax: 'softmax',
  Subtract: 'subtract',
};

describe('the layers', () => {
  it('are published with their functions, and little else', () => {
    const others = ['InputLayer', 'activations', 'constraints', 'initializers', 'layers', 'regularizers'];
    const expected = [...Object.keys(factories), ...Object.values(factories), ...others];
    expect(Object.keys(published).sort()).toEqual(expected.sort());
  });

  it('are all in the plugin, by the names that files use', () => {
    const { catalog } = compose({ plugins: [layers] });
    for (const name of [...Object.keys(factories), 'InputLayer'])
      expect([name, catalog.find('layers', name)]).toEqual([name, layerClasses[name as 'Dense']]);
    expect(catalog.names('layers')).toHaveLength(Object.keys(factories).length + 1);
    expect(catalog.names('initializers')).toHaveLength(15);
    expect(catalog.names('regularizers')).toHaveLength(4);
    expect(catalog.names('constraints')).toHaveLength(4);
  });

  it('are named in snake_case and numbered when they are given no name', () => {
    const [first, second] = [published.leakyReLU(), published.leakyReLU()];
    expect(first.name).toMatch(/^leaky_re_lu(_\d+)?$/);
    expect(second.name).not.toBe(first.name);
    expect(snakeCaseClass('MaxPooling2D')).toBe('max_pooling2d');
    expect(published.dense({ units: 1, name: 'mine' }).name).toBe('mine');
  });

  it('take what options every layer takes', () => {
    const minimal: Readonly<Record<string, object>> = {
      activation: { activation: 'relu' },
      conv2D: { filters: 1, kernelSize: 1 },
      dense: { units: 1 },
      dot: { axes: 1 },
      dropout: { rate: 0.5 },
      embedding: { inputDim: 1, outputDim: 1 },
      gaussianNoise: { stddev: 1 },
      permute: { dims: [1] },
      repeatVector: { n: 1 },
      rescaling: { scale: 1 },
      reshape: { targetShape: [1] },
    };
    const makers = published as unknown as Readonly<Record<string, (options: object) => Layer>>;
    for (const factory of Object.values(factories)) {
      const options = { ...minimal[factory], name: 'mine', dtype: 'float32' };
      expect(makers[factory]!({ ...options, trainable: false })).toMatchObject({
        name: 'mine',
        trainable: false,
      });
      expect(() => makers[factory]!({ ...options, dtype: 'mixed_float16' })).toThrow(/"mixed_float16"/);
      expect(() => makers[factory]!({ ...options, name: 'a/b' })).toThrow(/^\[NAME_INVALID\]/);
    }
  });
});
