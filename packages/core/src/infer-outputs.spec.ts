import { describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import { flatten, formatShape, random, type SymbolicShape } from '@lamella/program';
import { batchNormalization, dense, dropout, initializers } from '@lamella/layers';
import type { CallContext } from './call-context.js';
import type { HostBuffer } from './host-buffer.js';
import { input } from './input.js';
import { Layer } from './layer.js';
import type { SymbolicTensor } from './symbolic-tensor.js';

type Call = (inputs: never, context: CallContext) => tf.Tensor | tf.Tensor[];

class Plain extends Layer {
  static readonly className = 'Plain';
  calls: readonly number[][] = [];
  constructor(private readonly fn: Call) {
    super({ name: 'plain' });
  }
  override call(inputs: tf.Tensor | tf.Tensor[], context: CallContext): tf.Tensor | tf.Tensor[] {
    this.calls = [...this.calls, [...[inputs].flat()[0]!.shape]];
    return this.fn(inputs as never, context);
  }
}

/** The inferred shapes of a function's outputs. */
function shapesOf(call: Call, ...batchShapes: SymbolicShape[]): SymbolicShape[] {
  const tensors = batchShapes.map((batchShape) => input({ batchShape }));
  const outputs = new Plain(call).apply(tensors.length === 1 ? tensors[0]! : tensors);
  return flatten<SymbolicTensor>(outputs).map((tensor) => tensor.shape);
}

function messageOf(fn: () => unknown): string {
  try {
    fn();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('nothing was thrown');
}

describe('the inferred shape', () => {
  it('follows what is unknown and keeps what is known', () => {
    expect(shapesOf((x: tf.Tensor) => tf.relu(x), [null, 4])).toEqual([[null, 4]]);
    expect(shapesOf((x: tf.Tensor) => tf.sum(x, 0), [null, 4])).toEqual([[4]]);
    expect(shapesOf((x: tf.Tensor) => tf.sum(x), [null, 4])).toEqual([[]]);
    expect(shapesOf((x: tf.Tensor) => tf.transpose(x), [null, 4, null])).toEqual([[null, 4, null]]);
  });

  it('is exact, by one capture, where everything is known', () => {
    const layer = new Plain((x: tf.Tensor) => tf.tile(x, [2, 1]));
    expect(layer.apply(input({ batchShape: [3, 4] }))).toMatchObject({ shape: [6, 4] });
    expect(layer.calls).toEqual([[3, 4]]);
  });

  it('holds for several outputs, and inputs', () => {
    expect(shapesOf(([a, b]: tf.Tensor[]) => [tf.concat([a!, b!], 1), a!], [null, 2], [null, 3])).toEqual([
      [null, 5],
      [null, 2],
    ]);
  });

  it('is unknown where it follows an unknown size by some arithmetic', () => {
    const half = (x: tf.Tensor): tf.Tensor => tf.slice(x, [0, 0], [-1, Math.floor(x.shape[1]! / 2)]);
    expect(shapesOf(half, [null, null])).toEqual([[null, null]]);
  });

  it.each([8, 16, 32, 64, 128])('is not taken for known where an unknown size is divided by %d', (by) => {
    const part = (x: tf.Tensor): tf.Tensor => tf.slice(x, [0, 0], [-1, Math.floor(x.shape[1]! / by)]);
    expect(shapesOf(part, [null, null])).toEqual([[null, null]]);
  });

  it('is not taken for known where it tells odd sizes from even ones', () => {
    const rest = (x: tf.Tensor): tf.Tensor => tf.slice(x, [0, 0], [-1, 1 + (x.shape[1]! % 2)]);
    expect(shapesOf(rest, [null, null])).toEqual([[null, null]]);
  });

  it('keeps a size that is cut to a constant', () => {
    expect(shapesOf((x: tf.Tensor) => tf.slice(x, [0, 0], [-1, 3]), [null, null])).toEqual([[null, 3]]);
  });

  it('takes equal sizes where two unknown dimensions must be equal', () => {
    const gram = (x: tf.Tensor): tf.Tensor => tf.add(x, tf.transpose(x, [0, 2, 1]));
    expect(shapesOf(gram, [null, null, null])).toEqual([[null, null, null]]);
    const square = (x: tf.Tensor): tf.Tensor => tf.add(x, tf.transpose(x));
    expect(shapesOf(square, [null, null])).toEqual([[null, null]]);
  });

  it('takes sizes that can be divided where a layer divides them', () => {
    expect(shapesOf((x: tf.Tensor) => tf.reshape(x, [-1, 8]), [null, 3])).toEqual([[null, 8]]);
    const pairs = (x: tf.Tensor): tf.Tensor => tf.reshape(x, [x.shape[0]!, -1, 2, 3]);
    expect(shapesOf(pairs, [null, null, 3])).toEqual([[null, null, 2, 3]]);
  });

  it('does not mistake a known size for the size of a trial', () => {
    const add = (x: tf.Tensor): tf.Tensor => tf.add(x, tf.ones([101]));
    expect(shapesOf(add, [null, 101])).toEqual([[null, 101]]);
    expect(() => shapesOf((x: tf.Tensor) => tf.add(x, tf.transpose(x)), [null, 101])).toThrow();
  });

  it('has the dtype that comes out', () => {
    const argument = new Plain((x: tf.Tensor) => tf.argMax(x, 1)).apply(input({ shape: [4] }));
    expect(argument).toMatchObject({ dtype: 'int32', shape: [null] });
  });

  it.each<[string, Call, RegExp]>([
    [
      'rank',
      (x: tf.Tensor) => (x.shape[0]! % 2 === 0 ? tf.sum(x, 1) : x),
      /it gives float32 of rank 2 at one size and float32 of rank 1 at another/,
    ],
    [
      'dtype',
      (x: tf.Tensor) => (x.shape[0]! % 2 === 0 ? tf.cast(x, 'int32') : x),
      /int32 of rank 2 at another/,
    ],
    [
      'number',
      (x: tf.Tensor) => (x.shape[0]! % 2 === 0 ? [x, x] : [x]),
      /rank 2 and float32 of rank 2 at another/,
    ],
  ])('cannot be told where the %s of the output depends on an unknown size', (_, call, message) => {
    const infer = (): unknown => shapesOf(call, [null, 4]);
    expect(infer).toThrow(message);
    expect(infer).toThrow(
      '[NOT_CAPTURABLE] Plain "plain": its output depends on the size of an unknown dimension of [null, 4]',
    );
  });
});

describe('shape inference', () => {
  it('changes no state, though the layer assigns some', async () => {
    const layer = batchNormalization();
    layer.apply(input({ shape: [3] }));
    expect(layer.weights.map(({ buffer }) => (buffer as HostBuffer).version)).toEqual([0, 0, 0, 0]);

    class Counter extends Layer {
      static readonly className = 'Counter';
      override build(): void {
        this.addWeight({
          name: 'count',
          shape: [],
          trainable: false,
          initializer: initializers.zeros(),
        });
      }
      override call(x: tf.Tensor): tf.Tensor {
        const [count] = this.weights;
        count!.assign(tf.add(count!.read(), 1));
        return tf.mul(x, count!.read());
      }
    }
    const counter = new Counter();
    expect(counter.apply(input({ shape: [3] })).shape).toEqual([null, 3]);
    expect((counter.weights[0]!.buffer as HostBuffer).version).toBe(0);
    expect((await counter.weights[0]!.values()).array()).toBe(0);
  });

  it('draws nothing, though the layer is random', () => {
    expect(dropout({ rate: 0.5 }).apply(input({ shape: [3] })).shape).toEqual([null, 3]);
    const noisy = (x: tf.Tensor): tf.Tensor => tf.add(x, random.normal(x.shape));
    expect(shapesOf(noisy, [null, 3])).toEqual([[null, 3]]);
  });

  it('asks the layer as it is outside training', () => {
    const flags: boolean[] = [];
    shapesOf(
      (x: tf.Tensor, context) => {
        flags.push(context.training);
        return x;
      },
      [null, 3],
    );
    expect(new Set(flags)).toEqual(new Set([false]));
  });

  it.each([4, 101, 211])(
    'builds the layers inside a layer with unknown sizes unknown, and %d known',
    (size) => {
      const inner = dense({ units: 2 });
      class Outer extends Layer {
        static readonly className = 'Outer';
        override get sublayers(): readonly Layer[] {
          return [inner];
        }
        override call(x: tf.Tensor): tf.Tensor {
          return inner.apply(x);
        }
      }
      const outer = new Outer();
      expect(outer.apply(input({ shape: [null, size] })).shape).toEqual([null, null, 2]);
      expect(inner.buildShape).toEqual([null, null, size]);
      expect(outer.weights.map((weight) => formatShape(weight.shape))).toEqual([`[${size}, 2]`, '[2]']);
    },
  );
});

it('a size that happens to be one of a trial stays known inside a layer', () => {
  const inner = new Plain((x: tf.Tensor) => x);
  const outer = new Plain((x: tf.Tensor) => inner.apply(x));
  outer.apply(input({ shape: [101] }));
  expect(inner.buildShape).toEqual([null, 101]);
});

describe('an error while shapes are inferred', () => {
  const trial = /\b(101|131|139|211|223|227|240|322|358|362)\b/;

  it("names the layer and shows the user's own shapes", () => {
    const message = messageOf(() =>
      shapesOf((x: tf.Tensor) => tf.matMul(x, tf.ones([5, 2])), [null, null, 4]),
    );
    expect(message).toContain('Plain "plain"');
    expect(message).toContain('null, null, 4');
    expect(message).not.toMatch(trial);
  });

  it('shows no size that was only tried, in sizes made of it either', () => {
    const layer = new Plain((x: tf.Tensor) => {
      throw new RangeError(`cannot take ${x.shape.join(' by ')}, which is ${x.size} in all, or 3`);
    });
    const message = messageOf(() => layer.apply(input({ shape: [null, 4] })));
    expect(message).toContain('cannot take null by null by 4, which is null in all, or 3.');
  });

  it('shows none in its causes and its stack', () => {
    const layer = new Plain((x: tf.Tensor) => {
      throw new RangeError(`cannot take ${x.shape.join(' by ')}`);
    });
    try {
      layer.apply(input({ shape: [4] }));
      expect(true).toBe(false);
    } catch (error) {
      const { message, stack, cause } = error as Error & { cause: Error };
      expect(cause).toBeInstanceOf(RangeError);
      expect(cause.message).toBe('cannot take null by 4');
      for (const text of [message, stack!.split('\n    at')[0]!, cause.stack!.split('\n    at')[0]!]) {
        expect(text).toContain('null by 4');
        expect(text).not.toMatch(trial);
      }
    }
  });

  it('shows none where it arises at one size only', () => {
    const layer = new Plain((x: tf.Tensor) => {
      if (x.shape[0]! % 2 === 0) throw new RangeError(`cannot take ${x.shape.join(' by ')}`);
      return x;
    });
    expect(messageOf(() => layer.apply(input({ shape: [4] })))).toContain('cannot take null by 4.');
  });

  it('is the first that arose, not that of a later trial', () => {
    const layer = new Plain((x: tf.Tensor) => {
      throw new RangeError(x.shape[1] === x.shape[2] ? 'at equal sizes' : 'at different sizes');
    });
    expect(messageOf(() => layer.apply(input({ shape: [null, null] })))).toContain('at different sizes');
  });

  it('of a layer of Keras shows the shape it was given', () => {
    const layer = dense({ units: 2, name: 'head' });
    layer.apply(input({ shape: [null, 3] }));
    const message = messageOf(() => layer.apply(input({ shape: [null, 4] })));
    expect(message).toContain('[SHAPE_MISMATCH] Dense "head"');
    expect(message).toContain('[null, null, 4]');
    expect(message).not.toMatch(trial);
  });
});
