// Models with a call of their own in files, alone and inside graphs, and what is said of those that cannot come back.
import { beforeEach, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import { cpu } from '@lamella/backend-cpu';
import { clearNames, compose, input, Layer, type Config, type LayerOptions } from '@lamella/core';
import { dense, embedding, layers, ReLU } from '@lamella/layers';
import { unzip, writeZip } from '@lamella/files';
import { HostTensor } from '@lamella/program';
import {
  adam,
  Model,
  multiOptimizer,
  optimizerMap,
  sgd,
  training,
  type ModelOptions,
  type StepBatch,
  type StepLogs,
} from '@lamella/training';
import { io } from './io.js';

interface TaggerOptions extends ModelOptions {
  readonly units: number;
}

/** Looks words up, and gives a number for each and for the whole. */
class Tagger extends Model {
  static readonly className = 'acme>Tagger';
  readonly units: number;
  private readonly table: ReturnType<typeof embedding>;
  private readonly head: ReturnType<typeof dense>;

  constructor(options: TaggerOptions) {
    super(options);
    this.units = options.units;
    this.table = this.addLayer('table', embedding({ inputDim: 9, outputDim: this.units }));
    this.head = this.addLayer('head', dense({ units: 1 }));
  }

  override call({ words }: { readonly words: tf.Tensor }): {
    readonly each: tf.Tensor;
    readonly all: tf.Tensor;
  } {
    const each = this.head.apply(this.table.apply(words));
    return { each, all: tf.mean(each, 1) };
  }

  override getConfig(): Config {
    return { ...super.getConfig(), units: this.units };
  }
}

/** Two weights that run after each other, each by an optimizer of its own. */
class Chase extends Model {
  static readonly className = 'acme>Chase';
  private readonly hare = this.addLayer('hare', dense({ units: 1, name: 'hare' }));
  private readonly hound = this.addLayer('hound', dense({ units: 1, name: 'hound' }));

  override call(x: tf.Tensor): tf.Tensor {
    return tf.sub(this.hare.apply(x), this.hound.apply(x));
  }

  override trainStep({ x }: StepBatch<tf.Tensor>): StepLogs {
    const distance = (): tf.Tensor => tf.mean(tf.square(this.call(x)));
    this.optimizers['hare']!.minimize(tf.neg(distance()), this.hare.trainableWeights);
    const loss = distance();
    this.optimizers['hound']!.minimize(loss, this.hound.trainableWeights);
    return { loss };
  }
}

const acme = { name: 'acme', classes: { layers: [Tagger, Chase] } };
const composed = () => compose({ backend: cpu(), plugins: [layers, training, io, acme] });
const words = new HostTensor(Int32Array.of(1, 2, 3, 8, 0, 4), [2, 3], 'int32');
const targets = { each: HostTensor.zeros([2, 3, 1]), all: HostTensor.zeros([2, 1]) };

beforeEach(() => clearNames());

describe('a model with a call of its own', () => {
  it('comes back from .keras with its weights, its losses, its optimizer and its seed, and trains on', async () => {
    const net = new Tagger({ units: 2, backend: cpu(), seed: 5 });
    net.compile({ optimizer: adam({ learningRate: 0.1 }), loss: { each: 'mse', all: 'mae' } });
    await net.fit({ words }, targets, { epochs: 2, verbose: 0 });
    const file = await composed().encodeModel(net, 'tagger.keras');
    const again = (await composed().loadModel(file)) as Model as Tagger;
    expect(again).toBeInstanceOf(Tagger);
    expect([again.units, again.seed]).toEqual([2, 5]);
    const [expected, found] = [await net.predict({ words }), await again.predict({ words })];
    expect([found.each.data, found.all.data]).toEqual([expected.each.data, expected.all.data]);
    const resumed = await Promise.all(
      [net, again].map(async (one) => (await one.fit({ words }, targets, { verbose: 0 })).history['loss']),
    );
    expect(resumed[1]).toEqual(resumed[0]);
  });

  it.each(['after steps', 'before its first step'])(
    'comes back with the state of optimizers by name, saved %s',
    async (when) => {
      const x = [[1, 2], [3, -1]]; // prettier-ignore
      const net = new Chase({ backend: cpu(), seed: 5 });
      net.build([null, 2]);
      const rates = { hare: adam({ learningRate: 0.02 }), hound: adam({ learningRate: 0.1 }) };
      net.compile({ optimizers: rates });
      rates.hound.learningRate = 0.2;
      if (when === 'after steps') await net.fit(x, undefined, { epochs: 3, verbose: 0 });
      const file = await composed().encodeModel(net, 'chase.keras');
      const again = (await composed().loadModel(file)) as Model as Chase;
      expect(Object.keys(again.optimizers)).toEqual(['hare', 'hound']);
      const resumed = await Promise.all(
        [net, again].map(
          async (one) => (await one.fit(x, undefined, { epochs: 3, verbose: 0 })).history['loss'],
        ),
      );
      expect(resumed[1]).toEqual(resumed[0]);
      expect(again.optimizers['hound']!.iterations.current).toBe(when === 'after steps' ? 6 : 3);
      expect(again.optimizers['hound']!.learningRate).toBeCloseTo(0.2, 6);
    },
  );

  it('comes back with an optimizer for each weight, and its state', async () => {
    const net = new Tagger({ units: 2, backend: cpu(), seed: 5 });
    const map = optimizerMap({
      defaultOptimizer: adam({ learningRate: 0.1 }),
      optimizerMap: { '.*bias': sgd({ learningRate: 0.5, momentum: 0.5 }) },
    });
    net.compile({ optimizer: multiOptimizer({ optimizerMap: map }), loss: { each: 'mse', all: 'mae' } });
    await net.fit({ words }, targets, { epochs: 2, verbose: 0 });
    const again = (await composed().loadModel(await composed().encodeModel(net, 'tagger.keras'))) as Model;
    expect(again.optimizer!.getConfig()['optimizerMap']).toMatchObject({ className: 'OptimizerMap' });
    const resumed = await Promise.all(
      [net as Model, again].map(
        async (one) => (await one.fit({ words }, targets, { verbose: 0 })).history['loss'],
      ),
    );
    expect(resumed[1]).toEqual(resumed[0]);
  });

  it('keeps its weights under the names of its attributes, as Keras does, and in every format of weights', async () => {
    const net = new Tagger({ units: 2, backend: cpu() });
    net.buildFor({ words: { shape: [null, 3], dtype: 'int32' } });
    for (const name of ['w.weights.h5', 'w.safetensors', 'w.weights.json']) {
      const { encodeWeights, loadWeights } = composed();
      const other = new Tagger({ units: 2, backend: cpu() });
      other.buildFor({ words: { shape: [null, 3], dtype: 'int32' } });
      await loadWeights(other, await encodeWeights(net, name));
      expect((await other.predict({ words })).all.data).toEqual((await net.predict({ words })).all.data);
    }
  });

  it('is nested in a graph, and comes back with it', async () => {
    const { model, encodeModel, loadModel } = composed();
    const x = input({ shape: [3], dtype: 'int32', name: 'x' });
    const { all } = new Tagger({ units: 2, name: 'tagger' }).apply({ words: x });
    const net = model({ inputs: x, outputs: dense({ units: 1 }).apply(all) });
    for (const name of ['net.keras', 'net.h5', 'net.json']) {
      const again = await loadModel(await encodeModel(net, name));
      expect((await again.predict(words)).data).toEqual((await net.predict(words)).data);
    }
  });

  it('has no place in formats of graphs, and says so', async () => {
    const net = new Tagger({ units: 2, name: 'tagger' });
    net.buildFor({ words: { shape: [null, 3], dtype: 'int32' } });
    for (const name of ['net.h5', 'net.json'])
      await expect(composed().encodeModel(net, name)).rejects.toThrow(
        new RegExp(`NOT_SERIALIZABLE\\] Tagger "tagger": "${name}" holds graphs of layers`),
      );
  });

  it.each<[string, object]>([
    ['a shape that is none', { build_config: { input_shape: 'x' } }],
    ['dtypes that are none', { lamella: { input_dtypes: { words: 'int33' } } }],
    ['dtypes nested otherwise', { lamella: { input_dtypes: ['int32'] } }],
  ])('is refused with %s', async (_, change) => {
    const net = new Tagger({ units: 2 });
    net.buildFor({ words: { shape: [null, 3], dtype: 'int32' } });
    const { encodeModel, loadModel } = composed();
    const { bytes } = await encodeModel(net, 'net.keras');
    const members = unzip(bytes, 'net.keras');
    const config = JSON.parse(new TextDecoder().decode(members.get('config.json')!)) as object;
    const changed = new TextEncoder().encode(JSON.stringify({ ...config, ...change }));
    const zip = writeZip(Object.fromEntries([...members, ['config.json', changed]]));
    await expect(loadModel({ name: 'net.keras', bytes: zip })).rejects.toThrow('[FILE_INVALID]');
  });
});

describe('a layer that could not come back', () => {
  class Nameless extends Model {
    override call(x: tf.Tensor): tf.Tensor {
      return tf.neg(x);
    }
  }
  class Shadow extends ReLU {}
  class Foreign extends Layer {
    static readonly className = 'acme>Foreign';
    override call(x: tf.Tensor): tf.Tensor {
      return x;
    }
  }
  class Forgetful extends Layer {
    static readonly className = 'acme>Forgetful';
    readonly units: number;
    constructor(options: LayerOptions & { readonly units: number }) {
      super(options);
      this.units = options.units;
      this.addLayer('inner', dense({ units: options.units }));
    }
    override call(x: tf.Tensor): tf.Tensor {
      return x;
    }
  }
  const known = () =>
    compose({
      backend: cpu(),
      plugins: [layers, training, io, { name: 'acme', classes: { layers: [Forgetful] } }],
    });
  const around = (layer: Layer): Promise<unknown> => {
    const x = input({ shape: [2], name: 'x' });
    const net = known().model({ inputs: x, outputs: layer.apply(x) as typeof x, name: 'net' });
    return known().encodeModel(net, 'net.keras');
  };

  it('is named when it is saved, with what is missing', async () => {
    await expect(around(new Nameless({ name: 'mine' }))).rejects.toThrow(
      /\[NOT_SERIALIZABLE\] .*"mine": its class Nameless has no className of its own\.[\s\S]*static readonly className = 'package>Nameless'/,
    );
    await expect(around(new Shadow({ name: 'shadow' }))).rejects.toThrow(
      /"shadow": its class Shadow has no className of its own/,
    );
    await expect(around(new Foreign({ name: 'foreign' }))).rejects.toThrow(
      /"foreign": no plugin of this composition brings its class "acme>Foreign"\.[\s\S]*classes: \{ layers: \[Foreign\] \}/,
    );
    await expect(around(new Forgetful({ name: 'forgetful', units: 3 }))).rejects.toThrow(
      /"forgetful": Forgetful takes options that its getConfig\(\) does not give[\s\S]*override getConfig\(\) in Forgetful/,
    );
  });

  it('is named where it is the model itself', async () => {
    const net = new Nameless({ name: 'mine', backend: cpu() });
    await net.predict([[1]]);
    await expect(known().encodeModel(net, 'net.keras')).rejects.toThrow('[NOT_SERIALIZABLE]');
  });
});
