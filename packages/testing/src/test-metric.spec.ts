// The kit itself: sound metrics pass everything, and each way of breaking one fails the promise it breaks.
import { describe, expect, it } from '@jest/globals';
import { cpu } from '@lamella/backend-cpu';
import { onnx } from '@lamella/backend-onnx';
import {
  definePlugin,
  numberOption,
  Weight,
  withOptions,
  type Config,
  type GivenOptions,
} from '@lamella/core';
import { HostTensor } from '@lamella/program';
import { Metric, metrics, type MetricOptions } from '@lamella/training';
import * as tf from '@tensorflow/tfjs-core';
import { brokenPromises, testsOf } from '../spec-support/broken-promises.js';
import { floats, integers, list } from './kernel-case.js';
import type { KitOptions } from './kit.js';
import { testMetric, type MetricCase } from './test-metric.js';

const promise = {
  result: 'gives the expected result',
  batches: 'gives the same in batches as at once',
  weights: 'weighs samples as its case says',
  anew: 'begins anew with each pass',
  evaluate: 'is what evaluate() gives by its name',
  config: 'comes back from its config, and computes the same',
  files: 'is in files with its options, and found by its name',
  memory: 'leaves no tfjs tensor behind',
};

const options = { scale: numberOption(1) };
type LargestOptions = MetricOptions & GivenOptions<typeof options>;

/** A third party's: the largest error of all, whatever weights say. */
class Largest extends withOptions(Metric, options) {
  static readonly className: string = 'acme>Largest';
  protected readonly most = this.addState('most');
  override update(yTrue: tf.Tensor, yPred: tf.Tensor): void {
    this.most.assign(tf.maximum(this.most.read(), tf.max(tf.abs(tf.sub(yPred, yTrue)))));
  }
  override result(): tf.Tensor {
    return tf.mul(this.most.read(), this.scale);
  }
}

const doubled: MetricCase<LargestOptions> = {
  name: 'doubled',
  options: { scale: 2 },
  yTrue: list([0, 1, 2], 'float32', [3, 1]),
  yPred: list([0.5, 3, 1], 'float32', [3, 1]),
  result: 4,
  isWeighted: false,
};

const broken = (
  made: new (given: LargestOptions) => Metric,
  given: Partial<MetricCase<LargestOptions>> = {},
  kit: KitOptions = {},
): Promise<string[]> => {
  if (!Object.hasOwn(made, 'className'))
    Object.defineProperty(made, 'className', { value: `acme>${made.name}` });
  return brokenPromises((runner) =>
    testMetric((each: LargestOptions) => new made(each), [{ ...doubled, ...given }], { ...kit, runner }),
  );
};

/** A mean of errors, whose `count` broken ones leave out. */
class MeanError extends Metric {
  static readonly className: string = 'acme>MeanError';
  protected readonly total = this.addState('total');
  protected readonly count = this.addState('count');
  override update(yTrue: tf.Tensor, yPred: tf.Tensor, sampleWeight: tf.Tensor | null = null): void {
    const errors = tf.abs(tf.sub(yPred, yTrue));
    const weights = tf.reshape(sampleWeight ?? tf.onesLike(errors), errors.shape);
    this.total.assign(tf.add(this.total.read(), tf.sum(tf.mul(errors, weights))));
    this.count.assign(tf.add(this.count.read(), tf.sum(weights)));
  }
  override result(): tf.Tensor {
    return tf.div(this.total.read(), this.count.read());
  }
}
const mean = { options: {}, result: 3.5 / 3, isWeighted: true };

