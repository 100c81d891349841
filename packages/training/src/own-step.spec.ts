// Steps of a model's own: several models and optimizers, losses that layers add, and single batches.
import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import { cpu } from '@lamella/backend-cpu';
import { onnx } from '@lamella/backend-onnx';
import { clearNames, input, Layer, type Backend, type CallContext, type SymbolicTensor } from '@lamella/core';
import { dense } from '@lamella/layers';
import { gradients, random, type HostTensor } from '@lamella/program';
import { expectNear, hostTensor, kerasFixture, type StoredTensor } from '../spec-support/keras-fixture.js';
import { ProgressBar } from './callbacks/progress-bar.js';
import { earlyStopping } from './callbacks/early-stopping.js';
import { exponentialDecay } from './optimizers/schedules/index.js';
import { Functional, type FunctionalOptions } from './functional.js';
import { binaryCrossentropy } from './losses/index.js';
import { mean } from './metrics/index.js';
import { Model, type ModelOptions } from './model.js';
import { adam, sgd } from './optimizers/index.js';
import { Sequential } from './sequential.js';
import { model } from './training.js';
import type { PredictedBatch, StepBatch, StepLogs } from './trainable-model.js';

interface Ran {
  readonly weights: readonly StoredTensor[];
  readonly steps: readonly ({
    readonly logs: Readonly<Record<string, number>>;
    readonly weights: readonly (readonly number[])[];
  } & Readonly<Record<'real' | 'first' | 'second' | 'x' | 'noise', StoredTensor>>)[];
  readonly optimizer_variables: readonly (readonly number[])[];
}
const fixture = kerasFixture<{ readonly gan: Ran; readonly vae: Ran }>('training/own_steps');
const backends: Readonly<Record<string, () => Backend>> = { cpu, onnx };

const net = (name: string, units: number, names: readonly [string, string]): Sequential =>
  new Sequential({
    name,
    layers: [
      input({ shape: [2] }),
      dense({ units: 3, activation: 'tanh', name: names[0] }),
      dense({ units, name: names[1] }),
    ],
  });

type Noisy = { readonly real: tf.Tensor; readonly first: tf.Tensor; readonly second: tf.Tensor };

/** A generator that learns to deceive a discriminator, which learns to find it out. */
class GAN extends Model<tf.Tensor, tf.Tensor> {
  static readonly className = 'acme>GAN';
  readonly discriminator = this.addLayer('discriminator', net('discriminator', 1, ['look', 'verdict']));
  readonly generator = this.addLayer('generator', net('generator', 2, ['think', 'place']));
  readonly losses = { d: mean({ name: 'd_loss' }), g: mean({ name: 'g_loss' }) };
  readonly crossentropy = binaryCrossentropy({ fromLogits: true });
  captures = 0;

  override call(noise: tf.Tensor): tf.Tensor {
    return this.generator.apply(noise);
  }

  override trainStep({ x: { real, first, second } }: StepBatch<Noisy>): StepLogs {
    this.captures++;
    const { discriminator, generator, losses } = this;
    const size = real.shape[0]!;
    const labels = tf.concat([tf.ones([size, 1]), tf.zeros([size, 1])]);
    const verdict = discriminator.apply(tf.concat([generator.apply(first), real]));
    const dLoss = this.crossentropy.evaluate(labels, verdict);
    this.optimizers['discriminator']!.minimize(dLoss, discriminator.trainableWeights);

    const weights = generator.trainableWeights;
    const deceived = discriminator.apply(generator.apply(second));
    const gLoss = this.crossentropy.evaluate(tf.zeros([size, 1]), deceived);
    const found = gradients(
      gLoss,
      weights.map((weight) => weight.read()),
    );
    this.optimizers['generator']!.apply(weights.map((weight, i) => ({ weight, gradient: found[i]! })));
    losses.d.updateValues(dLoss);
    losses.g.updateValues(gLoss);
    return { d_loss: losses.d.result(), g_loss: losses.g.result() };
  }
}

