import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { HostTensor, type SymbolicShape, type Tree } from '@lamella/program';
import { dense, initializers } from '@lamella/layers';
import type { HostBuffer } from './host-buffer.js';
import { input } from './input.js';
import type { WeightSpec } from './create-weight.js';
import { isLayer, Layer, type LayerOptions } from './layer.js';
import { clearNames } from './names.js';
import type { Weight } from './weight.js';

const { constant, ones, zeros } = initializers;
const host = (values: number[], shape = [values.length]): HostTensor =>
  new HostTensor(new Float32Array(values), shape);

/** Multiplies by one number and adds another, which does not train. */
class Affine extends Layer {
  static readonly className = 'acme>Affine';
  readonly built: unknown[] = [];
  private factor!: Weight;
  private offset!: Weight;
  override build(shape: Tree<SymbolicShape>): void {
    this.built.push(shape);
    this.offset = this.addWeight({ name: 'offset', shape: [], initializer: zeros(), trainable: false });
    this.factor = this.addWeight({ name: 'factor', shape: [], initializer: ones() });
  }
  override call(x: tf.Tensor): tf.Tensor {
    return tf.add(tf.mul(x, this.factor.read()), this.offset.read());
  }
}

/** A layer from functions, for what only one test needs. */
class Plain extends Layer {
  static readonly className = 'Plain';
  constructor(
    private readonly parts: {
      readonly build?: (layer: Plain) => void;
      readonly call?: (inputs: tf.Tensor | tf.Tensor[]) => tf.Tensor | tf.Tensor[];
      readonly inner?: readonly Layer[];
    },
    options: LayerOptions = {},
  ) {
    super(options);
  }
  weight(spec: Partial<WeightSpec>): Weight {
    return this.addWeight({ name: 'w', shape: [1], initializer: ones(), ...spec });
  }
  override build(): void {
    this.parts.build?.(this);
  }
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor | tf.Tensor[] {
    return this.parts.call?.(inputs) ?? inputs;
  }
  override get sublayers(): readonly Layer[] {
    return this.parts.inner ?? [];
  }
}

beforeAll(() => {
  tf.env().set('IS_TEST', true); // tfjs greets Node's users else
  return tf.setBackend('cpu');
});
beforeEach(() => clearNames());

