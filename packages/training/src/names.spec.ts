// What options may name: what this package knows, what a composition's plugins bring, what is registered with it later.
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it, jest } from '@jest/globals';
import { cpu } from '@lamella/backend-cpu';
import {
  compose,
  Constraint,
  input,
  Initializer,
  Regularizer,
  type Config,
  type Plugin,
  type Weight,
} from '@lamella/core';
import { io } from '@lamella/io';
import { lambdas, namedFunction } from '@lamella/lambda';
import { dense, layers } from '@lamella/layers';
import { HostTensor, type Shape } from '@lamella/program';
import type { LossIdentifier } from './losses/identifiers.js';
import { Loss } from './losses/loss.js';
import type { MetricIdentifier } from './metrics/identifiers.js';
import { Mean } from './metrics/mean.js';
import type { OptimizerIdentifier } from './optimizers/identifiers.js';
import type { OptimizerOptions } from './optimizers/options.js';
import { Optimizer } from './optimizers/optimizer.js';
import { ownNames } from './own-names.js';
import { training } from './training.js';

class Lion extends Optimizer {
  static readonly className = 'acme>Lion';
  static readonly identifiers: readonly string[] = ['acme>Lion', 'acme>lion'];
  constructor(options: OptimizerOptions = {}) {
    super({ learningRate: 0.1, ...options });
  }
  protected override createSlots(): void {}
  protected override update(weight: Weight, gradient: tf.Tensor, rate: tf.Tensor): void {
    weight.assign(tf.sub(weight.read(), tf.mul(rate, tf.sign(gradient))));
  }
}
class Cubic extends Loss {
  static readonly className = 'acme>Cubic';
  override call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    return tf.mean(tf.pow(tf.abs(tf.sub(yPred, yTrue)), 3), -1);
  }
}
class Largest extends Mean {
  static override readonly className = 'acme>Largest';
  override update(_yTrue: tf.Tensor, yPred: tf.Tensor): void {
    this.updateValues(tf.max(yPred, -1));
  }
}
class Sevens extends Initializer {
  static readonly className: string = 'acme>Sevens';
  override initialize(shape: Shape): HostTensor {
    const values = HostTensor.zeros(shape);
    values.data.fill(7);
    return values;
  }
}
class Positive extends Constraint {
  static readonly className = 'acme>Positive';
  override call(x: tf.Tensor): tf.Tensor {
    return tf.abs(x);
  }
}
class Sum extends Regularizer {
  static readonly className = 'acme>Sum';
  override call(x: tf.Tensor): tf.Tensor {
    return tf.sum(x);
  }
  override getConfig(): Config {
    return {};
  }
}
const swish2 = namedFunction('acme>swish2', (x: tf.Tensor) => tf.mul(x, tf.sigmoid(tf.mul(x, 2))));
const distance = namedFunction('acme>distance', (yTrue: tf.Tensor, yPred: tf.Tensor) =>
  tf.mean(tf.abs(tf.sub(yTrue, yPred)), -1),
);

const acme: Plugin = {
  name: 'acme',
  classes: {
    optimizers: [Lion],
    losses: [Cubic],
    metrics: [Largest],
    initializers: [Sevens],
    constraints: [Positive],
    regularizers: [Sum],
  },
  functions: [swish2, distance],
};
const plugins = [layers, lambdas(), training, io] as const;
const app = compose({ backend: cpu(), plugins: [...plugins, acme] });

function net(options: object = {}) {
  const x = input({ shape: [2] });
  const layer = app.dense({ units: 1, name: 'out', kernelInitializer: 'acme>Sevens', ...options });
  return app.model({ inputs: x, outputs: layer.apply(x), name: 'net' });
}