const gan = (backend: Backend): GAN => {
  const made = new GAN({ backend, seed: 1 });
  const generator = sgd({ learningRate: 0.1, momentum: 0.5 });
  made.compile({ optimizers: { discriminator: adam({ learningRate: 0.05 }), generator } });
  return made;
};
const noisy = (step: Ran['steps'][number]): Record<'real' | 'first' | 'second', HostTensor> => ({
  real: hostTensor(step.real),
  first: hostTensor(step.first),
  second: hostTensor(step.second),
});

/** mean + exp(log variance / 2) * noise; adds the divergence from the normal distribution to the loss. */
class Sampling extends Layer {
  static readonly className = 'acme>Sampling';
  override call(
    [average, logVariance, noise]: readonly [tf.Tensor, tf.Tensor, tf.Tensor],
    context: CallContext,
  ): tf.Tensor {
    const rest = tf.sub(tf.sub(tf.add(logVariance, 1), tf.square(average)), tf.exp(logVariance));
    context.addLoss(tf.mean(tf.sum(tf.mul(rest, -0.5), 1)));
    return tf.add(average, tf.mul(tf.exp(tf.mul(logVariance, 0.5)), noise));
  }
}

function vaeGraph(): Pick<FunctionalOptions, 'inputs' | 'outputs'> {
  const [x, noise] = [input({ shape: [3], name: 'x' }), input({ shape: [2], name: 'noise' })];
  const h = dense({ units: 4, activation: 'tanh', name: 'encode' }).apply(x);
  const z = new Sampling({ name: 'sampling' }).apply([
    dense({ units: 2, name: 'mean' }).apply(h),
    dense({ units: 2, name: 'log_variance' }).apply(h),
    noise,
  ]) as SymbolicTensor;
  return { inputs: [x, noise], outputs: dense({ units: 3, name: 'decode' }).apply(z) };
}

/** A VAE whose step says what of its loss is what. */
class VAE extends Functional<tf.Tensor[], tf.Tensor> {
  static override readonly className: string = 'acme>VAE';
  readonly parts = { loss: mean({ name: 'loss' }), reconstruction: mean({ name: 'reconstruction' }) };

  override trainStep({ x }: StepBatch<tf.Tensor[]>): StepLogs {
    const yPred = this.apply(x);
    const reconstruction = tf.mean(tf.squaredDifference(yPred, x[0]!));
    const loss = tf.add(
      reconstruction,
      this.computeLoss({ x, y: undefined, yPred, sampleWeight: undefined }),
    );
    this.optimizer!.minimize(loss, this.trainableWeights);
    this.parts.loss.updateValues(loss);
    this.parts.reconstruction.updateValues(reconstruction);
    return { loss: this.parts.loss.result(), reconstruction: this.parts.reconstruction.result() };
  }
}

const setWeights = (layer: Layer, { weights }: Ran): void => layer.setWeights(weights.map(hostTensor));
async function compareWeights(layer: Layer, expected: readonly (readonly number[])[]): Promise<void> {
  for (const [i, weight] of layer.weights.entries())
    expectNear((await weight.values()).data, expected[i]!, weight.name);
}

beforeEach(() => clearNames());

describe.each(Object.keys(backends))('a step of one’s own, on %s', (name) => {
  const backend = backends[name]!();

  it('trains a GAN, two models by two optimizers, as Keras does', async () => {
    const made = gan(backend);
    made.build([null, 2]);
    setWeights(made, fixture.gan);
    for (const { logs, weights, ...step } of fixture.gan.steps) {
      const { history } = await made.fit(noisy(step as Ran['steps'][number]), undefined, {
        batchSize: 4,
        shuffle: false,
        verbose: 0,
      });
      for (const label of ['d_loss', 'g_loss']) expectNear(history[label] as number[], [logs[label]!], label);
      await compareWeights(made, weights);
    }
    const { discriminator, generator } = made.optimizers;
    const variables = [...discriminator!.variables, ...generator!.variables];
    for (const [i, variable] of variables.entries())
      expectNear((await variable.values()).data, fixture.gan.optimizer_variables[i]!, variable.name);
    expect(discriminator!.iterations.current).toBe(10);
    expect(made.captures).toBe(1);
    expect((await made.predict([[1, 2]])).shape).toEqual([1, 2]);
  });

  it('may add up what layers add to the loss', async () => {
    const made = new VAE({ ...vaeGraph(), backend, name: 'vae' });
    made.compile({ optimizer: adam({ learningRate: 0.05 }) });
    setWeights(made, fixture.vae);
    for (const step of fixture.vae.steps.slice(0, 3)) {
      const logs = await made.trainOnBatch([hostTensor(step.x), hostTensor(step.noise)]);
      made.resetMetrics();
      expectNear([logs['loss']!], [step.logs['loss']!], 'loss');
      expect(logs['reconstruction']).toBeLessThan(logs['loss']!);
      await compareWeights(made, step.weights);
    }
  });

  it('is the step of every model: one with an added loss takes Keras’ steps batch by batch', async () => {
    const made = model({ ...vaeGraph(), backend, name: 'vae' });
    made.compile({ optimizer: adam({ learningRate: 0.05 }), loss: 'mse' });
    setWeights(made, fixture.vae);
    for (const step of fixture.vae.steps) {
      const x = hostTensor(step.x);
      made.resetMetrics();
      const logs = await made.trainOnBatch([x, hostTensor(step.noise)], x);
      expectNear([logs['loss']!], [step.logs['loss']!], 'loss');
      await compareWeights(made, step.weights);
    }
  });
});

