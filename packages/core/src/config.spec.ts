import { describe, expect, it } from '@jest/globals';
import { Dense, dense, initializers } from '@lamella/layers';
import { camelCase, fromConfig, isSerializable, snakeCase } from './config.js';

describe('config', () => {
  it.each([
    ['units', 'units'],
    ['use_bias', 'useBias'],
    ['kernel_initializer', 'kernelInitializer'],
    ['pool_size', 'poolSize'],
    ['beta_initializer', 'betaInitializer'],
    ['l1', 'l1'],
    ['recurrent_activation', 'recurrentActivation'],
    ['_private', '_private'],
  ])("turns Keras' %s into %s and back", (keras, ours) => {
    expect(camelCase(keras)).toBe(ours);
    expect(snakeCase(ours)).toBe(keras);
  });

  it('makes an object again from its class and its config', () => {
    const layer = dense({ units: 3, useBias: false, activation: 'relu', name: 'head' });
    const again = fromConfig(Dense as never, layer.getConfig()) as Dense;
    expect(again).not.toBe(layer);
    expect(again.name).toBe('head');
    expect(again.getConfig()).toMatchObject({ units: 3, useBias: false, activation: 'relu' });
  });

  it("uses the class's own fromConfig where it has one", () => {
    class Doubled {
      static readonly className = 'acme>Doubled';
      static fromConfig(config: { readonly half?: unknown }): Doubled {
        return new Doubled({ value: 2 * (config.half as number) });
      }
      readonly kind = 'initializers';
      readonly className = 'acme>Doubled';
      constructor(readonly options: { value: number }) {}
      getConfig(): { half: number } {
        return { half: this.options.value / 2 };
      }
    }
    expect(fromConfig(Doubled, { half: 2 }).options.value).toBe(4);
  });

  it('knows what can be stored', () => {
    expect(isSerializable(dense({ units: 1 }))).toBe(true);
    expect(isSerializable(initializers.zeros())).toBe(true);
    expect([null, 'Dense', { kind: 'layers' }, () => 1].map(isSerializable)).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });
});
