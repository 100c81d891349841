import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import {
  clearNames,
  compose,
  input,
  Layer,
  replayBackend,
  type HostBuffer,
  Runner,
  callContext,
  type CallContextOptions,
  type SymbolicTensor,
  type Weight,
} from '@lamella/core';
import { dense, embedding, initializers } from '@lamella/layers';
import { capture, flatten, gradients, HostTensor, random } from '@lamella/program';
import { Functional } from '@lamella/training';
import { Lambda, lambda, type LambdaOptions } from './lambda.js';
import { lambdas } from './lambdas.js';
import { namedFunction, type LambdaArguments, type LambdaContext } from './named-function.js';

const { constant, ones } = initializers;
const backend = replayBackend({ name: 'cpu', load: () => Promise.resolve('cpu') });

/** What a layer gives for tensors, computed at once. */
function values(layer: Layer, inputs: tf.Tensor[], context: CallContextOptions = {}): number[][] {
  return tf.tidy(() => {
    const { outputs } = layer.invoke(inputs.length === 1 ? inputs[0]! : inputs, callContext(context));
    return flatten(outputs).map((output) => [...output.dataSync()]);
  });
}

const x3 = (): SymbolicTensor => input({ shape: [3] });

beforeAll(() => {
  tf.env().set('IS_TEST', true); // tfjs greets Node's users else
  return tf.setBackend('cpu');
});
beforeEach(() => clearNames());