/** One weight that learns to be what it is given, by a step that subclasses write. */
class Single extends Model<tf.Tensor, tf.Tensor> {
  static readonly className: string = 'acme>Single';
  readonly inner = this.addLayer(
    'inner',
    dense({ units: 1, useBias: false, kernelInitializer: 'zeros', name: 'inner' }),
  );
  constructor(options: ModelOptions = {}) {
    super({ backend: cpu(), name: 'single', seed: 1, ...options });
  }
  override call(x: tf.Tensor): tf.Tensor {
    return this.inner.apply(x);
  }
}
const kernelOf = async (single: Single): Promise<number> => (await single.weights[0]!.values()).data[0]!;

describe('a step', () => {
  it('may change the data and leave the rest to the step of all models', async () => {
    class Doubling extends Single {
      override trainStep({ x, ...rest }: StepBatch): StepLogs {
        return super.trainStep({ ...rest, x: tf.mul(x as tf.Tensor, 2) });
      }
    }
    const made = new Doubling();
    made.compile({ optimizer: sgd({ learningRate: 0.5 }), loss: 'mse', metrics: ['mae'] });
    // Its gradient is -2 * 2x * y = -4: half of that is the step.
    const { history } = await made.fit([1], [1], { verbose: 0 });
    expect([history['loss'], history['mae'], await kernelOf(made)]).toEqual([[1], [1], 2]);
    expect(await made.evaluate([1], [1])).toEqual({ loss: 1, mae: 1 });
  });

  it('may be that of all models with another loss', async () => {
    class Penalized extends Single {
      override computeLoss(batch: PredictedBatch): tf.Tensor {
        return tf.add(super.computeLoss(batch), tf.mul(tf.sum(this.inner.weights[0]!.read()), -3));
      }
    }
    const made = new Penalized();
    made.compile({ optimizer: sgd({ learningRate: 1 }), loss: 'mse' });
    expect(await made.trainOnBatch([1], [1])).toEqual({ loss: 1 });
    expect(await kernelOf(made)).toBe(5);
    expect(await made.evaluate([0], [0])).toEqual({ loss: -15 });
  });

  it('counts the steps of an optimizer that it applies twice, and draws other numbers each time', async () => {
    class Twice extends Single {
      override trainStep({ x }: StepBatch<tf.Tensor>): StepLogs {
        const { optimizer, trainableWeights } = this;
        for (let i = 0; i < 2; i++) optimizer!.minimize(tf.sum(this.apply(x)), trainableWeights);
        return { drawn: tf.sum(random.uniform([1])) };
      }
    }
    const made = new Twice();
    const learningRate = exponentialDecay({ initialLearningRate: 1, decaySteps: 2, decayRate: 0.5 });
    made.compile({ optimizer: sgd({ learningRate }) });
    made.build([null, 1]);
    const { history } = await made.fit([1], undefined, { epochs: 3, verbose: 0 });
    expect(made.optimizer!.iterations.current).toBe(6);
    expect(await kernelOf(made)).toBe(-2 * (1 + 0.5 + 0.25));
    expect(new Set(history['drawn']).size).toBe(3);
  });

  it('takes data as they come: from datasets and streams, with targets and weights nested as they like', async () => {
    class Any extends Single {
      override trainStep({ x, y, sampleWeight }: StepBatch): StepLogs {
        const { a, b } = x as { a: tf.Tensor; b: readonly [tf.Tensor] };
        const { label } = y as unknown as { label: tf.Tensor };
        const weight = (sampleWeight as unknown as { label: tf.Tensor } | undefined)?.label ?? tf.scalar(1);
        return { all: tf.sum(tf.mul(tf.addN([tf.sum(a), tf.sum(b[0]), tf.sum(label)]), tf.sum(weight))) };
      }
    }
    const made = new Any();
    made.compile();
    const tensor = (...shape: number[]): HostTensor => {
      const data = Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i);
      return hostTensor({ shape, dtype: 'float32', data });
    };
    const options = { verbose: 0 } as const;
    const x = { a: tensor(2, 1), b: [tensor(2, 2)] };
    const { history } = await made.fit(x, { label: [7, 8] }, { ...options, sampleWeight: { label: [1, 2] } });
    expect(history['all']).toEqual([(1 + 6 + 15) * 3]);
    const example = { x: { a: tensor(1), b: [tensor(2)] as const }, y: { label: tensor(3) } };
    const set = { length: 1, get: () => Promise.resolve(example) };
    expect((await made.fit(set, options)).history['all']).toEqual([1 + 3]);
    // Other sizes, and nested otherwise: captured anew.
    const wider = await made.fit({ a: [[1, 1]], b: [tensor(1, 2)] }, { label: [[2]] }, options);
    expect(wider.history['all']).toEqual([5]);
  });

  it('shows its logs in the progress bar, and callbacks know that a loss is better when smaller', async () => {
    const made = gan(cpu());
    let text = '';
    const bar = new ProgressBar({ output: { write: (part) => (text += part) }, verbose: 2 });
    const stop = earlyStopping({ monitor: 'd_loss', patience: 0, minDelta: 100 });
    const { history } = await made.fit(noisy(fixture.gan.steps[0]!), undefined, {
      epochs: 5,
      verbose: 0,
      callbacks: [bar, stop],
    });
    expect(text).toMatch(/d_loss: \d.*g_loss: \d/);
    expect(history['d_loss']).toHaveLength(2);
  });

  it('is captured as one Program for those who run it elsewhere', () => {
    const made = gan(cpu());
    const like = { shape: [2], dtype: 'float32' } as const;
    const inputs = { real: like, first: like, second: like };
    const { program, slots } = made.captureTrainingStep({ batchSize: 3, inputs });
    expect(program.inputs.filter(({ kind }) => kind === 'argument')).toHaveLength(3);
    expect(program.outputs.slice(0, 2).map(({ name }) => name)).toEqual(['d_loss', 'g_loss']);
    expect(slots).toEqual(expect.arrayContaining(made.weights));
  });
});

