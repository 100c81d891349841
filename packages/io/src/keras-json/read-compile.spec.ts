import { describe, expect, it, jest } from '@jest/globals';
import { composed, golden, pathOf, predictionError } from '../keras-fixtures.spec.js';
import { archive, type Json } from '../refusals.spec.js';

type Change = (state: Json) => Json;

/** mlp.keras, trained by Adam, with other compile state. */
function withState(change: Change): { name: string; bytes: Uint8Array } {
  const bytes = archive((config) => ({
    ...config,
    compile_config: change(config['compile_config'] as Json),
  }));
  return { name: 'mlp.keras', bytes };
}

async function loaded(change: Change, options: object = {}) {
  const warn = jest.fn<(message: string) => void>();
  const model = await composed().loadModel(withState(change), { warn, ...options });
  expect(await predictionError(model, golden('mlp'))).toBeLessThanOrEqual(1e-6);
  return { model, said: warn.mock.calls.map(([message]) => message) };
}

describe('compile state that cannot be restored stops no load', () => {
  it('an unknown loss leaves the model uncompiled, and says what it was', async () => {
    const { model, said } = await loaded((state) => ({ ...state, loss: 'contrastive' }));
    expect(model.compiled).toBeUndefined();
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(
      /^\[NOT_RESTORED\] "mlp.keras": the model is loaded, .*\n {2}it is not compiled. .*unknown loss "contrastive".*It was compiled with optimizer Adam, loss contrastive\.\nFix: compile the model anew/,
    );
  });

  it('an unknown optimizer leaves the model uncompiled', async () => {
    const lion = { module: 'keras.optimizers', class_name: 'Lyon', config: {}, registered_name: null };
    const { model, said } = await loaded((state) => ({ ...state, optimizer: lion }));
    expect(model.compiled).toBeUndefined();
    expect(said[0]).toMatch(/it is not compiled\..*Lyon/);
  });

  it('an unknown metric is left out, and the optimizer goes on', async () => {
    const { model, said } = await loaded((state) => ({ ...state, metrics: ['accuracy', 'gini'] }));
    expect(model.optimizer!.iterations.current).toBe(2);
    expect(said[0]).toMatch(/it is compiled without its metrics\. .*unknown metric "gini"/);
  });

  it('state of another optimizer begins anew', async () => {
    const sgd = { class_name: 'SGD', config: { momentum: 0.9 } };
    const { model, said } = await loaded((state) => ({ ...state, optimizer: sgd }));
    expect(model.optimizer!.className).toBe('SGD');
    expect(model.optimizer!.isBuilt).toBe(false);
    expect(said[0]).toMatch(/the state of SGD ".*" begins anew: sgd.*: it has 6 variables, the file has 10/);
  });

  it('{ compile: false } and { includeOptimizer: false } leave it out and say nothing', async () => {
    const plain = await loaded((state) => ({ ...state, loss: 'contrastive' }), { compile: false });
    expect([plain.model.compiled, plain.said]).toEqual([undefined, []]);
    const fresh = await loaded((state) => state, { includeOptimizer: false });
    expect(fresh.model.optimizer!.iterations.current).toBe(0);
    expect(fresh.said).toEqual([]);
  });
});

describe('compile state in its further forms', () => {
  it('an optimizer may stand by its name alone', async () => {
    const model = await composed().loadModel(pathOf('optimizer_name.keras'));
    expect(model.optimizer!.className).toBe('RMSprop');
    expect(model.optimizer!.iterations.current).toBe(2);
  });

  it('an option that configs leave out at its default may be told', async () => {
    const huber = (delta: number): Json => ({
      module: 'keras.losses',
      class_name: 'Huber',
      config: { reduction: 'auto', name: 'huber_loss', delta },
    });
    for (const delta of [1, 2]) {
      const { model, said } = await loaded((state) => ({ ...state, loss: huber(delta) }));
      expect(said).toEqual([]);
      expect(model.compiled!.options.loss).toMatchObject({ delta });
    }
  });

  it('a loss scale of Keras 2 is one of today, or an option of the optimizer where it stays as it is', async () => {
    const scaling = (dynamic: boolean): Json => ({
      class_name: 'LossScaleOptimizerV3',
      config: {
        inner_optimizer: {
          class_name: 'Custom>SGD',
          config: { learning_rate: 0.5, is_legacy_optimizer: false },
        },
        dynamic,
        initial_scale: 128,
        dynamic_growth_steps: 7,
      },
    });
    const moving = (await loaded((state) => ({ ...state, optimizer: scaling(true) }))).model.optimizer!;
    expect(moving.getConfig()).toMatchObject({ initialScale: 128, dynamicGrowthSteps: 7 });
    expect(moving.learningRate).toBe(0.5);
    const fixed = (await loaded((state) => ({ ...state, optimizer: scaling(false) }))).model.optimizer!;
    expect([fixed.className, fixed.getConfig()['lossScaleFactor']]).toEqual(['SGD', 128]);
  });

  it.each(['compiled_only.keras', 'compiled_only.h5'])(
    '%s, saved before the first step, is compiled and begins',
    async (file) => {
      const warn = jest.fn();
      const model = await composed().loadModel(pathOf(file), { warn });
      expect(model.optimizer!.learningRate).toBeCloseTo(0.05, 6);
      expect(model.optimizer!.isBuilt).toBe(false);
      expect(warn).not.toHaveBeenCalled();
    },
  );
});
