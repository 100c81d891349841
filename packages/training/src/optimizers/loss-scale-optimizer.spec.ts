import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { cpu } from '@lamella/backend-cpu';
import { clearNames, input, setDTypePolicy } from '@lamella/core';
import { dense } from '@lamella/layers';
import { HostTensor } from '@lamella/program';
import { expectNear, kerasFixture } from '../../spec-support/keras-fixture.js';
import { model, type Model } from '../index.js';
import { adam } from './adam.js';
import { LossScaleOptimizer, lossScaleOptimizer } from './loss-scale-optimizer.js';
import { sgd } from './sgd.js';

interface Step {
  readonly loss: number;
  readonly scale: number;
  readonly counter: number;
  readonly iterations: number;
  readonly weights: readonly (readonly number[])[];
}

const fixture = kerasFixture<{
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly start: readonly (readonly number[])[];
  readonly steps: readonly Step[];
}>('dtypes/steps');

function net(): Model {
  const x = input({ shape: [4], name: 'x' });
  const y = dense({ units: 5, activation: 'relu', name: 'hidden' }).apply(x);
  const made = model({
    inputs: x,
    outputs: dense({ units: 2, name: 'outputs' }).apply(y),
    backend: cpu(),
  }) as Model;
  made.setWeights(
    made.weights.map(({ shape }, i) => new HostTensor(Float32Array.from(fixture.start[i]!), shape)),
  );
  return made;
}

const x = new HostTensor(Float32Array.from(fixture.x), [8, 4]);
const y = new HostTensor(Float32Array.from(fixture.y), [8, 2]);

/** One step; gives its loss. */
async function step(trained: Model): Promise<number> {
  const { history } = await trained.fit(x, y, { batchSize: 8, epochs: 1, shuffle: false, verbose: 0 });
  return history['loss']![0]!;
}

const scalar = async (optimizer: LossScaleOptimizer, name: string): Promise<number> =>
  (await optimizer.variables.find(({ shortName }) => shortName === name)!.values()).data[0]!;

beforeEach(clearNames);
afterEach(() => setDTypePolicy('float32'));

describe('LossScaleOptimizer', () => {
  it('takes the steps of Keras with mixed_float16: halves the scale at infinite gradients, and doubles it', async () => {
    setDTypePolicy('mixed_float16');
    const trained = net();
    const optimizer = lossScaleOptimizer({
      innerOptimizer: adam({ learningRate: 0.05 }),
      dynamicGrowthSteps: 3,
    });
    trained.compile({ optimizer, loss: 'mse' });
    const scales: number[] = [];
    for (const [i, expected] of fixture.steps.entries()) {
      const loss = await step(trained);
      const what = `step ${i}`;
      scales.push(await scalar(optimizer, 'dynamic_scale'));
      expect([
        what,
        scales[i],
        await scalar(optimizer, 'step_counter'),
        optimizer.iterations.current,
      ]).toEqual([what, expected.scale, expected.counter, expected.iterations]);
      expectNear([loss], [expected.loss], what, 2e-3);
      // As far as float16 rounds, of which a step of Adam makes the rate's size where a gradient is nearly zero.
      for (const [k, weight] of trained.weights.entries())
        expectNear((await weight.values()).data, expected.weights[k]!, `${weight.name} after ${what}`, 2e-3);
    }
    expect(Math.max(...scales)).toBeGreaterThan(Math.min(...scales));
    expect(fixture.steps.at(-1)!.iterations).toBeLessThan(fixture.steps.length);
  });

  it('changes nothing but the scale at a step that overflows', async () => {
    setDTypePolicy('mixed_float16');
    const trained = net();
    const optimizer = lossScaleOptimizer({ innerOptimizer: sgd({ momentum: 0.5 }), initialScale: 2 ** 40 });
    trained.compile({ optimizer, loss: 'mse' });
    const before = await trained.getWeights();
    await step(trained);
    expect(await trained.getWeights()).toEqual(before);
    expect(await scalar(optimizer, 'dynamic_scale')).toBe(2 ** 39);
    expect([optimizer.iterations.current, optimizer.stepsTaken]).toEqual([0, 1]);
  });

  it('is put around the optimizer of a model of mixed_float16, and of no other', () => {
    const optimizerOf = (policy: 'mixed_float16' | 'float16', options: object = {}): string | undefined => {
      setDTypePolicy(policy);
      const made = net();
      made.compile({ optimizer: 'adam', loss: 'mse', ...options });
      return made.optimizer?.className;
    };
    expect(optimizerOf('mixed_float16')).toBe('LossScaleOptimizer');
    expect(optimizerOf('mixed_float16', { autoScaleLoss: false })).toBe('Adam');
    expect(optimizerOf('mixed_float16', { optimizer: lossScaleOptimizer({ innerOptimizer: sgd() }) })).toBe(
      'LossScaleOptimizer',
    );
    expect(optimizerOf('float16')).toBe('Adam');
  });

  it('has the rate and the counter of the optimizer inside, and its variables after its own', () => {
    const inner = adam({ learningRate: 0.5 });
    const optimizer = lossScaleOptimizer({ innerOptimizer: inner });
    optimizer.learningRate = 0.25;
    expect([inner.learningRate, optimizer.learningRate]).toEqual([0.25, 0.25]);
    expect(optimizer.iterations).toBe(inner.iterations);
    const names = (): string[] => optimizer.variables.map(({ name }) => name);
    expect(names()).toEqual([
      'loss_scale_optimizer/iteration',
      'loss_scale_optimizer/learning_rate',
      'adam/iteration',
      'adam/learning_rate',
    ]);
    optimizer.build([]);
    expect(names().slice(2, 4)).toEqual([
      'loss_scale_optimizer/step_counter',
      'loss_scale_optimizer/dynamic_scale',
    ]);
  });

  it.each([
    [{ innerOptimizer: 'adam' }, 'innerOptimizer: expected an optimizer such as adam(), got "adam"'],
    [{ initialScale: 0 }, 'initialScale: expected a positive number, got 0'],
    [{ dynamicGrowthSteps: 0.5 }, 'dynamicGrowthSteps: expected a positive integer, got 0.5'],
  ])('refuses %j', (given, message) => {
    expect(
      () => new LossScaleOptimizer({ innerOptimizer: sgd(), name: 'scaled', ...(given as object) }),
    ).toThrow(`[OPTION_INVALID] LossScaleOptimizer "scaled": ${message}`);
  });
});