describe('batches one by one', () => {
  const made = (): Single => {
    const single = new Single();
    single.compile({ optimizer: sgd({ learningRate: 0 }), loss: 'mse' });
    return single;
  };

  it('add to the metrics until they are reset', async () => {
    const single = made();
    expect(await single.trainOnBatch([1], [1])).toEqual({ loss: 1 });
    expect(await single.testOnBatch([1], [3])).toEqual({ loss: 5 });
    single.resetMetrics();
    expect(await single.testOnBatch([1, 1], [3, 1], { sampleWeight: [1, 0] })).toEqual({ loss: 4.5 });
    expect(await single.trainOnBatch([1], [2], { classWeight: { 2: 0 } })).toEqual({ loss: 3 });
  });

  it('take turns', async () => {
    const single = made();
    const [first, second] = await Promise.all([single.trainOnBatch([1], [1]), single.testOnBatch([1], [3])]);
    expect([first, second]).toEqual([{ loss: 1 }, { loss: 5 }]);
  });

  it('are refused as those of fit are', async () => {
    const single = made();
    await expect(single.trainOnBatch([1])).rejects.toThrow(
      '[DATA_INVALID] Single "single": it has a loss, and trainOnBatch() was given no targets',
    );
    await expect(single.trainOnBatch([1], [1, 2])).rejects.toThrow('[DATA_LENGTH]');
    await expect(single.testOnBatch([1], [1], { steps: 3 } as object)).rejects.toThrow('[OPTION_UNKNOWN]');
    await expect(new Single().trainOnBatch([1], [1])).rejects.toThrow('[NOT_COMPILED]');
    const running = single.trainOnBatch([1], [1]);
    expect(() => single.resetMetrics()).toThrow('[MODEL_BUSY]');
    await running;
  });
});