describe('a Lambda', () => {
  it('computes its function of one tensor', () => {
    const layer = lambda((x: tf.Tensor) => tf.add(x, 2));
    expect(layer.apply(x3()).shape).toEqual([null, 3]);
    expect(values(layer, [tf.tensor2d([[1, 2, 3]])])).toEqual([[3, 4, 5]]);
    expect(layer.name).toBe('lambda');
    expect(layer.label).toBe('Lambda "lambda"');
    expect(layer.weights).toEqual([]);
  });

  it('computes its function of a list of tensors, of one tensor too', () => {
    const layer = lambda(([a, b]: tf.Tensor[]) => tf.sub(a!, b!));
    expect(layer.apply([x3(), x3()]).shape).toEqual([null, 3]);
    expect(values(layer, [tf.tensor2d([[5, 5, 5]]), tf.tensor2d([[1, 2, 3]])])).toEqual([[4, 3, 2]]);
    const one = lambda(([a]: tf.Tensor[]) => tf.neg(a!));
    expect(one.apply([x3()]).shape).toEqual([null, 3]);
  });

  it('gives several outputs', () => {
    const layer = lambda((x: tf.Tensor) => [tf.sum(x, 1), tf.mul(x, 2)]);
    const [sum, double] = layer.apply(x3());
    expect([sum.shape, double.shape]).toEqual([[null], [null, 3]]);
    expect(values(layer, [tf.tensor2d([[1, 2, 3]])])).toEqual([[6], [2, 4, 6]]);
  });

  it('hands its arguments to the function, frozen', () => {
    let seen: unknown;
    const given = { factor: 3, more: { shift: [1] } };
    const layer = lambda(
      (x: tf.Tensor, args: typeof given) => {
        seen = args;
        return tf.add(tf.mul(x, args.factor), args.more.shift[0]!);
      },
      { arguments: given },
    );
    given.factor = 100;
    expect(values(layer, [tf.tensor2d([[1, 2, 3]])])).toEqual([[4, 7, 10]]);
    expect(Object.isFrozen(seen)).toBe(true);
    expect(layer.getConfig().arguments).toEqual({ factor: 3, more: { shift: [1] } });
  });

  it('tells the function whether it trains', () => {
    const layer = lambda((x: tf.Tensor, _: object, { training }: LambdaContext) =>
      tf.mul(x, training ? 0 : 1),
    );
    expect(values(layer, [tf.tensor2d([[1, 2, 3]])])).toEqual([[1, 2, 3]]);
    expect(values(layer, [tf.tensor2d([[1, 2, 3]])], { training: true })).toEqual([[0, 0, 0]]);
  });

  it('is shared like any layer', () => {
    const layer = lambda((x: tf.Tensor) => tf.mul(x, 3));
    const x = x3();
    const model = new Functional({ inputs: x, outputs: layer.apply(layer.apply(x)) });
    expect(values(model, [tf.tensor2d([[1, 2, 3]])])).toEqual([[9, 18, 27]]);
    expect(layer.inboundNodes).toHaveLength(2);
  });

  it('differs by exactly two before and after, where it adds two', async () => {
    const x = input({ shape: [4] });
    const before = dense({ units: 3, name: 'before' }).apply(x);
    const after = lambda((t: tf.Tensor) => tf.add(t, 2), { name: 'add_two' }).apply(before);
    const whole = new Functional({ inputs: x, outputs: dense({ units: 1 }).apply(after) });
    const models = [before, after].map((outputs) => new Functional({ inputs: x, outputs }));
    expect(whole.getLayer('add_two')).toBe(models[1]!.getLayer('add_two'));
    // Small multiples of 1/8, so that adding 2 rounds nothing.
    models[0]!.getLayer('before').setWeights([
      new HostTensor(
        Float32Array.from({ length: 12 }, (_, i) => (i - 5) / 8),
        [4, 3],
      ),
      new HostTensor(new Float32Array([0.25, 0, -0.5]), [3]),
    ]);
    const rows = new HostTensor(
      Float32Array.from({ length: 8 }, (_, i) => i - 4),
      [2, 4],
    );
    const [m1, m2] = await Promise.all(
      models.map(async (model) => {
        const args = [{ name: 'x', shape: [2, 4], dtype: 'float32' }] as const;
        const captured = capture((t) => flatten(model.apply(t!)), args);
        const runner = await Runner.create(backend, captured);
        return runner.compute([rows], { seed: 0, step: 0 }, ([output]) => [...output!.data]);
      }),
    );
    expect(m2!.map((value, i) => value - m1![i]!)).toEqual(Array(6).fill(2));
  });

  it('draws anew at every step with random.normal, and the same at the same step', async () => {
    const noisy = lambda((x: tf.Tensor) => tf.add(x, random.normal(x.shape)), { name: 'noise' });
    noisy.apply(x3());
    const captured = capture((x) => [noisy.apply(x!)], [{ name: 'x', shape: [2, 3], dtype: 'float32' }]);
    expect(captured.program.inputs.map((one) => one.random?.stream)).toEqual([undefined, 'noise:0']);
    const runner = await Runner.create(backend, captured);
    const draw = async (step: number): Promise<unknown> =>
      runner.compute([HostTensor.zeros([2, 3])], { seed: 5, step }, ([output]) => output!.array());
    const first = await draw(0);
    expect(await draw(1)).not.toEqual(first);
    expect(await draw(0)).toEqual(first);
  });

  it('lets gradients straight through a custom gradient', async () => {
    const straight = tf.customGrad((x) => ({
      value: tf.round(x as tf.Tensor),
      gradFunc: (dy) => dy as tf.Tensor,
    }));
    const layer = lambda((x: tf.Tensor) => straight(x));
    layer.apply(x3());
    const captured = capture(
      (x) => {
        const y = layer.apply(x!);
        return [y, gradients(tf.sum(tf.mul(y, tf.tensor1d([1, 2, 3]))), [x!])[0]!];
      },
      [{ name: 'x', shape: [3], dtype: 'float32' }],
    );
    const runner = await Runner.create(backend, captured);
    const [y, gradient] = await runner.compute(
      [new HostTensor(new Float32Array([0.4, 1.6, 2.2]), [3])],
      { seed: 0, step: 0 },
      (values) => values,
    );
    expect(y!.array()).toEqual([0, 2, 2]);
    expect(gradient!.array()).toEqual([1, 2, 3]);
  });

  it('keeps the name of a named function, and an anonymous one has none', () => {
    const named = namedFunction('acme>same', (x: tf.Tensor) => x);
    expect(lambda(named).functionName).toBe('acme>same');
    expect(lambda((x: tf.Tensor) => x).functionName).toBeUndefined();
    expect(lambda(named, { name: 'l', outputShape: [3] }).getConfig()).toEqual({
      name: 'l',
      trainable: true,
      dtype: 'float32',
      function: named,
      outputShape: [3],
      arguments: {},
    });
    const config = lambda(named, { arguments: { a: 1 } }).getConfig();
    expect(new Lambda(config as never).getConfig()).toEqual(config);
  });
});