describe('names that plugins bring', () => {
  it('are optimizers, losses and metrics of compile(), classes and functions', async () => {
    const model = net();
    model.compile({
      optimizer: 'acme>lion',
      loss: 'acme>Cubic',
      metrics: ['acme>Largest', 'acme>distance', 'mae'],
    });
    expect(model.optimizer).toBeInstanceOf(Lion);
    // 7 + 14 = 21: the loss is 21 ** 3.
    expect(await model.evaluate([[1, 2]], [[0]])).toEqual({
      loss: 9261,
      'acme>Largest': 21,
      'acme>distance': 21,
      mae: 21,
    });
    model.compile({
      loss: 'acme>distance',
      optimizer: { className: 'acme>Lion', config: { learningRate: 0.5 } },
    });
    expect(await model.evaluate([[1, 2]], [[0]])).toEqual({ loss: 21 });
    expect(model.optimizer!.getConfig()['learningRate']).toBe(0.5);
  });

  it('are initializers, regularizers, constraints and activations of the layers that the composition makes', async () => {
    const model = net({
      activation: 'acme>swish2',
      kernelRegularizer: 'acme>Sum',
      kernelConstraint: 'acme>Positive',
      biasInitializer: { className: 'Constant', config: { value: 1 } },
    });
    const out = await model.predict([[0, 0]]);
    expect(out.data[0]).toBeCloseTo(1 / (1 + Math.exp(-2)), 6);
    model.compile({ loss: 'mse', optimizer: 'sgd' });
    // (21 + 1 - 22) ** 2, nothing, and 7 + 7 of the regularizer.
    const logs = await model.evaluate([[1, 2]], [[22]]);
    expect(logs['loss']).toBeCloseTo(14, 5);
  });

  it('come back from files, options and compile() alike', async () => {
    const model = net({ activation: 'acme>swish2', kernelConstraint: 'acme>Positive' });
    model.compile({ optimizer: 'acme>Lion', loss: 'acme>distance', metrics: ['acme>Largest'] });
    const file = await app.encodeModel(model, 'net.keras');
    const again = await app.loadModel(file);
    expect(again.optimizer).toBeInstanceOf(Lion);
    expect(await again.evaluate([[1, 2]], [[0]])).toEqual(await model.evaluate([[1, 2]], [[0]]));
    expect((await app.inspectFile(file)).missing).toEqual({ classes: [], functions: [] });
  });

  it('that a file needs and nobody brings are listed with those of their own family, and a way out', async () => {
    const model = net({ kernelInitializer: 'ones' });
    model.compile({ optimizer: 'acme>Lion', loss: 'mse', metrics: ['acme>Largest'] });
    const bare = compose({ backend: cpu(), plugins });
    const file = await app.encodeModel(model, 'net.keras');
    const warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    expect((await bare.loadModel(file)).compiled).toBeUndefined();
    expect(warn.mock.calls[0]![0]).toMatch(
      /^\[NOT_RESTORED\] "net\.keras".*\n.*it is not compiled\.[^]*acme>Lion \(named "lion\w*"\): Known: (Lion|Adam|Muon)[^]*\{ compile: false \}/,
    );
    warn.mockRestore();
    const { missing } = await bare.inspectFile(file);
    expect(missing.classes.map(({ kind, className }) => [kind, className])).toEqual([
      ['optimizers', 'acme>Lion'],
      ['metrics', 'acme>Largest'],
    ]);
    expect((await bare.loadModel(file, { compile: false })).compiled).toBeUndefined();
  });
});

describe('names without a composition', () => {
  it('are those of the package; another one says whom to ask', () => {
    expect(() => dense({ units: 1, activation: 'acme>swish2' })).toThrow(
      /^\[IDENTIFIER_UNKNOWN\] Dense ".*": unknown activation "acme>swish2"\. Known: .*\nFix: call the function of this name that compose\(\) gives/,
    );
    expect(() => dense({ units: 1, kernelInitializer: 'acme>Sevens' })).toThrow(/unknown initializer/);
  });
});

