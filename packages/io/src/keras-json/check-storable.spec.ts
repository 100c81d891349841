// Layers of somebody's own whose config does not make them again: said when they are saved, by the option that is lost.
import { describe, expect, it, jest } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import { cpu } from '@lamella/backend-cpu';
import { compose, Layer, type Config, type LayerOptions } from '@lamella/core';
import { dense, layers } from '@lamella/layers';
import { training } from '@lamella/training';
import { io } from '../io.js';

interface PowerOptions extends LayerOptions {
  readonly power?: number;
  readonly axes?: readonly number[];
}

class Power extends Layer {
  static readonly className = 'acme>Power';
  readonly power: number;
  readonly axes: readonly number[];
  /** State of no option. */
  protected calls = 0;
  constructor(options: PowerOptions = {}) {
    super(options);
    this.power = options.power ?? 1;
    this.axes = options.axes ?? [-1];
  }
  override call(x: tf.Tensor): tf.Tensor {
    this.calls++;
    return tf.pow(x, this.power);
  }
  override getConfig(): Config {
    return { ...super.getConfig(), power: this.power, axes: this.axes };
  }
}

function saving(
  made: typeof Power,
  options: PowerOptions,
): { readonly save: () => Promise<unknown>; readonly compile: () => void } {
  const plugin = { name: 'acme', classes: { layers: [made] } };
  const known = compose({ backend: cpu(), plugins: [layers, training, io, plugin] });
  const net = known.sequential([new made(options)], { inputShape: [3] });
  return {
    save: () => known.encodeModel(net, 'net.keras'),
    compile: () => net.compile({ optimizer: 'sgd', loss: 'mean_squared_error' }),
  };
}

/** The class, with another config. */
function configured(configOf: (config: Config) => Config): typeof Power {
  return class Forgetful extends Power {
    static override readonly className = 'acme>Power';
    override getConfig(): Config {
      return configOf(super.getConfig());
    }
  };
}

describe("a layer of somebody's own with the name of an operation of Keras", () => {
  it.each(['net.keras', 'net.h5', 'net.json'])('comes back from %s', async (name) => {
    const plugin = { name: 'acme', classes: { layers: [Power] } };
    const known = compose({ backend: cpu(), plugins: [layers, training, io, plugin] });
    const net = known.sequential([new Power({ power: 3 })], { inputShape: [1] });
    const again = await known.loadModel(await known.encodeModel(net, name));
    expect((await again.predict([[2]])).array()).toEqual([[8]]);
    expect(again.sublayers.at(-1)).toBeInstanceOf(Power);
  });
});

describe('a layer whose config does not make it again', () => {
  it.each([
    {
      name: 'forgets a number',
      made: configured(({ power: _, ...rest }) => rest),
      says: '"power" is 3, and would come back as 1',
    },
    {
      name: 'forgets a list',
      made: configured(({ axes: _, ...rest }) => rest),
      says: '"axes" is [0,1], and would come back as [-1]',
    },
    {
      name: 'says another one',
      made: configured((rest) => ({ ...rest, power: 4 })),
      says: '"power" is 3, and would come back as 4',
    },
    {
      name: 'gives no name',
      made: configured(({ name: _, ...rest }) => rest),
      says: 'it gives the name undefined',
    },
  ])('is refused when it is saved, and said when it is compiled: it $name', async ({ made, says }) => {
    const { save, compile } = saving(made, { power: 3, axes: [0, 1], name: 'cube' });
    await expect(save()).rejects.toMatchObject({ code: 'NOT_SERIALIZABLE' });
    await expect(save()).rejects.toThrow(
      `Power "cube": Forgetful takes options that its getConfig() does not give`,
    );
    await expect(save()).rejects.toThrow(says);
    const warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    compile();
    expect(warn.mock.calls.flat().join()).toContain(says);
    warn.mockRestore();
  });

  it('is refused where its options are none by default and it has no getConfig() of its own', async () => {
    class Steep extends Layer {
      static readonly className = 'acme>Steep';
      readonly steepness: number | undefined;
      constructor(options: LayerOptions & { readonly steepness?: number } = {}) {
        super(options);
        this.steepness = options.steepness;
      }
      override call(x: tf.Tensor): tf.Tensor {
        return tf.mul(x, this.steepness ?? 1);
      }
    }
    const plugin = { name: 'acme', classes: { layers: [Steep] } };
    const known = compose({ backend: cpu(), plugins: [layers, training, io, plugin] });
    const save = (options: { readonly steepness?: number }): Promise<unknown> =>
      known.encodeModel(
        known.sequential([new Steep({ ...options, name: 'mine' })], { inputShape: [1] }),
        'net.keras',
      );
    await expect(save({ steepness: 2 })).rejects.toThrow(
      /\[NOT_SERIALIZABLE\] Steep "mine": Steep takes options that its getConfig\(\) does not give.*"steepness" is 2, and would come back as undefined/,
    );
    await expect(save({})).resolves.toMatchObject({ name: 'net.keras' });
  });

  it('is none of those that keep state in fields, and takes no automatic names', async () => {
    const { save } = saving(Power, { power: 3 });
    await expect(save()).resolves.toMatchObject({ name: 'net.keras' });
    const [first, , second] = [dense({ units: 1 }).name, await save(), dense({ units: 1 }).name];
    expect(Number(second!.split('_')[1] ?? 0) - Number((first as string).split('_')[1] ?? 0)).toBe(1);
  });
});