describe("a Lambda's output shape", () => {
  const shapeOf = (
    options: LambdaOptions<LambdaArguments, tf.Tensor>,
    fn = (x: tf.Tensor): tf.Tensor => tf.concat([x, x], 1),
  ): unknown => lambda(fn, { name: 'l', ...options }).apply(x3()).shape;

  it('is inferred, or declared without the batch, or computed from whole shapes', () => {
    expect(shapeOf({})).toEqual([null, 6]);
    expect(shapeOf({ outputShape: [6] })).toEqual([null, 6]);
    expect(shapeOf({ outputShape: null })).toEqual([null, 6]);
    expect(shapeOf({ outputShape: (shape) => [shape[0]!, 2 * shape[1]!] })).toEqual([null, 6]);
  });

  it('of a list of inputs is computed from the list of shapes', () => {
    const layer = lambda(([a]: tf.Tensor[]) => a!, {
      outputShape: (shapes) => shapes[0]!,
    });
    expect(layer.apply([x3(), x3()]).shape).toEqual([null, 3]);
  });

  it('may say a size that cannot be inferred', () => {
    const layer = lambda((x: tf.Tensor) => tf.mul(x, 2), { outputShape: [5] });
    expect(layer.apply(input({ shape: [null] })).shape).toEqual([null, 5]);
  });

  it('is refused where the function gives another', () => {
    expect(() => shapeOf({ outputShape: [3] })).toThrow(
      '[SHAPE_MISMATCH] Lambda "l": outputShape says [null, 3], the function gives [null, 6].\nFix: leave outputShape out',
    );
    expect(() => shapeOf({ outputShape: [6, 1] })).toThrow('[SHAPE_MISMATCH]');
    expect(() => lambda((x: tf.Tensor) => [x, x], { outputShape: [3] }).apply(x3())).toThrow(
      /SHAPE_MISMATCH.*the function gives \[null, 3\] and \[null, 3\]/,
    );
  });

  it.each<unknown>([5, 'auto', [-1], [1.5], [undefined]])('may not be %j', (outputShape) => {
    expect(() => shapeOf({ outputShape: outputShape as never })).toThrow(
      /\[OPTION_INVALID\] Lambda "l": outputShape/,
    );
  });

  it.each<unknown>([undefined, ['6'], Promise.resolve([null, 6])])('may not be computed as %j', (shape) => {
    expect(() => shapeOf({ outputShape: (() => shape) as never })).toThrow(
      '[OPTION_INVALID] Lambda "l": outputShape: expected a function that gives a whole shape for each output',
    );
  });
});

