// The kit itself: sound optimizers pass everything, and each way of breaking one fails the promise it breaks.
import { describe, expect, it } from '@jest/globals';
import { cpu } from '@lamella/backend-cpu';
import { onnx } from '@lamella/backend-onnx';
import {
  definePlugin,
  fractionOption,
  Weight,
  withOptions,
  type Config,
  type GivenOptions,
} from '@lamella/core';
import { HostTensor } from '@lamella/program';
import {
  adafactor,
  Adam,
  adam,
  exponentialDecay,
  Optimizer,
  scheduleFreeAdamW,
  sgd,
  type OptimizerOptions,
} from '@lamella/training';
import * as tf from '@tensorflow/tfjs-core';
import { brokenPromises, testsOf } from '../spec-support/broken-promises.js';
import { list } from './kernel-case.js';
import type { KitOptions } from './kit.js';
import { testOptimizer, type OptimizerCase } from './test-optimizer.js';

const promise = {
  steps: 'makes the expected steps',
  learns: 'makes a loss smaller',
  rate: 'does nothing with a learning rate of 0',
  config: 'comes back from its config, and makes the same steps',
  files: 'is in files with its options, and found by its name',
  resumes: 'goes on from a file as if it had not stopped',
  memory: 'leaves no tfjs tensor behind',
};

const options = { momentum: fractionOption(0.9) };
type SignsOptions = OptimizerOptions & GivenOptions<typeof options>;

/** A third party's: signs of a running mean of the gradients. */
class Signs extends withOptions(Optimizer, options) {
  static readonly className: string = 'acme>Signs';
  protected override createSlots(weights: readonly Weight[]): void {
    this.addSlots(weights, 'momentum');
  }
  protected override update(weight: Weight, gradient: tf.Tensor, learningRate: tf.Tensor): void {
    const slot = this.slot(weight, 'momentum');
    const next = tf.add(tf.mul(slot.read(), this.momentum), tf.mul(gradient, 1 - this.momentum));
    slot.assign(next);
    weight.assign(tf.sub(weight.read(), tf.mul(tf.sign(next), learningRate)));
  }
}

const quarter: OptimizerCase<SignsOptions> = {
  name: 'of rate 0.25',
  options: { learningRate: 0.25, momentum: 0.5 },
  steps: {
    weights: [list([1, 2])],
    gradients: [[list([4, -4])], [list([-1, -1])]],
    expected: [[list([0.75, 2.25])], [list([0.5, 2.5])]],
  },
};

const broken = (
  made: new (given: SignsOptions) => Optimizer,
  given: OptimizerCase<SignsOptions> = quarter,
  kit: KitOptions = {},
): Promise<string[]> => {
  if (!Object.hasOwn(made, 'className'))
    Object.defineProperty(made, 'className', { value: `acme>${made.name}` });
  return brokenPromises((runner) =>
    testOptimizer((each: SignsOptions) => new made(each), [given], { ...kit, runner }),
  );
};

describe('testOptimizer', () => {
  it("finds nothing wrong with a third party's, on cpu and onnx, and tries all it promises", async () => {
    const plugin = definePlugin({ name: 'acme-signs', classes: { optimizers: [Signs] } });
    const kit = { plugins: [plugin], backends: [cpu(), onnx()] };
    expect(
      testsOf((runner) => testOptimizer(() => new Signs(), [quarter], { runner })).map(([name]) => name),
    ).toEqual(Object.values(promise));
    expect(await broken(Signs, quarter, kit)).toEqual([]);
  });

  it.each([
    { name: 'SGD', create: () => sgd({ momentum: 0.9, nesterov: true }) },
    { name: 'Adam', create: () => adam({ clipnorm: 1, useEma: true, emaOverwriteFrequency: 3 }) },
    {
      name: 'Adam with a schedule',
      create: () =>
        adam({ learningRate: exponentialDecay({ initialLearningRate: 0.1, decaySteps: 2, decayRate: 0.9 }) }),
    },
    { name: 'Adam that accumulates', create: () => adam({ gradientAccumulationSteps: 2 }) },
    { name: 'Adafactor', create: () => adafactor() },
    { name: 'ScheduleFreeAdamW', create: () => scheduleFreeAdamW() },
  ])('finds nothing wrong with $name', async ({ create }) => {
    expect(
      await brokenPromises((runner) =>
        testOptimizer(create, [{ name: 'as it is', options: {} }], { runner }),
      ),
    ).toEqual([]);
  });

  it('fails steps that are not the expected ones, and those that lead uphill', async () => {
    class Half extends Signs {
      protected override update(weight: Weight, gradient: tf.Tensor, learningRate: tf.Tensor): void {
        super.update(weight, gradient, tf.mul(learningRate, 0.5));
      }
    }
    class Uphill extends Signs {
      protected override update(weight: Weight, gradient: tf.Tensor, learningRate: tf.Tensor): void {
        super.update(weight, tf.neg(gradient), learningRate);
      }
    }
    expect(await broken(Half)).toEqual([promise.steps]);
    expect(await broken(Uphill)).toEqual([promise.steps, promise.learns]);
  });

  it('fails a learning rate of its own', async () => {
    class Stubborn extends Signs {
      protected override update(weight: Weight, gradient: tf.Tensor): void {
        super.update(weight, gradient, tf.scalar(0.25));
      }
    }
    expect(await broken(Stubborn)).toEqual([promise.rate]);
  });

  it('fails an option that the config forgets, or changes', async () => {
    class Forgetful extends Signs {
      override getConfig(): Config {
        const { momentum: _, ...others } = super.getConfig();
        return others;
      }
    }
    class Drifting extends Signs {
      override getConfig(): Config {
        return { ...super.getConfig(), momentum: this.momentum / 2 };
      }
    }
    expect(await broken(Forgetful)).toEqual([promise.config, promise.resumes]);
    expect(await broken(Drifting)).toEqual([promise.config, promise.files, promise.resumes]);
  });

  it('fails state that no file holds', async () => {
    class Hidden extends Signs {
      private readonly hidden = new Map<Weight, Weight>();
      protected override createSlots(): void {}
      protected override update(weight: Weight, gradient: tf.Tensor, learningRate: tf.Tensor): void {
        const slot = this.slot(weight, 'sum');
        slot.assign(tf.add(slot.read(), gradient));
        weight.assign(tf.sub(weight.read(), tf.mul(slot.read(), learningRate)));
      }
      protected override slot(weight: Weight, name: string): Weight {
        const { shape } = weight;
        const known =
          this.hidden.get(weight) ?? new Weight({ name, owner: weight.name, value: HostTensor.zeros(shape) });
        this.hidden.set(weight, known);
        return known;
      }
    }
    expect(await broken(Hidden, { name: 'hidden', options: {} })).toEqual([promise.resumes]);
  });

  it('fails a class that has the name of another', async () => {
    class Mine extends Adam {}
    Object.defineProperty(Mine, 'className', { value: 'Adam' });
    expect(
      await brokenPromises((runner) =>
        testOptimizer(() => new Mine(), [{ name: 'as it is', options: {} }], { runner }),
      ),
    ).toEqual([promise.files]);
  });

  it('fails an optimizer that leaves tensors behind', async () => {
    class Leaky extends Signs {
      constructor(given: SignsOptions = {}) {
        super(given);
        tf.keep(tf.scalar(1));
      }
    }
    await tf.setBackend('cpu');
    expect(await broken(Leaky)).toEqual([promise.memory]);
  });
});
