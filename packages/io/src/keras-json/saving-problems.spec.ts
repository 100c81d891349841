import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { input, Layer, type CallContext, type Config } from '@lamella/core';
import { lambda } from '@lamella/lambda';
import { dense } from '@lamella/layers';
import { floats } from '@lamella/testing';
import { Loss, SGD } from '@lamella/training';
import * as tf from '@tensorflow/tfjs-core';
import { composed } from '../keras-fixtures.spec.js';

class Doubled extends Layer {
  static readonly className = 'acme>Doubled';
  override call(inputs: tf.Tensor | tf.Tensor[], _context: CallContext): tf.Tensor {
    return tf.mul(inputs as tf.Tensor, 2);
  }
}

class Cubic extends Loss {
  static readonly className = 'acme>Cubic';
  override call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    return tf.mean(tf.pow(tf.sub(yTrue, yPred), 3), -1);
  }
}

/** Its config has a function. */
class Fading extends SGD {
  static override readonly className = 'acme>Fading' as 'SGD';
  override getConfig(): Config {
    return { ...super.getConfig(), fade: ((x: tf.Tensor) => x) as unknown as string };
  }
}

const x = floats([4, 3]);
const y = floats([4, 1]);
const absolute = (yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor => tf.mean(tf.abs(tf.sub(yTrue, yPred)), -1);

function net(make: (x: ReturnType<typeof input>) => ReturnType<typeof input> = (x) => x) {
  const x = input({ shape: [3] });
  return composed().model({
    inputs: x,
    outputs: dense({ units: 1, name: 'out' }).apply(make(x)),
    name: 'net',
  });
}

describe('a save that will fail says so at compile()', () => {
  let warn: jest.SpiedFunction<typeof console.warn>;
  beforeEach(() => void (warn = jest.spyOn(console, 'warn').mockReturnValue(undefined)));
  afterEach(() => warn.mockRestore());
  const said = (): string => warn.mock.calls.map(([message]) => String(message)).join('\n');

  it('for a loss without a name, with the way out', () => {
    net().compile({ loss: absolute });
    expect(said()).toMatch(
      /^\[COMPILE_NOTICE\] Model "net": it can be trained, and then not be saved as it is\.\n {2}Model "net", loss of compile\(\): a function without a registered name.*namedFunction/,
    );
  });

  it('for classes that no plugin brings', () => {
    net((x) => new Doubled({ name: 'twice' }).apply(x)).compile({ loss: new Cubic() });
    expect(said()).toMatch(/acme>Cubic of compile\(\) is a class that no plugin brings/);
    expect(said()).toMatch(/"twice": no plugin of this composition brings its class "acme>Doubled"/);
  });

  it('for a Lambda that runs and cannot be captured for every size', () => {
    const x = input({ shape: [null, 2] });
    const root = lambda(
      (t: tf.Tensor) => tf.slice(t, [0, 0, 0], [-1, Math.round(Math.sqrt(t.shape[1]!)), 2]),
      {
        name: 'root',
      },
    ).apply(x);
    composed().model({ inputs: x, outputs: root, name: 'net' }).compile({ loss: 'mse' });
    expect(said()).toMatch(/Lambda "root"/);
  });

  it('for functions without a name among the options of layers, and for masks', () => {
    const masked = lambda((t: tf.Tensor) => t, { name: 'masked', mask: () => null });
    net((x) =>
      dense({ units: 3, name: 'bent', activation: (v) => tf.sin(v) }).apply(masked.apply(x)),
    ).compile({
      loss: 'mse',
    });
    expect(said()).toMatch(/Dense "bent", option "activation": a function without a registered name/);
    expect(said()).toMatch(/Lambda "masked": its mask function has no registered name/);
  });

  it('and nothing where all can be saved', () => {
    net((x) => lambda((t: tf.Tensor) => tf.add(t, 1)).apply(x)).compile({ loss: 'mse', metrics: ['mae'] });
    expect(said()).toBe('');
  });

  it.each(['.keras', '.h5', '.json'])(
    'saveModel() to %s leaves out what no file can hold, keeps the optimizer, and says so once',
    async (ending) => {
      const model = net();
      model.compile({ loss: absolute, optimizer: 'adam', metrics: ['mae', absolute] });
      await model.fit(x, y, { verbose: 0 });
      const { encodeModel, loadModel } = composed();
      const messages: string[] = [];
      const file = await encodeModel(model, `net${ending}`, { warn: (line) => messages.push(line) });
      await encodeModel(model, `net${ending}`, { warn: (line) => messages.push(line) });
      expect(messages).toEqual([
        expect.stringMatching(
          /^\[COMPILE_NOT_SAVED\] "net\.\w+": the model is saved, without the loss, metrics of compile\(\)\.\n {2}Model "net", loss of compile\(\): a function without a registered name.*\n {2}Model "net", metrics.*\nFix: give it one with namedFunction.*compile\(\{ optimizer: net\.optimizer, loss \}\)\.$/,
        ),
      ]);
      messages.length = 0;
      const again = await loadModel(file, { warn: (line) => messages.push(line) });
      expect(messages).toEqual([
        expect.stringMatching(
          /^\[NOT_RESTORED\][^\n]*\n {2}it was saved without the loss, metrics of compile\(\), which no file could hold\n/,
        ),
      ]);
      // Training goes on as it would have.
      again.compile({ loss: absolute, optimizer: again.optimizer!, metrics: ['mae', absolute] });
      const [here, there] = [await model.fit(x, y, { verbose: 0 }), await again.fit(x, y, { verbose: 0 })];
      expect(there.history).toEqual(here.history);
      await model.predict(x);
      expect((await again.predict(x)).data).toEqual((await model.predict(x)).data);
    },
  );

  it('an optimizer that no file can hold leaves the model without its compile state', async () => {
    const model = net();
    const optimizer = new Fading({ learningRate: 0.1 });
    model.compile({ loss: 'mse', optimizer });
    const messages: string[] = [];
    const { encodeModel, loadModel } = composed();
    const file = await encodeModel(model, 'net.keras', { warn: (line) => messages.push(line) });
    expect(messages).toEqual([expect.stringMatching(/without the optimizer of compile\(\)/)]);
    expect((await loadModel(file, { warn: () => undefined })).compiled).toBeUndefined();
  });
});