describe("a Lambda's mask", () => {
  const masksOf = (
    options: LambdaOptions<LambdaArguments, tf.Tensor>,
    fn?: (x: tf.Tensor, args: object, context: LambdaContext) => tf.Tensor,
  ): unknown => {
    const x = input({ shape: [3], dtype: 'int32' });
    const words = embedding({
      inputDim: 5,
      outputDim: 1,
      maskZero: true,
      embeddingsInitializer: ones(),
    }).apply(x);
    const layer = lambda(fn ?? ((t: tf.Tensor) => t), options);
    const model = new Functional({ inputs: x, outputs: layer.apply(words) });
    const found: { values: number[]; mask: number[] | null } = { values: [], mask: null };
    tf.tidy(() => {
      const tokens = tf.tensor2d([[1, 0, 2]], [1, 3], 'int32');
      const { outputs, masks } = model.invoke(tokens, callContext());
      found.values = [...flatten(outputs)[0]!.dataSync()];
      found.mask = masks[0] ? [...masks[0].dataSync()] : null;
    });
    return found;
  };

  it('ends there, unless a function gives one', () => {
    expect(masksOf({})).toMatchObject({ mask: null });
    expect(masksOf({ mask: (_, mask) => tf.logicalNot(mask as tf.Tensor) })).toMatchObject({
      mask: [0, 1, 0],
    });
    expect(masksOf({ mask: () => null })).toMatchObject({ mask: null });
  });

  it('is given to the function', () => {
    const masked = masksOf({}, (t, _, { mask }) =>
      tf.mul(t, tf.expandDims(tf.cast(mask as tf.Tensor, 'float32'), -1)),
    );
    expect(masked).toMatchObject({ values: [1, 0, 1] });
  });

  it('is a function', () => {
    expect(() => lambda((x: tf.Tensor) => x, { mask: true as never })).toThrow(/\[OPTION_INVALID\].*mask/);
  });

  it.each<unknown>([3, Promise.resolve(null)])('may not be %j', (mask) => {
    expect(() => lambda((x: tf.Tensor) => x, { name: 'l', mask: () => mask as never }).apply(x3())).toThrow(
      '[OPTION_INVALID] Lambda "l": mask: expected a function that gives a mask or null for each output, got',
    );
  });
});

describe('a function that is no Lambda', () => {
  const applied = (fn: (x: tf.Tensor) => unknown): (() => unknown) => {
    const layer = lambda(fn as never, { name: 'l' });
    return () => layer.apply(x3());
  };

  it.each<unknown>([undefined, null, 'tutorial>add_two', {}, tf.Tensor.prototype])('is not %j', (fn) => {
    expect(() => lambda(fn as never, { name: 'l' })).toThrow(
      /\[OPTION_INVALID\] Lambda "l": function: expected a function of tfjs-core calls/,
    );
  });

  it.each<[string, (x: tf.Tensor) => unknown, RegExp]>([
    ['reads values', (x) => tf.scalar(x.dataSync()[0]!), /it reads the values of a tensor/],
    [
      'branches on a value',
      (x) => ((x.arraySync() as number[][])[0]![0]! > 0 ? x : tf.neg(x)),
      /reads the values/,
    ],
    ['awaits', async (x) => Promise.resolve(x), /its call\(\) is asynchronous/],
    [
      'draws with tfjs',
      (x) => tf.add(x, tf.randomNormal([3])),
      /tf\.randomNormal would freeze[\s\S]*Fix: use random\.normal\(shape\)/,
    ],
    ['draws with Math.random', (x) => tf.mul(x, Math.random()), /Math\.random\(\) would freeze/],
    ['asks for the time', (x) => tf.mul(x, Date.now()), /the current time would freeze/],
    ['returns a number', () => 5, /expected tensors from its call\(\), got number/],
    ['returns nothing', () => undefined, /expected tensors from its call\(\), got undefined/],
  ])('is not one that %s', (_, fn, message) => {
    expect(applied(fn)).toThrow(message);
    expect(applied(fn)).toThrow('[NOT_CAPTURABLE] Lambda "l"');
  });

  it('is not one that throws: the original error is the cause, told in the shapes of the user', () => {
    const cause = new RangeError('out of range');
    const apply = applied(() => {
      throw cause;
    });
    expect(apply).toThrow(
      '[LAMBDA_FAILED] Lambda "l": its function failed on float32[null, 3]: out of range.\nFix: mend the function',
    );
    expect(apply).toThrow(expect.objectContaining({ cause }));
    const misfit = applied((x) => tf.matMul(x, tf.ones([4, 2])));
    expect(misfit).toThrow(/Lambda "l"[\s\S]*\[null, 3\]/);
  });

  it('is not one that uses a tf.Variable from outside, or makes one', () => {
    const variable = tf.variable(tf.ones([3]), true, 'outside');
    expect(applied((x) => tf.mul(x, variable))).toThrow(
      /NOT_CAPTURABLE.*tf\.Variable "outside" \(float32\[3\]\)[\s\S]*Fix: write a Layer subclass/,
    );
    expect(applied((x) => tf.mul(x, tf.variable(tf.ones([3]))))).toThrow(
      /NOT_CAPTURABLE[\s\S]*Layer subclass/,
    );
    variable.dispose();
  });
});