describe('register() of a composition', () => {
  it('adds names later, to it alone', () => {
    const own = compose({ plugins });
    expect(() => own.dense({ units: 1, kernelInitializer: 'acme>Sevens' })).toThrow('[IDENTIFIER_UNKNOWN]');
    own.register('initializers', Sevens);
    own.register('initializers', Sevens);
    own.dense({ units: 1, kernelInitializer: 'acme>Sevens' });
    expect(() => compose({ plugins }).dense({ units: 1, kernelInitializer: 'acme>Sevens' })).toThrow(
      '[IDENTIFIER_UNKNOWN]',
    );
    class Impostor extends Sevens {}
    expect(() => own.register('initializers', Impostor)).toThrow(/\[PLUGIN_INVALID\] Plugin "application"/);
    class Zeros extends Sevens {
      static override readonly className: string = 'acme>Zeros';
      static readonly identifiers = ['zeros'];
    }
    expect(() => own.register('initializers', Zeros)).toThrow(/it brings "zeros" to initializers/);
  });
});

describe('the identifiers that types offer', () => {
  const byShape = ['accuracy', 'acc', 'crossentropy'];
  const aliases = (name: string): boolean => name === name.toLowerCase() && name !== 'mean';

  it('are those of the optimizers, losses and metrics', () => {
    const optimizers: Record<OptimizerIdentifier, 1> = {
      ...{ adadelta: 1, adafactor: 1, adagrad: 1, adam: 1, adamax: 1, adamw: 1, ftrl: 1, lamb: 1, lion: 1 },
      ...{ muon: 1, nadam: 1, rmsprop: 1, schedulefreeadamw: 1, sgd: 1 },
    };
    const losses: Record<LossIdentifier, 1> = {
      ...{ binary_crossentropy: 1, bce: 1, binary_focal_crossentropy: 1, categorical_crossentropy: 1 },
      ...{
        categorical_focal_crossentropy: 1,
        categorical_generalized_cross_entropy: 1,
        categorical_hinge: 1,
        circle: 1,
      },
      ...{ cosine_similarity: 1, crossentropy: 1, ctc: 1, dice: 1 },
      ...{ hinge: 1, huber: 1, kl_divergence: 1, kld: 1 },
      ...{ log_cosh: 1, mean_absolute_error: 1, mae: 1, mean_absolute_percentage_error: 1 },
      ...{ mape: 1, mean_squared_error: 1, mse: 1, mean_squared_logarithmic_error: 1 },
      ...{ msle: 1, poisson: 1, sparse_categorical_crossentropy: 1, squared_hinge: 1 },
      ...{ tversky: 1 },
    };
    const metrics: Record<MetricIdentifier, 1> = {
      ...{ accuracy: 1, acc: 1, auc: 1, binary_accuracy: 1 },
      ...{ binary_crossentropy: 1, bce: 1, binary_io_u: 1, categorical_accuracy: 1 },
      ...{
        categorical_crossentropy: 1,
        categorical_hinge: 1,
        concordance_correlation: 1,
        cosine_similarity: 1,
      },
      ...{ crossentropy: 1, f1_score: 1, f_beta_score: 1, false_negatives: 1 },
      ...{ false_positives: 1, hinge: 1, kl_divergence: 1, log_cosh_error: 1 },
      ...{ mean_absolute_error: 1, mae: 1, mean_absolute_percentage_error: 1, mape: 1 },
      ...{ mean_squared_error: 1, mse: 1, mean_squared_logarithmic_error: 1, msle: 1 },
      ...{ pearson_correlation: 1, poisson: 1, precision: 1, r2_score: 1 },
      ...{
        recall: 1,
        root_mean_squared_error: 1,
        sparse_categorical_accuracy: 1,
        sparse_categorical_crossentropy: 1,
      },
      ...{ sparse_top_k_categorical_accuracy: 1, squared_hinge: 1, sum: 1, top_k_categorical_accuracy: 1 },
      ...{ true_negatives: 1, true_positives: 1 },
    };
    for (const [kind, offered] of Object.entries({ optimizers, losses, metrics })) {
      const isFixed = (name: string): boolean => !byShape.includes(name);
      const known = ownNames()
        .identifiers(kind as 'losses')
        .filter(aliases)
        .filter(isFixed);
      expect(known.sort()).toEqual(Object.keys(offered).filter(isFixed).sort());
    }
  });
});
