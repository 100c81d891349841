// The kit itself: sound losses pass everything, and each way of breaking one fails the promise it breaks.
import { describe, expect, it } from '@jest/globals';
import { cpu } from '@lamella/backend-cpu';
import { onnx } from '@lamella/backend-onnx';
import { definePlugin, numberOption, withOptions, type Config, type GivenOptions } from '@lamella/core';
import {
  binaryCrossentropy,
  categoricalCrossentropy,
  circle,
  huber,
  Loss,
  MeanSquaredError,
  sparseCategoricalCrossentropy,
  type LossOptions,
} from '@lamella/training';
import * as tf from '@tensorflow/tfjs-core';
import { brokenPromises, testsOf } from '../spec-support/broken-promises.js';
import { floats, integers, list } from './kernel-case.js';
import { testLoss, type LossCase, type TestLossOptions } from './test-loss.js';

const promise = {
  values: 'gives the expected values',
  reduces: 'weighs, masks and reduces one value a sample',
  alone: 'takes each sample by itself',
  gradient: 'has the gradient that finite differences have',
  capture: 'computes the same captured and at once',
  config: 'comes back from its config, and computes the same',
  files: 'is in files with its options, and found by its name',
  memory: 'leaves no tfjs tensor behind',
};

const options = { exponent: numberOption(3) };
type PowerOptions = LossOptions & GivenOptions<typeof options>;

/** A third party's. */
class Power extends withOptions(Loss, options) {
  static readonly className: string = 'acme>Power';
  override call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    return tf.mean(tf.pow(tf.abs(tf.sub(yPred, yTrue)), this.exponent), -1);
  }
}

const squares: LossCase<PowerOptions> = {
  name: 'of squares',
  options: { exponent: 2 },
  yTrue: list([0, 0, 1, 1, 0, 2], 'float32', [3, 2]),
  yPred: list([1, 0.5, 2, 4, 3, 3], 'float32', [3, 2]),
  values: list([0.625, 5, 5]),
};

const broken = (
  made: new (given: PowerOptions) => Loss,
  given: Partial<LossCase<PowerOptions>> = {},
  kit: TestLossOptions = {},
): Promise<string[]> => {
  if (!Object.hasOwn(made, 'className'))
    Object.defineProperty(made, 'className', { value: `acme>${made.name}` });
  return brokenPromises((runner) =>
    testLoss((each: PowerOptions) => new made(each), [{ ...squares, ...given }], { ...kit, runner }),
  );
};

