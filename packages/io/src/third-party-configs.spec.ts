// What files make of the configs of other packages' classes: they come back as they were, or are refused while saving.
import { describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import { compose, input, Layer, type Config, type ConfigValue, type LayerOptions } from '@lamella/core';
import { Dense, dense, initializers, layers } from '@lamella/layers';
import { HostTensor } from '@lamella/program';
import { cpu } from '@lamella/backend-cpu';
import {
  adam,
  Functional,
  SGD,
  training,
  type Model,
  type StepBatch,
  type StepLogs,
} from '@lamella/training';
import { io } from './io.js';

interface KeeperOptions extends LayerOptions {
  readonly config?: Config;
}

/** Keeps whatever config it is given. */
class Keeper extends Layer {
  static readonly className = 'acme>Keeper';
  private readonly given: Config;
  constructor({ name, trainable, dtype, ...given }: KeeperOptions & Record<string, unknown>) {
    super({
      ...(name !== undefined && { name }),
      ...(trainable !== undefined && { trainable }),
      ...(dtype !== undefined && { dtype }),
    });
    this.given = given as Config;
  }
  override call(x: tf.Tensor): tf.Tensor {
    return tf.clone(x);
  }
  override getConfig(): Config {
    return { ...super.getConfig(), ...this.given };
  }
}

/** One with an option in the way of each rule that files have for Keras' own. */
class Lion extends SGD {
  static override readonly className = 'acme>Lion' as 'SGD';
  readonly decay: number;
  constructor({ decay, ...options }: { readonly decay: number; readonly learningRate?: number }) {
    super(options);
    this.decay = decay;
  }
  override getConfig(): Config {
    return { ...super.getConfig(), decay: this.decay };
  }
}

class WideDense extends Dense {
  static override readonly className = 'acme>WideDense' as 'Dense';
}

const acme = { name: 'acme', classes: { layers: [Keeper, WideDense], optimizers: [Lion] } };
const composed = compose({ backend: cpu(), plugins: [layers, training, io, acme] });
const endings = ['net.keras', 'net.h5', 'net.json'];

/** What of it Keras' own configs would lose, rename or refuse. */
const everything: Config = {
  grid_size: 2,
  gridSize: 3,
  FFTSize: 4,
  fn: 'name',
  autocast: true,
  inputAxes: [0],
  input_axes: [1],
  jitCompile: true,
  beta_1: 0.5,
  sparse: true,
  ragged: true,
  optional: true,
  decay: 0.25,
  synchronized: true,
  rmsScaling: 1,
  fused: true,
  implementation: 2,
  input_length: 5,
  nb_filter: 6,
  layers: [1, 2],
  activation: 'hard_sigmoid',
  arguments: { aB: null, c_d: [true, 'x'], reduction: 'auto' },
  record: { class_name: 'no envelope', type: 'ndarray', value: [1] },
  kernel_initializer: initializers.glorotUniform({ seed: 7 }),
};

function netOf(config: Config): Model {
  const x = input({ shape: [2], name: 'x' });
  return composed.model({ inputs: x, outputs: new Keeper({ name: 'keeper', ...config }).apply(x) });
}

describe('the config of a class of another package', () => {
  it.each(endings)('comes back from %s as it was', async (name) => {
    const again = await composed.loadModel(await composed.encodeModel(netOf(everything), name));
    const { kernel_initializer: made, ...found } = again.getLayer('keeper').getConfig();
    const { kernel_initializer: drawn, ...wanted } = everything;
    expect(found).toEqual({ ...wanted, name: 'keeper', trainable: true, dtype: 'float32' });
    expect((made as unknown as Layer).getConfig()).toEqual((drawn as unknown as Layer).getConfig());
  });

  it.each(endings)('comes back from %s where its class extends one of Keras', async (name) => {
    const x = input({ shape: [2], name: 'x' });
    const layer = new WideDense({ units: 3, useBias: false, name: 'wide' });
    const net = composed.model({ inputs: x, outputs: layer.apply(x) });
    const again = await composed.loadModel(await composed.encodeModel(net, name));
    expect(JSON.stringify(again.getLayer('wide').getConfig())).toBe(JSON.stringify(layer.getConfig()));
  });

  const refused: readonly { readonly title: string; readonly value: unknown; readonly message: RegExp }[] = [
    { title: 'a Map', value: new Map([['a', 1]]), message: /option "table": a Map cannot be stored/ },
    { title: 'a Set', value: new Set([1]), message: /a Set cannot be stored/ },
    { title: 'a typed array', value: new Float32Array(2), message: /a Float32Array cannot be stored/ },
    { title: 'a tensor', value: HostTensor.zeros([1]), message: /a HostTensor cannot be stored/ },
    { title: 'a function', value: () => 1, message: /a function without a registered name/ },
    { title: 'one inside', value: { a: [{ b: 1n }] }, message: /option "table", "a", "b": a bigint/ },
    {
      title: 'what would be read as an object',
      value: { class_name: 'Dense', config: {} },
      message: /a record with "class_name" and "config"/,
    },
  ];
  it.each(refused)(
    'is refused while saving for $title, by the name of its key',
    async ({ value, message }) => {
      const net = netOf({ table: value as ConfigValue });
      await expect(composed.encodeModel(net, 'net.keras')).rejects.toThrow(
        /^\[NOT_SERIALIZABLE\] .*"keeper"/,
      );
      for (const name of endings) await expect(composed.encodeModel(net, name)).rejects.toThrow(message);
    },
  );
});

describe('the optimizer of another package', () => {
  const x = { x: HostTensor.zeros([4, 2]) };

  it.each(endings)('comes back from %s with its state', async (name) => {
    const inputs = input({ shape: [2], name: 'x' });
    const net = composed.model({ inputs, outputs: new Dense({ units: 1 }).apply(inputs) });
    net.compile({ optimizer: new Lion({ decay: 0.25, learningRate: 0.5 }), loss: 'mse' });
    await net.fit(x.x, HostTensor.zeros([4, 1]), { epochs: 3, verbose: 0, batchSize: 4 });
    const again = await composed.loadModel(await composed.encodeModel(net, name));
    expect(again.optimizer).toBeInstanceOf(Lion);
    expect(again.optimizer!.getConfig()).toEqual(net.optimizer!.getConfig());
    expect(again.optimizer!.stepsTaken).toBe(3);
  });

  it.each(endings)('is missed in %s by package and name, and stops no load', async (name) => {
    const net = netOf({});
    net.compile({ optimizer: new Lion({ decay: 0.25 }), loss: 'mse' });
    const file = await composed.encodeModel(net, name);
    const Other = class extends Lion {
      static override readonly className = 'acme>Lyon' as 'SGD';
    };
    const without = compose({
      plugins: [layers, training, io, { name: 'acme', classes: { layers: [Keeper], optimizers: [Other] } }],
    });
    const said: string[] = [];
    const again = await without.loadModel(file, { warn: (message) => said.push(message) });
    expect(again.optimizer).toBeUndefined();
    expect(said.join('\n')).toMatch(
      /NOT_RESTORED[^]*optimizers: acme>Lion \(named "lion\w*"\): Known: acme>Lyon, .*Did you mean "acme>Lyon"\?[^]*\{ compile: false \}/,
    );
    const { missing } = await without.inspectFile(file);
    expect(missing.classes).toEqual([
      {
        kind: 'optimizers',
        className: 'acme>Lion',
        package: 'acme',
        names: [expect.stringMatching(/^lion/)],
      },
    ]);
  });
});

describe('a layer of another package that nobody brings', () => {
  it('that cannot be made of its config is laid at the door of its plugin', async () => {
    const file = await composed.encodeModel(netOf({ steps: 3 }), 'net.keras');
    class Other extends Keeper {
      constructor(options: Record<string, unknown>) {
        super(options);
        (options['phases'] as number[]).forEach(() => undefined);
      }
    }
    Object.defineProperty(Other, 'className', { value: 'acme>Keeper' });
    const later = compose({
      plugins: [layers, training, io, { name: 'acme-layers', classes: { layers: [Other] } }],
    });
    await expect(later.loadModel(file)).rejects.toThrow(
      /\[PLUGIN_INVALID\] Plugin "acme-layers": its class "acme>Keeper" cannot be made of the config .*"steps".*: Cannot read.*\nFix: its constructor must take/,
    );
  });

  it('may come with one call, which leaves the composition as it was', async () => {
    const file = await composed.encodeModel(netOf({ a_b: 1 }), 'net.keras');
    const without = compose({ plugins: [layers, training, io] });
    const again = await without.loadModel(file, { plugins: [acme] });
    expect(again.getLayer('keeper').getConfig()).toMatchObject({ a_b: 1 });
    expect((await without.inspectFile(file, { plugins: [acme] })).missing.classes).toEqual([]);
    expect(without.catalog.find('layers', 'acme>Keeper')).toBeUndefined();
    await expect(without.loadModel(file, { plugins: [{ ...acme, name: layers.name }] })).rejects.toThrow(
      /\[PLUGIN_INVALID\] Plugin "@lamella\/layers": two plugins have this name/,
    );
    await expect(without.loadModel(file, { plugins: acme as never })).rejects.toThrow('[OPTION_INVALID]');
  });

  it.each(endings)('is named in %s with its package and its layers', async (name) => {
    const file = await composed.encodeModel(netOf({}), name);
    const without = compose({ plugins: [layers, training, io] });
    await expect(without.loadModel(file)).rejects.toThrow(
      /\[CLASS_UNKNOWN\] "net\.\w+": it holds classes .*\n {2}layers: acme>Keeper \(layer "keeper"\): Known: .*\n.*Fix: add the plugin that brings "acme"/,
    );
    expect((await without.inspectFile(file)).missing).toEqual({
      classes: [{ kind: 'layers', className: 'acme>Keeper', package: 'acme', names: ['keeper'] }],
      functions: [],
    });
  });
});

/** A graph with a step of its own, and an optimizer for each of its layers. */
class Pair extends Functional {
  static override readonly className = 'acme>Pair';
  constructor({ name = 'pair' }: { readonly name?: string }) {
    const x = input({ shape: [2], name: 'x' });
    const y = dense({ units: 2, name: 'first' }).apply(x);
    super({ inputs: x, outputs: dense({ units: 1, name: 'second' }).apply(y), name });
  }
  override trainStep({ x }: StepBatch<tf.Tensor>): StepLogs {
    const loss = (): tf.Tensor => tf.mean(tf.square(this.call(x) as tf.Tensor));
    for (const name of ['first', 'second'])
      this.optimizers[name]!.minimize(loss(), this.getLayer(name).trainableWeights);
    return { loss: loss() };
  }
  override getConfig(): Config {
    return { name: this.name };
  }
}

describe('optimizers by name', () => {
  const composition = compose({
    backend: cpu(),
    plugins: [layers, training, io, { name: 'acme', classes: { layers: [Pair] } }],
  });

  it.each(endings)('come back from %s with the state of each', async (name) => {
    const x = [[1, 2], [3, -1]]; // prettier-ignore
    const net = new Pair({});
    net.restore({ composition, seed: 3 });
    net.compile({ optimizers: { first: adam({ learningRate: 0.02 }), second: adam() } });
    await net.fit(x, undefined, { epochs: 3, verbose: 0 });
    const again = (await composition.loadModel(
      await composition.encodeModel(net as unknown as Model, name),
    )) as Model;
    const resumed = await Promise.all(
      [net, again].map(
        async (one) => (await (one as Model).fit(x, undefined, { epochs: 2, verbose: 0 })).history['loss'],
      ),
    );
    expect(resumed[1]).toEqual(resumed[0]);
    expect(again.optimizers['second']!.iterations.current).toBe(5);
  });
});
