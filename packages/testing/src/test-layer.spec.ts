// The kit itself: a sound layer passes everything, and each way of breaking a layer fails the promise it breaks.
import { describe, expect, it } from '@jest/globals';
import {
  Initializer,
  Layer,
  type CallContext,
  type Config,
  type LayerOptions,
  type Weight,
} from '@lamella/core';
import { HostTensor, random, type Shape } from '@lamella/program';
import * as tf from '@tensorflow/tfjs-core';
import { brokenPromises } from '../spec-support/broken-promises.js';
import { floats, list } from './kernel-case.js';
import type { LayerCase } from './test-layer-checks.js';
import { testLayer, type TestLayerOptions } from './test-layer.js';

class Twos extends Initializer {
  static readonly className = 'acme>Twos';

  override initialize(shape: Shape): HostTensor {
    const tensor = HostTensor.zeros(shape);
    tensor.data.fill(2);
    return tensor;
  }
}

interface ScaleOptions extends LayerOptions {
  readonly power?: number;
}

/** `x ** power * factor`, with a weight of 2. */
class Scale extends Layer {
  static readonly className: string = 'acme>Scale';
  protected readonly power: number;
  protected factor!: Weight;

  constructor(options: ScaleOptions = {}) {
    super(options);
    this.power = options.power ?? 1;
  }

  override build(): void {
    this.factor = this.addWeight({ name: 'factor', shape: [], initializer: new Twos() });
  }

  override call(inputs: tf.Tensor | tf.Tensor[], _context: CallContext): tf.Tensor {
    return tf.mul(tf.pow(inputs as tf.Tensor, this.power), this.factor.read());
  }

  override getConfig(): Config {
    return { ...super.getConfig(), power: this.power };
  }
}

/** The promises of the kit that a layer breaks: the names of the tests that fail. */
async function broken<T>(
  create: (options: T) => Layer,
  given: Partial<LayerCase<T>> & { readonly options: T },
  options: TestLayerOptions = {},
): Promise<string[]> {
  return brokenPromises((runner) =>
    testLayer(create, [{ name: 'as it is', inputs: floats([2, 3], 0.5, 2), ...given }], {
      ...options,
      runner,
    }),
  );
}

const make =
  <T extends ScaleOptions>(layerClass: new (options: T) => Layer) =>
  (options: T): Layer => {
    // Each has a name of its own in files.
    if (layerClass !== (Scale as unknown))
      Object.defineProperty(layerClass, 'className', { value: `acme>${layerClass.name}` });
    return new layerClass(options);
  };