describe('a layer', () => {
  it('is named for its class, without its package, or as it is told', () => {
    expect([new Affine().name, new Affine().name, new Affine({ name: 'mine' }).name]).toEqual([
      'affine',
      'affine_1',
      'mine',
    ]);
    expect(new Affine({ name: 'mine' }).label).toBe('Affine "mine"');
    expect(isLayer(new Affine())).toBe(true);
    expect([null, {}, Affine].map(isLayer)).toEqual([false, false, false]);
  });

  it.each(['', 'a/b', 5])('refuses the name %j', (name) => {
    expect(() => new Affine({ name: name as string })).toThrow('[NAME_INVALID]');
  });

  it('builds once, with the first input shape', () => {
    const layer = new Affine();
    expect(layer.isBuilt).toBe(false);
    layer.apply(input({ shape: [3] }));
    layer.apply(input({ shape: [5] }));
    expect(layer.built).toEqual([[null, 3]]);
    expect(layer.buildShape).toEqual([null, 3]);
    expect(layer.inboundNodes.map((node) => node.index)).toEqual([0, 1]);
  });

  it('builds with the list of shapes where it is applied to a list, of one too', () => {
    const layer = new Affine();
    const built = layer.built;
    const onList = new (class extends Affine {
      override call(x: tf.Tensor | tf.Tensor[]): tf.Tensor {
        return super.call((x as tf.Tensor[])[0]!);
      }
    })();
    onList.apply([input({ shape: [3] })]);
    expect(onList.built).toEqual([[[null, 3]]]);
    expect(onList.inboundNodes[0]!.inputs).toEqual([expect.objectContaining({ shape: [null, 3] })]);
    expect(built).toEqual([]);
  });

  it('remembers its first call', () => {
    const layer = new Affine();
    const x = input({ shape: [3] });
    const y = layer.apply(x);
    layer.apply(y);
    expect(layer.input).toBe(x);
    expect(layer.output).toBe(y);
  });

  it('gives what its call gives, nested alike', () => {
    class Halves extends Layer {
      static readonly className = 'Halves';
      override call(x: tf.Tensor): { readonly low: tf.Tensor; readonly rest: readonly [tf.Tensor] } {
        const [low, high] = tf.split(x, 2, 1);
        return { rest: [high!], low: low! };
      }
    }
    const { low, rest } = new Halves().apply(input({ shape: [4] }));
    expect([low.shape, rest[0].shape, low.index, rest[0].index]).toEqual([[null, 2], [null, 2], 0, 1]);
    expect(low.node.outputs).toEqual([low, rest[0]]);
  });

  it('lists trainable weights first, each group as it was created', () => {
    const layer = new Affine();
    layer.apply(input({ shape: [3] }));
    expect(layer.weights.map((weight) => weight.name)).toEqual(['affine/factor', 'affine/offset']);
    expect(layer.trainableWeights.map((weight) => weight.shortName)).toEqual(['factor']);
    expect(layer.nonTrainableWeights.map((weight) => weight.shortName)).toEqual(['offset']);
    expect(layer.parameterCount).toBe(2);
  });

  it('keeps the order of its weights when one of them is frozen', () => {
    const layer = new Affine();
    layer.apply(input({ shape: [3] }));
    layer.weights[0]!.trainable = false;
    expect(layer.weights.map((weight) => weight.shortName)).toEqual(['factor', 'offset']);
    expect(layer.trainableWeights).toEqual([]);
  });

  it('trains nothing while it is frozen, and passes that on to the layers it is made of', () => {
    const inner = dense({ units: 2 });
    const layer = new Plain({ inner: [inner], build: (self) => self.weight({}) });
    inner.apply(input({ shape: [1] }));
    layer.apply(input({ shape: [1] }));
    expect(layer.trainableWeights).toHaveLength(3);
    layer.trainable = false;
    expect(inner.trainable).toBe(false);
    expect(layer.trainableWeights).toEqual([]);
    expect(layer.nonTrainableWeights).toHaveLength(3);
    layer.trainable = true;
    expect(inner.trainableWeights).toHaveLength(2);
  });

  it('counts a weight once that two of its layers share', () => {
    const shared = dense({ units: 2 });
    shared.apply(input({ shape: [1] }));
    const layer = new Plain({ inner: [shared, new Plain({ inner: [shared] })] });
    expect(layer.weights).toHaveLength(2);
  });

  it('gives copies of its weights and takes them back', async () => {
    const layer = new Affine();
    layer.apply(input({ shape: [3] }));
    const copies = await layer.getWeights();
    (copies[0]!.data as Float32Array)[0] = 7;
    expect((await layer.getWeights())[0]!.array()).toBe(1);
    layer.setWeights(copies);
    expect((await layer.getWeights()).map((weight) => weight.array())).toEqual([7, 0]);
  });

  it('sets all weights or none, and names every one that does not fit', async () => {
    const layer = dense({ units: 2, name: 'head' });
    layer.apply(input({ shape: [2] }));
    const before = await layer.getWeights();
    const wrong = [
      [host([1, 2, 3, 4], [2, 2]), host([1])],
      [host([1, 2, 3, 4], [4]), host([1])],
      [host([1, 2, 3, 4], [2, 2]), new HostTensor(new Int32Array(2), [2], 'int32')],
    ];
    for (const values of wrong) expect(() => layer.setWeights(values)).toThrow('[WEIGHTS_MISMATCH]');
    expect(() => layer.setWeights(wrong[1]!)).toThrow(
      /2 of 2[\s\S]*head\/kernel {3}expected float32\[2, 2\], got float32\[4\]\n.*head\/bias[\s\S]*Nothing was set/,
    );
    expect(() => layer.setWeights([host([1])])).toThrow(/INPUT_INVALID.*expected 2 weights, got 1/);
    expect(() => layer.setWeights([[1], [2]] as never)).toThrow(/INPUT_INVALID.*host tensors/);
    expect(await layer.getWeights()).toEqual(before);
    expect(layer.weights.map(({ buffer }) => (buffer as HostBuffer).version)).toEqual([0, 0]);
  });

  it('says so when it is used before it is built', () => {
    const layer = dense({ units: 2, name: 'head' });
    expect(layer.weights).toEqual([]);
    for (const use of [
      () => layer.setWeights([]),
      () => layer.parameterCount,
      () => layer.input,
      () => layer.output,
    ])
      expect(use).toThrow(/\[LAYER_NOT_BUILT\] Dense "head".*\nFix: call apply\(\) on an input first/);
  });

  it('builds itself when it computes before it is applied', () => {
    const layer = new Affine();
    const values = tf.tidy(() => {
      return [...layer.apply(tf.tensor1d([1, 2])).dataSync()];
    });
    expect(values).toEqual([1, 2]);
    expect(layer.weights).toHaveLength(2);
  });

  it('is left unbuilt by a first call that fails, and can be applied again', () => {
    let isBroken = true;
    const layer = new Plain({
      build: (self) => self.weight({}),
      call: (x) => {
        if (isBroken) throw new TypeError('not yet');
        return x;
      },
    });
    expect(() => layer.apply(input({ shape: [3] }))).toThrow('LAYER_FAILED');
    expect(layer.isBuilt).toBe(false);
    expect(layer.weights).toEqual([]);
    expect(layer.inboundNodes).toEqual([]);
    isBroken = false;
    layer.apply(input({ shape: [3] }));
    expect(layer.weights).toHaveLength(1);
  });

  it('names itself and its input when its call throws an error of its own', () => {
    const cause = new TypeError('undefined is not a function');
    const layer = new Plain(
      {
        call: () => {
          throw cause;
        },
      },
      { name: 'broken' },
    );
    const apply = (): unknown => layer.apply(input({ shape: [3] }));
    expect(apply).toThrow(
      '[LAYER_FAILED] Plain "broken": its call() failed on float32[null, 3]: undefined is not a function.',
    );
    expect(apply).toThrow(expect.objectContaining({ cause }));
  });

  it.each<[unknown, string]>([
    [host([1]), 'got HostTensor'],
    [undefined, 'got undefined'],
    [['x'], 'got x at [0]'],
    [{ a: { b: 5 } }, 'got 5 at .a.b'],
    [[], 'got none'],
    [{}, 'got none'],
  ])('refuses to be applied to anything but symbolic tensors: %#', (value, message) => {
    expect(() => new Affine().apply(value as never)).toThrow(message);
    expect(() => new Affine().apply(value as never)).toThrow('[INPUT_INVALID] Affine');
  });

  it('stores its name, whether it trains and its dtype policy', () => {
    expect(new Affine({ name: 'a', trainable: false }).getConfig()).toEqual({
      name: 'a',
      trainable: false,
      dtype: 'float32',
    });
  });
});

