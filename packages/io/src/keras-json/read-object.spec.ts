import { describe, expect, it } from '@jest/globals';
import type { Dense } from '@lamella/layers';
import { composed } from '../keras-fixtures.spec.js';
import { load, withHidden, type Json } from '../refusals.spec.js';

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