describe('testLayer', () => {
  it('finds nothing wrong with a sound layer, and tries all it promises', async () => {
    const tests: string[] = [];
    const runner = {
      describe: (_: string, body: () => void) => body(),
      it: (name: string) => void tests.push(name),
    };
    const given = { name: 'cubed', options: { power: 3 }, inputs: list([1, 2]), outputs: list([2, 16]) };
    testLayer(make(Scale), [given], {
      runner,
      rejects: [{ name: 'nothing', run: () => 0, code: 'X' }],
    });
    expect(tests).toEqual([
      'gives the expected outputs',
      'infers the shapes and dtypes that it computes',
      'comes back from its config, and computes the same',
      'has the gradients that finite differences have',
      'does otherwise in training exactly where its case says so',
      'shares its weights where it is applied twice',
      'computes the same captured and at once',
      'predicts the same after its model was saved and loaded',
      'leaves no tfjs tensor behind',
      'nothing',
    ]);
    expect(await broken(make(Scale), given)).toEqual([]);
  });

  it('fails outputs that are not the expected ones', async () => {
    expect(await broken(make(Scale), { options: {}, inputs: list([1]), outputs: list([3]) })).toEqual([
      'gives the expected outputs',
    ]);
  });

  it('fails a shape that is inferred wrongly', async () => {
    class Wrong extends Scale {
      override computeOutputs(): { shape: (number | null)[]; dtype: 'float32' }[] {
        return [{ shape: [null, 4], dtype: 'float32' }];
      }
    }
    expect(await broken(make(Wrong), { options: {} })).toContain(
      'infers the shapes and dtypes that it computes',
    );
  });

  it('fails an option that the config forgets, or changes', async () => {
    class Forgetful extends Scale {
      override getConfig(): Config {
        return { name: this.name, trainable: this.trainable };
      }
    }
    class Drifting extends Scale {
      override getConfig(): Config {
        return { ...super.getConfig(), power: this.power + 1 };
      }
    }
    const name = 'comes back from its config, and computes the same';
    class Nameless extends Scale {
      override getConfig(): Config {
        return { power: this.power };
      }
    }
    const files = 'predicts the same after its model was saved and loaded';
    for (const one of [Forgetful, Drifting, Nameless])
      expect(await broken(make(one), { options: { power: 2 } })).toEqual([name, files]);
  });

  it('fails a gradient that is none of the function', async () => {
    const wrong = tf.customGrad((x) => ({
      value: tf.mul(x as tf.Tensor, 3),
      gradFunc: (dy) => tf.mul(dy, 2),
    }));
    class Wrong extends Scale {
      override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
        return tf.mul(wrong(inputs as tf.Tensor), this.factor.read());
      }
    }
    expect(await broken(make(Wrong), { options: {} })).toEqual([
      'has the gradients that finite differences have',
    ]);
  });

  it('fails a training flag that does what the case does not say', async () => {
    class Noisy extends Scale {
      override call(inputs: tf.Tensor | tf.Tensor[], context: CallContext): tf.Tensor {
        const x = super.call(inputs, context);
        return context.training ? tf.add(x, random.normal(x.shape)) : x;
      }
    }
    const name = 'does otherwise in training exactly where its case says so';
    expect(await broken(make(Noisy), { options: {} })).toEqual([name]);
    expect(await broken(make(Noisy), { options: {}, inTraining: 'differs' })).toEqual([]);
    expect(await broken(make(Scale), { options: {}, inTraining: 'differs' })).toEqual([name]);
  });

  it('fails a layer that does otherwise at its second call', async () => {
    class Counting extends Scale {
      private calls = 0;
      override call(inputs: tf.Tensor | tf.Tensor[], context: CallContext): tf.Tensor {
        return tf.add(super.call(inputs, context), this.calls++);
      }
    }
    expect(await broken(make(Counting), { options: {} })).toContain(
      'shares its weights where it is applied twice',
    );
  });

  it('fails a layer that computes otherwise under capture', async () => {
    class Torn extends Scale {
      override call(inputs: tf.Tensor | tf.Tensor[], context: CallContext): tf.Tensor {
        const x = super.call(inputs, context);
        return tf.engine().backendName === 'cpu' ? tf.add(x, 1) : x;
      }
    }
    expect(await broken(make(Torn), { options: {} })).toEqual(['computes the same captured and at once']);
  });

  it('fails a model that comes back otherwise', async () => {
    const reload = async (model: Layer): Promise<Layer> => {
      const other = (await model.getWeights()).map((weight) => HostTensor.zeros(weight.shape));
      model.setWeights(other);
      return model;
    };
    expect(await broken(make(Scale), { options: {} }, { reload })).toEqual([
      'predicts the same after its model was saved and loaded',
    ]);
  });

  it('fails a layer that leaves tensors behind', async () => {
    class Leaky extends Scale {
      constructor(options: ScaleOptions = {}) {
        super(options);
        tf.keep(tf.scalar(1));
      }
    }
    await tf.setBackend('cpu');
    expect(await broken(make(Leaky), { options: {} })).toEqual(['leaves no tfjs tensor behind']);
  });

  it('fails a refusal that does not come, has another code or says less', async () => {
    const rejects = [
      { name: 'nothing', run: () => new Scale(), code: 'NAME_INVALID' },
      { name: 'another code', run: () => new Scale({ name: '' }), code: 'OPTION_INVALID' },
      { name: 'fewer words', run: () => new Scale({ name: '' }), code: 'NAME_INVALID', says: ['unlikely'] },
      {
        name: 'a name of nothing',
        run: () => new Scale({ name: '' }),
        code: 'NAME_INVALID',
        says: ['non-empty'],
      },
    ];
    expect(await broken(make(Scale), { options: {} }, { rejects })).toEqual([
      'nothing',
      'another code',
      'fewer words',
    ]);
  });
});