describe('addWeight', () => {
  const building = (spec: Partial<WeightSpec>, times = 1): (() => unknown) => {
    const layer = new Plain(
      {
        build: (self) => {
          for (let i = 0; i < times; i++) self.weight(spec);
        },
      },
      { name: 'l' },
    );
    return () => layer.apply(input({ shape: [1] }));
  };

  it('takes dtype, initializer, regularizer, constraint and whether it trains', async () => {
    let weight: Weight | undefined;
    const layer = new Plain({
      build: (self) => {
        weight = self.weight({ dtype: 'int32', shape: [2], initializer: constant(3), trainable: false });
      },
    });
    layer.apply(input({ shape: [1] }));
    expect(weight!.dtype).toBe('int32');
    expect((await weight!.values()).array()).toEqual([3, 3]);
    expect(weight!.trainable).toBe(false);
  });

  it('is refused outside build', () => {
    const layer = new Plain({}, { name: 'l' });
    layer.apply(input({ shape: [1] }));
    expect(() => layer.weight({ name: 'late' })).toThrow(
      /\[LAYER_ALREADY_BUILT\] Plain "l": it adds weight "late" outside build\(\)/,
    );
  });

  it('is refused twice for one name', () => {
    expect(building({ name: 'kernel' }, 2)).toThrow(/NAME_DUPLICATE.*2 different weights are named "kernel"/);
  });

  it.each<[string, Partial<WeightSpec>, RegExp]>([
    ['an empty name', { name: '' }, /NAME_INVALID/],
    ['a name with a slash', { name: 'a/b' }, /NAME_INVALID/],
    ['an unknown size', { shape: [null, 3] as never }, /OPTION_INVALID.*"l\/w".*natural numbers.*\[null,3\]/],
    ['no initializer', { initializer: undefined as never }, /OPTION_INVALID.*initializer/],
    [
      'an initializer that gives another shape',
      { initializer: { initialize: () => host([1, 2]) } as never },
      /SHAPE_MISMATCH.*float32\[1\] from its initializer, got float32\[2\]/,
    ],
  ])('refuses %s', (_, spec, message) => {
    expect(building(spec)).toThrow(message);
  });
});
