import { describe, expect, it, jest } from '@jest/globals';
import type { Dense } from '@lamella/layers';
import { composed } from '../keras-fixtures.spec.js';
import { archive, load, withHidden, type Json } from '../refusals.spec.js';

/** As Keras 3.15.1 writes them where an initializer was given an array, or a generator of seeds. */
const rows = { class_name: '__numpy__', config: { value: [[1], [2], [3], [4]], dtype: 'float64' } };
const seeds = {
  module: 'keras.random',
  class_name: 'SeedGenerator',
  config: { seed: 1337, name: 'seed_generator' },
  registered_name: null,
};

const initializer = (name: string, config: Json): Json => ({
  module: 'keras.initializers',
  class_name: name,
  config,
  registered_name: null,
});

describe('options of objects in files', () => {
  it('that a class does not know are refused by name, unless they are off', async () => {
    const withOption = (value: unknown): Uint8Array =>
      withHidden((layer) => ((layer['config'] as Record<string, unknown>)['future_option'] = value));
    await expect(load(withOption(3), 'net.keras')).rejects.toThrow(
      '[FILE_INVALID] "net.keras": Dense "hidden" knows no option future_option, which is 3 there.',
    );
    for (const value of [null, false]) await load(withOption(value), 'net.keras');
  });

  it('that a metric does not know leave the metric out, and the model loads', async () => {
    const metric = {
      module: 'keras.metrics',
      class_name: 'SparseTopKCategoricalAccuracy',
      config: { name: 'top', dtype: 'float32', k: 1, future_option: true },
      registered_name: null,
    };
    const bytes = archive((config) => ({
      ...config,
      compile_config: { ...(config['compile_config'] as Json), metrics: [metric] },
    }));
    const warn = jest.fn<(message: string) => void>();
    const model = await load(bytes, 'net.keras', { warn });
    expect(model.compiled).toBeDefined();
    expect(warn.mock.calls.join()).toMatch(
      /it is compiled without its metrics\. .*Metric "top" knows no option future_option, which is true there/,
    );
  });

  it('are arrays and generators of seeds, too, and stay', async () => {
    const bytes = withHidden((layer) => {
      const config = layer['config'] as Record<string, Json>;
      config['kernel_initializer'] = initializer('Constant', { value: rows });
      config['bias_initializer'] = initializer('RandomNormal', { mean: 0, stddev: 1, seed: seeds });
    });
    const model = await load(bytes, 'net.keras');
    const again = await composed().loadModel(await composed().encodeModel(model, 'net.json'));
    for (const { layers } of [model, again]) {
      const { kernelInitializer, biasInitializer } = (layers[1] as Dense).getConfig();
      expect(kernelInitializer).toMatchObject({ value: [[1], [2], [3], [4]] });
      expect(biasInitializer).toMatchObject({ seed: 1337 });
    }
  });
});