describe('a weight inside a Lambda', () => {
  const fix =
    /\[NOT_CAPTURABLE\] Lambda "l": its function uses weight "inner\/kernel" of another layer, which would not train[\s\S]*Fix: write a Layer subclass/;

  it('is refused, of a layer built before or inside', () => {
    const built = dense({ units: 2, name: 'inner' });
    built.apply(x3());
    const fresh = dense({ units: 2, name: 'inner' });
    for (const layer of [built, fresh]) {
      const calling = lambda((x: tf.Tensor) => layer.apply(x), {
        name: 'l',
      });
      expect(() => calling.apply(x3())).toThrow(fix);
    }
  });

  it('is refused where it is read or assigned by itself', () => {
    const inner = dense({ units: 3, name: 'inner' });
    inner.apply(x3());
    const [kernel] = inner.weights;
    expect(() =>
      lambda((x: tf.Tensor) => tf.matMul(x, kernel!.read() as tf.Tensor2D), { name: 'l' }).apply(x3()),
    ).toThrow(fix);
    const assigning = lambda(
      (x: tf.Tensor) => {
        kernel!.assign(tf.zeros([3, 3]));
        return x;
      },
      { name: 'l' },
    );
    expect(() => assigning.apply(x3())).toThrow(fix);
    expect((kernel!.buffer as HostBuffer).version).toBe(0);
  });

  it('is refused though the layer is a part of the same model elsewhere', () => {
    const x = x3();
    const inner = dense({ units: 3, name: 'inner' });
    const h = inner.apply(x);
    expect(() => lambda((t: tf.Tensor) => inner.apply(t), { name: 'l' }).apply(h)).toThrow(fix);
  });

  it('is refused in the mask of nothing, but fine for a layer without weights', () => {
    const inner = lambda((x: tf.Tensor) => tf.mul(x, 2));
    const outer = lambda((x: tf.Tensor) => inner.apply(x));
    expect(outer.apply(x3()).shape).toEqual([null, 3]);
  });

  it('is allowed where the layer that runs the Lambda has it', () => {
    class Scale extends Layer {
      static readonly className = 'acme>Scale';
      private factor!: Weight;
      private readonly part = lambda((x: tf.Tensor) => tf.mul(x, this.factor.read()), { name: 'part' });
      override build(): void {
        this.factor = this.addWeight({ name: 'factor', shape: [], initializer: constant(4) });
      }
      override get sublayers(): readonly Layer[] {
        return [this.part];
      }
      override call(x: tf.Tensor): tf.Tensor {
        return this.part.apply(x);
      }
    }
    const scale = new Scale();
    expect(scale.apply(x3()).shape).toEqual([null, 3]);
    expect(values(scale, [tf.tensor2d([[1, 2, 3]])])).toEqual([[4, 8, 12]]);
    const around = lambda((x: tf.Tensor) => scale.apply(x), { name: 'l' });
    expect(() => around.apply(x3())).toThrow(/NOT_CAPTURABLE\] Lambda "l".*"scale\/factor"/);
  });

  it('is refused where the Lambda is saved too', () => {
    const inner = dense({ units: 3, name: 'inner' });
    inner.apply(x3());
    let isUsed = false;
    const late = lambda((x: tf.Tensor) => (isUsed ? inner.apply(x) : x), {
      name: 'l',
    });
    late.apply(x3());
    isUsed = true;
    expect(() => late.saveFunction()).toThrow(fix);
  });
});

describe('a Lambda in a composition', () => {
  it('is found by its Keras name, and made again from its config', () => {
    const named = namedFunction('acme>same', (x: tf.Tensor) => x);
    const { catalog } = compose({ plugins: [lambdas({ functions: [named] })] });
    const Found = catalog.get('layers', 'Lambda');
    const again = new Found(lambda(named, { name: 'l' }).getConfig()) as unknown as Lambda;
    expect(again.functionName).toBe('acme>same');
    expect(again.apply(x3())).toMatchObject({ shape: [null, 3] });
  });
});