describe('what is no step is refused', () => {
  const withStep = (step: (this: Single, batch: StepBatch<tf.Tensor>) => unknown): Single => {
    class Own extends Single {
      override trainStep(batch: StepBatch): StepLogs {
        return step.call(this, batch as StepBatch<tf.Tensor>) as StepLogs;
      }
    }
    const made = new Own();
    made.build([null, 1]);
    made.compile({ optimizer: 'sgd' });
    return made;
  };
  const strange = sgd({ name: 'strange' });

  it.each<{ readonly what: string; readonly step: Parameters<typeof withStep>[0]; readonly says: string }>([
    {
      what: 'nothing',
      step: () => undefined,
      says: '[STEP_INVALID] Single "single": expected a record of scalar tensors by name from trainStep(), got undefined',
    },
    { what: 'numbers', step: () => ({ loss: 1 }), says: '[STEP_INVALID]' },
    { what: 'a promise', step: async () => ({}), says: 'got a promise' },
    {
      what: 'vectors',
      step: ({ x }) => ({ loss: x }),
      says: '[METRIC_NOT_SCALAR] Single "single", "loss" of trainStep()',
    },
    {
      what: 'an optimizer that compile() does not know',
      step(this: Single, { x }) {
        strange.minimize(tf.sum(this.apply(x)), this.trainableWeights);
        return {};
      },
      says: '[OPTION_INVALID] Single "single": trainStep(): expected optimizers that compile() was given, as { optimizers: { name: optimizer } }, got "strange"',
    },
  ])('$what', async ({ step, says }) => {
    await expect(withStep(step).fit([1], undefined, { verbose: 0 })).rejects.toThrow(says);
  });

  it('optimizers by name without a step that knows them, beside another one, none, or one twice', () => {
    const one = adam();
    const compile =
      (made: Model, options: object): (() => void) =>
      () =>
        made.compile(options);
    expect(compile(new Single(), { optimizers: { a: 'sgd' } })).toThrow(
      '[OPTION_INVALID] Single "single": optimizers: expected one optimizer, for its trainStep() knows of no others, got "a"',
    );
    expect(compile(new GAN(), { optimizer: 'sgd', optimizers: { a: 'sgd' } })).toThrow(
      'none beside optimizers',
    );
    expect(compile(new GAN(), { optimizers: {} })).toThrow('a record of optimizers by name');
    expect(compile(new GAN(), { optimizers: { a: one, b: one } })).toThrow(
      'an optimizer of its own for each name',
    );
    expect(compile(new GAN(), { optimizers: { a: 'sdg' } })).toThrow('[IDENTIFIER_UNKNOWN]');
  });

  it('a part of a step where there is none', () => {
    const made = new Single();
    made.build([null, 1]);
    made.compile({ loss: 'mse' });
    const batch = { x: tf.zeros([1, 1]), y: undefined, yPred: tf.zeros([1, 1]), sampleWeight: undefined };
    expect(() => made.computeLoss(batch)).toThrow(
      '[STEP_INVALID] Single "single": computeLoss() was called outside a step, and belongs into one',
    );
  });

  it('a loss that depends on nothing, by a warning', async () => {
    const warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    const made = withStep(function (this: Single, { x }) {
      this.optimizer!.minimize(tf.sum(x), this.trainableWeights);
      return {};
    });
    await made.fit([1], undefined, { verbose: 0 });
    expect(warn.mock.calls.flat().join()).toContain('the loss does not depend on inner/kernel');
    warn.mockRestore();
  });
});