describe('testMetric', () => {
  it("finds nothing wrong with a third party's, on cpu and onnx, and tries all it promises", async () => {
    const plugin = definePlugin({ name: 'acme-largest', classes: { metrics: [Largest] } });
    expect(
      testsOf((runner) => testMetric(() => new Largest(), [doubled], { runner })).map(([name]) => name),
    ).toEqual(Object.values(promise));
    expect(await broken(Largest, {}, { plugins: [plugin], backends: [cpu(), onnx()] })).toEqual([]);
    expect(await broken(MeanError, mean)).toEqual([]);
  });

  const [labels, scores] = [list([0, 1, 1, 0], 'float32', [4, 1]), floats([4, 1], 0.1, 0.9)];
  it.each([
    {
      name: 'BinaryAccuracy',
      create: () => metrics.binaryAccuracy(),
      given: { yTrue: labels, yPred: scores },
    },
    {
      name: 'AUC',
      create: () => metrics.auc({ numThresholds: 20 }),
      given: { yTrue: labels, yPred: scores },
    },
    { name: 'Precision', create: () => metrics.precision(), given: { yTrue: labels, yPred: scores } },
    {
      name: 'R2Score',
      create: () => metrics.r2Score(),
      given: { yTrue: floats([4, 1]), yPred: floats([4, 1], -1, 3) },
    },
    {
      name: 'SparseCategoricalAccuracy',
      create: () => metrics.sparseCategoricalAccuracy(),
      given: { yTrue: integers([4, 1], 3), yPred: floats([4, 3]) },
    },
    {
      name: 'RootMeanSquaredError',
      create: () => metrics.rootMeanSquaredError(),
      given: { yTrue: floats([4, 2]), yPred: floats([4, 2], -1, 3) },
    },
  ])('finds nothing wrong with $name', async ({ create, given }) => {
    const one = { name: 'as it is', options: {}, ...given };
    expect(await brokenPromises((runner) => testMetric(create, [one], { runner }))).toEqual([]);
  });

  it('fails what differs from the expected result, by the promise alone', async () => {
    expect(await broken(Largest, { result: 3 })).toEqual([promise.result]);
  });

  it('fails a mean of the means of batches', async () => {
    class OfMeans extends MeanError {
      override update(yTrue: tf.Tensor, yPred: tf.Tensor): void {
        this.total.assign(tf.add(this.total.read(), tf.mean(tf.abs(tf.sub(yPred, yTrue)))));
        this.count.assign(tf.add(this.count.read(), 1));
      }
    }
    expect(await broken(OfMeans, { ...mean, isWeighted: false })).toEqual([
      promise.batches,
      promise.evaluate,
    ]);
  });

  it('fails weights that count where the case says no, and the other way round', async () => {
    expect(await broken(MeanError, { ...mean, isWeighted: false })).toEqual([promise.weights]);
    expect(await broken(Largest, { isWeighted: true })).toEqual([promise.weights]);
  });

  it('fails state that stays when a pass over the data ends', async () => {
    class Hidden extends Largest {
      protected override readonly most = new Weight({ name: 'most', owner: '', value: HostTensor.zeros([]) });
      override get state(): readonly Weight[] {
        return [];
      }
      override update(yTrue: tf.Tensor, yPred: tf.Tensor): void {
        this.most.assign(tf.add(this.most.read(), tf.max(tf.abs(tf.sub(yPred, yTrue)))));
      }
    }
    class Elsewhere extends Largest {
      protected override readonly most = new Weight({ name: 'most', owner: '', value: HostTensor.zeros([]) });
      override get state(): readonly Weight[] {
        return [this.most];
      }
    }
    expect(await broken(Hidden)).toEqual(expect.arrayContaining([promise.anew, promise.evaluate]));
    expect(await broken(Elsewhere)).toEqual(expect.arrayContaining([promise.anew]));
  });

  it('fails a result that is no number', async () => {
    class Several extends Largest {
      override result(): tf.Tensor {
        return tf.stack([super.result(), super.result()]);
      }
    }
    expect(await broken(Several)).toEqual(
      expect.arrayContaining([promise.result, promise.batches, promise.evaluate]),
    );
  });

  it('fails an option that the config forgets, and a class that has the name of another', async () => {
    class Forgetful extends Largest {
      override getConfig(): Config {
        return { name: this.name };
      }
    }
    class Mine extends metrics.MeanAbsoluteError {}
    Object.defineProperty(Mine, 'className', { value: 'MeanAbsoluteError' });
    expect(await broken(Forgetful)).toEqual([promise.config]);
    const { yTrue, yPred } = doubled;
    expect(
      await brokenPromises((runner) =>
        testMetric(() => new Mine(), [{ name: 'as it is', options: {}, yTrue, yPred }], { runner }),
      ),
    ).toEqual([promise.files]);
  });

  it('fails a metric that leaves tensors behind', async () => {
    class Leaky extends Largest {
      constructor(given: LargestOptions = {}) {
        super(given);
        tf.keep(tf.scalar(1));
      }
    }
    await tf.setBackend('cpu');
    expect(await broken(Leaky)).toEqual([promise.memory]);
  });
});