describe('testLoss', () => {
  it("finds nothing wrong with a third party's, on cpu and onnx, and tries all it promises", async () => {
    const plugin = definePlugin({ name: 'acme-power', classes: { losses: [Power] } });
    expect(
      testsOf((runner) => testLoss(() => new Power(), [squares], { runner })).map(([name]) => name),
    ).toEqual(Object.values(promise));
    expect(await broken(Power, {}, { plugins: [plugin], backends: [cpu(), onnx()] })).toEqual([]);
  });

  const [classes, logits] = [integers([3], 4), floats([3, 4])];
  const oneHot = list([1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1], 'float32', [3, 4]);
  it.each([
    {
      name: 'Huber',
      create: (each: LossOptions) => huber(each),
      given: { yTrue: floats([3, 2]), yPred: floats([3, 2], -1, 3) },
    },
    {
      name: 'BinaryCrossentropy',
      create: (each: LossOptions) => binaryCrossentropy({ fromLogits: true, ...each }),
      given: { yTrue: oneHot, yPred: logits },
    },
    {
      name: 'CategoricalCrossentropy',
      create: (each: LossOptions) =>
        categoricalCrossentropy({ fromLogits: true, labelSmoothing: 0.1, ...each }),
      given: { yTrue: oneHot, yPred: logits },
    },
    {
      name: 'SparseCategoricalCrossentropy that ignores a class',
      create: (each: LossOptions) =>
        sparseCategoricalCrossentropy({ fromLogits: true, ignoreClass: 2, ...each }),
      given: { yTrue: classes, yPred: logits },
    },
    {
      name: 'Circle',
      create: (each: LossOptions) => circle(each),
      given: {
        yTrue: list([0, 1, 0]),
        yPred: floats([3, 4], 0.1, 0.9),
        comparesSamples: true,
        hasGradient: false,
      },
    },
  ])('finds nothing wrong with $name', async ({ create, given }) => {
    const one = { name: 'as it is', options: {}, ...given };
    expect(await brokenPromises((runner) => testLoss(create, [one], { runner }))).toEqual([]);
  });

  it('fails what differs from the expected values, by the promise alone', async () => {
    expect(await broken(Power, { options: { exponent: 3 } })).toEqual([promise.values]);
  });

  it('fails a loss that reduces by itself, or forgets weights or its own reduction', async () => {
    class Scalar extends Power {
      override call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
        return tf.mean(super.call(yTrue, yPred));
      }
    }
    class Unweighted extends Power {
      override evaluate(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
        return super.evaluate(yTrue, yPred);
      }
    }
    class Deaf extends Power {
      constructor({ exponent }: PowerOptions = {}) {
        super({ exponent });
      }
    }
    expect(await broken(Scalar)).toEqual(expect.arrayContaining([promise.values, promise.reduces]));
    expect(await broken(Unweighted)).toEqual([promise.reduces]);
    expect(await broken(Deaf)).toContain(promise.reduces);
  });

  it('fails a loss that compares samples, unless its case says so', async () => {
    class Relative extends Power {
      override call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
        const values = super.call(yTrue, yPred);
        return tf.div(values, tf.sum(values));
      }
    }
    const { values: _, ...given } = squares;
    const kit: TestLossOptions = { gradientTolerance: 0.05 };
    const run = (one: LossCase<PowerOptions>): Promise<string[]> =>
      brokenPromises((runner) =>
        testLoss((each: PowerOptions) => new Relative(each), [one], { ...kit, runner }),
      );
    Object.defineProperty(Relative, 'className', { value: 'acme>Relative' });
    expect(await run(given)).toContain(promise.alone);
    expect(await run({ ...given, comparesSamples: true })).not.toContain(promise.alone);
  });

  it('fails a gradient that is none of the loss', async () => {
    const halved = tf.customGrad((x) => ({ value: x as tf.Tensor, gradFunc: (dy) => tf.mul(dy, 0.5) }));
    class Halved extends Power {
      override call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
        return super.call(yTrue, halved(yPred));
      }
    }
    expect(await broken(Halved)).toEqual([promise.gradient]);
  });

  it('fails a loss that computes otherwise under capture', async () => {
    class Torn extends Power {
      override call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
        const values = super.call(yTrue, yPred);
        return tf.engine().backendName === 'cpu' ? tf.add(values, 1) : values;
      }
    }
    expect(await broken(Torn)).toEqual([promise.capture]);
  });

  it('fails an option that the config forgets, or changes, and a class that has the name of another', async () => {
    class Forgetful extends Power {
      override getConfig(): Config {
        return { name: this.name, reduction: this.reduction };
      }
    }
    class Drifting extends Power {
      override getConfig(): Config {
        return { ...super.getConfig(), exponent: this.exponent + 1 };
      }
    }
    class Mine extends MeanSquaredError {}
    Object.defineProperty(Mine, 'className', { value: 'MeanSquaredError' });
    expect(await broken(Forgetful)).toEqual([promise.config]);
    expect(await broken(Drifting)).toEqual([promise.config, promise.files]);
    expect(
      await brokenPromises((runner) =>
        testLoss((each: LossOptions) => new Mine(each), [{ ...squares, options: {} }], { runner }),
      ),
    ).toEqual([promise.files]);
  });

  it('fails a loss that leaves tensors behind', async () => {
    class Leaky extends Power {
      constructor(given: PowerOptions = {}) {
        super(given);
        tf.keep(tf.scalar(1));
      }
    }
    await tf.setBackend('cpu');
    expect(await broken(Leaky)).toEqual([promise.memory]);
  });
});
