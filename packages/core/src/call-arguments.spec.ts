// Trees of tensors, tensors as arguments of calls, masks given at a call, and layers that are called inside others.
import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { dense, embedding, initializers } from '@lamella/layers';
import { flatten, type SymbolicShape, type Tree } from '@lamella/program';
import { Functional } from '@lamella/training';
import type { CallArguments } from './call-arguments.js';
import { callContext, type CallContext } from './call-context.js';
import { input } from './input.js';
import { Layer, type LayerOptions } from './layer.js';
import { clearNames } from './names.js';
import type { SymbolicTensor } from './symbolic-tensor.js';
import type { Weight } from './weight.js';

const { constant } = initializers;
const x1 = (name?: string): SymbolicTensor => input({ shape: [1], ...(name !== undefined && { name }) });

/** `{ value: query * value, sum: query + value }` of `{ query, value }`. */
class Pair extends Layer {
  static readonly className = 'acme>Pair';
  built: Tree<SymbolicShape> | undefined;
  override build(shape: Tree<SymbolicShape>): void {
    this.built = shape;
  }
  override call({ query, value }: { readonly query: tf.Tensor; readonly value: tf.Tensor }): {
    readonly value: tf.Tensor;
    readonly sum: tf.Tensor;
  } {
    return { value: tf.mul(query, value), sum: tf.add(query, value) };
  }
}

/** Adds its weight and, where they are given, its arguments. */
class Memory extends Layer {
  static readonly className = 'acme>Memory';
  static readonly callArguments = ['initialState', 'isNegative'];
  shapes: CallArguments<SymbolicShape> | undefined;
  private offset!: Weight;
  override build(_shape: Tree<SymbolicShape>, argShapes: CallArguments<SymbolicShape>): void {
    this.shapes = argShapes;
    this.offset = this.addWeight({ name: 'offset', shape: [], initializer: constant(100) });
  }
  override call(x: tf.Tensor, { args }: CallContext): tf.Tensor {
    const { initialState = [], isNegative = false } = args as {
      readonly initialState?: readonly tf.Tensor[];
      readonly isNegative?: boolean;
    };
    const sum = initialState.reduce((a, b) => tf.add(a, b), tf.add(x, this.offset.read()));
    return isNegative ? tf.neg(sum) : sum;
  }
}

/** Numbers that say which places of its input are masked in. */
class ShowMask extends Layer {
  static readonly className = 'acme>ShowMask';
  override call(inputs: Tree<tf.Tensor>, { masks }: CallContext): tf.Tensor {
    const shown = masks.map((mask) => (mask === null ? tf.scalar(-1) : tf.sum(tf.cast(mask, 'float32'))));
    return tf.add(tf.stack(shown), tf.mul(0, tf.sum(flatten(inputs)[0]!)));
  }
}

const numbers = (tree: Tree<tf.Tensor>): number[] =>
  flatten(tree).flatMap((tensor) => [...tensor.dataSync()]);
const compute = (model: Functional, inputs: Tree<tf.Tensor>): number[] =>
  tf.tidy(() => numbers(model.invoke(inputs, callContext()).outputs));
const column = (value: number): tf.Tensor => tf.tensor2d([[value]]);

beforeAll(() => {
  tf.env().set('IS_TEST', true); // tfjs greets Node's users else
  return tf.setBackend('cpu');
});
beforeEach(() => clearNames());

describe('a layer of records', () => {
  it('gives symbolic tensors nested and named like what it computes, and is built with a record of shapes', () => {
    const pair = new Pair();
    const { value, sum } = pair.apply({ value: input({ shape: [3] }), query: input({ shape: [1] }) });
    expect([value.shape, sum.shape]).toEqual([
      [null, 3],
      [null, 3],
    ]);
    expect(pair.built).toEqual({ query: [null, 1], value: [null, 3] });
    expect(pair.buildShape).toEqual({ query: [null, 1], value: [null, 3] });
  });

  it('runs in a graph of records, nested and shared', () => {
    const inner = { query: x1('q'), value: x1('v') };
    const pair = new Pair();
    const first = pair.apply(inner);
    const model = new Functional({
      inputs: inner,
      outputs: { out: pair.apply({ query: first.sum, value: first.value }) },
    });
    // 2 and 5: the sum 7 and the product 10, of which the sum is 17 and the product 70.
    expect(compute(model, { query: column(2), value: column(5) })).toEqual([17, 70]);
    const ends = { value: x1('value'), query: x1('query') };
    const outer = new Functional({ inputs: ends, outputs: model.apply(ends) });
    expect(compute(outer, { query: column(2), value: column(5) })).toEqual([17, 70]);
    expect(outer.outputStructure).toEqual({ out: { sum: '*', value: '*' } });
  });

  it('begins in the middle of a graph', () => {
    const ends = { query: x1('q'), value: x1('v') };
    const { sum, value } = new Pair().apply(ends);
    const last = new Pair().apply({ query: sum, value });
    const model = new Functional({ inputs: [sum, value], outputs: last });
    expect(compute(model, [column(7), column(10)])).toEqual([17, 70]);
  });

  it('refuses another structure than at its first call, naming both and the keys', () => {
    const pair = new Pair({ name: 'pair' });
    pair.apply({ query: x1(), value: x1() });
    expect(() => pair.apply({ query: x1(), values: x1() } as never)).toThrow(
      '[STRUCTURE_MISMATCH] Pair "pair": expected inputs nested as { query: *, value: * }, got { query: *, values: * }.\n' +
        '  "value" is missing\n  "values" is not expected',
    );
    expect(() => pair.apply([x1(), x1()] as never)).toThrow('got [*, *]');
  });
});

describe('arguments of a call', () => {
  it('are edges of the graph, and reach build and call by name', () => {
    const memory = new Memory();
    const [x, h, c] = [x1('x'), x1('h'), x1('c')];
    const y = memory.apply(x, { initialState: [h, c], isNegative: true });
    expect(memory.shapes).toEqual({
      initialState: [
        [null, 1],
        [null, 1],
      ],
      isNegative: true,
    });
    expect(y.node.parents).toEqual([x, h, c]);
    const model = new Functional({ inputs: [x, h, c], outputs: y });
    expect(compute(model, [column(1), column(2), column(3)])).toEqual([-106]);
    expect(model.layers.map(({ name }) => name)).toEqual(['x', 'h', 'c', 'memory']);
    expect(() => new Functional({ inputs: [x, h], outputs: y })).toThrow(/GRAPH_DISCONNECTED.*"c"/);
  });

  it('may be there at one call and not at another', () => {
    const memory = new Memory();
    const [x, h] = [x1('x'), x1('h')];
    const y = memory.apply(memory.apply(x), { initialState: [h] });
    expect(compute(new Functional({ inputs: [x, h], outputs: y }), [column(1), column(2)])).toEqual([203]);
  });

  it('go along when a model begins in the middle', () => {
    const memory = new Memory();
    const [x, h] = [x1('x'), x1('h')];
    const twice = new Pair().apply({ query: x, value: x }).sum;
    const y = memory.apply(twice, { initialState: [h], isNegative: true });
    const model = new Functional({ inputs: [twice, h], outputs: y });
    expect(compute(model, [column(1), column(2)])).toEqual([-103]);
  });

  it('are refused where the class does not know them, with the nearest that it knows', () => {
    const memory = new Memory({ name: 'memory' });
    expect(() => memory.apply(x1(), { initialStates: [x1()] })).toThrow(
      /\[ARGUMENT_UNKNOWN\] Memory "memory": its calls take no "initialStates"\. .*Did you mean "initialState"\?/,
    );
    expect(() => new Pair().apply({ query: x1(), value: x1() }, { attentionMask: x1() })).toThrow(
      'ARGUMENT_UNKNOWN',
    );
    expect(() => memory.apply(x1(), { initialState: [new Date() as never] })).toThrow(
      /INPUT_INVALID.*symbolic tensors in its argument "initialState", got Date/,
    );
  });
});

describe('a mask given at a call', () => {
  const shown = (mask: (x: SymbolicTensor) => Tree<SymbolicTensor | null> | undefined): number[] => {
    const x = input({ shape: [3], dtype: 'int32', name: 'x' });
    const words = embedding({ inputDim: 5, outputDim: 2, maskZero: true }).apply(x);
    const y = new ShowMask().apply(words, { mask: mask(x) });
    return compute(new Functional({ inputs: x, outputs: y }), tf.tensor2d([[1, 0, 0]], [1, 3], 'int32'));
  };

  it('takes the place of the one that comes along, numbers standing for what is not zero', () => {
    expect(shown(() => undefined)).toEqual([1]);
    class IsZero extends Layer {
      static readonly className = 'IsZero';
      override call(x: tf.Tensor): tf.Tensor {
        return tf.cast(tf.equal(x, 0), 'int32');
      }
    }
    expect(shown((x) => new IsZero().apply(x))).toEqual([2]);
  });

  it('is one for each of several inputs, or null', () => {
    const [a, b, m] = [input({ shape: [2] }), input({ shape: [2] }), input({ shape: [2] })];
    const y = new ShowMask().apply([a, b], { mask: [null, m] });
    const model = new Functional({ inputs: [a, b, m], outputs: y });
    expect(compute(model, [tf.zeros([1, 2]), tf.zeros([1, 2]), tf.tensor2d([[1, 0]])])).toEqual([-1, 1]);
  });

  it('is refused where it does not fit its tensor, or the inputs', () => {
    const x = input({ shape: [3], name: 'x' });
    const layer = new ShowMask({ name: 'shown' });
    expect(() => layer.apply(x, { mask: input({ shape: [4] }) })).toThrow(
      '[MASK_INVALID] ShowMask "shown": expected a mask of shape [null, 3] or its leading sizes, got [null, 4].',
    );
    expect(() => layer.apply(x, { mask: input({ shape: [3, 1] }) })).toThrow('MASK_INVALID');
    expect(() => new ShowMask().apply([x, x], { mask: x })).toThrow(
      /MASK_INVALID.*a mask or null for each input, nested like the inputs/,
    );
  });

  it('is computed by a layer for each of its outputs, or one for all', () => {
    class Masks extends Layer {
      static readonly className = 'Masks';
      constructor(private readonly masks: (x: tf.Tensor) => Tree<tf.Tensor | null>) {
        super({ name: 'masks' });
      }
      override call(x: tf.Tensor): readonly [tf.Tensor, tf.Tensor] {
        return [x, tf.neg(x)];
      }
      override computeMask(x: Tree<tf.Tensor>): Tree<tf.Tensor | null> {
        return this.masks(x as tf.Tensor);
      }
    }
    const masksOf = (masks: (x: tf.Tensor) => Tree<tf.Tensor | null>): (SymbolicShape | null)[] =>
      new Masks(masks).apply(input({ shape: [2] })).map(({ mask }) => mask);
    expect(masksOf((x) => [null, tf.greater(x, 0)])).toEqual([null, [null, 2]]);
    expect(masksOf((x) => tf.greater(x, 0))).toEqual([
      [null, 2],
      [null, 2],
    ]);
    expect(masksOf(() => [null, null])).toEqual([null, null]);
    expect(() => masksOf(() => [null, null, null])).toThrow(
      '[MASK_INVALID] Masks "masks": it gives 3 masks for 2 outputs.',
    );
  });
});

describe('a layer inside the call of another one', () => {
  /** Hands out the contexts in which it runs, and adds a loss. */
  class Spy extends Layer {
    static readonly className = 'Spy';
    readonly contexts: CallContext[] = [];
    override get supportsMasking(): boolean {
      return true;
    }
    override call(x: tf.Tensor, context: CallContext): tf.Tensor {
      this.contexts.push(context);
      context.addLoss(tf.sum(x));
      return tf.mul(x, 1);
    }
  }

  /** Two layers in a row. */
  class Twice extends Layer {
    static readonly className = 'acme>Twice';
    readonly first: Spy;
    readonly second: Spy;
    constructor(options: LayerOptions = {}) {
      super(options);
      this.first = this.addLayer('first', new Spy());
      this.second = this.addLayer('second', new Spy());
    }
    override call(x: tf.Tensor): tf.Tensor {
      return this.second.apply(this.first.apply(x), { training: false });
    }
  }

  it('trains or not as the call around it does, unless it is told, and adds its losses there', () => {
    const layer = new Twice();
    const losses: tf.Tensor[] = [];
    tf.tidy(() => void layer.invoke(column(3), callContext({ training: true, losses })));
    expect([layer.first, layer.second].map(({ contexts }) => contexts.at(-1)!.training)).toEqual([
      true,
      false,
    ]);
    expect(losses).toHaveLength(2);
  });

  it('meets the masks that came with the tensors, and passes them on', () => {
    const layer = new Twice();
    const mask = tf.tensor2d([[1]], [1, 1], 'bool');
    layer.invoke(column(3), callContext({ masks: [mask] }));
    expect([layer.first, layer.second].map(({ contexts }) => contexts.at(-1)!.mask)).toEqual([mask, mask]);
  });

  it('computes by itself outside of any call', () => {
    const layer = dense({ units: 1, kernelInitializer: constant(2) });
    expect(numbers(tf.tidy(() => layer.apply(column(3))))).toEqual([6]);
  });

  it('shares its weights with the layer around it, once', () => {
    class Residual extends Layer {
      static readonly className = 'acme>Residual';
      private readonly inner = this.addLayer('inner', dense({ units: 1, name: 'inner_dense' }));
      override call(x: tf.Tensor): tf.Tensor {
        return tf.add(x, this.inner.apply(this.inner.apply(x)));
      }
    }
    const layer = new Residual();
    expect(layer.apply(x1()).shape).toEqual([null, 1]);
    expect(layer.weights.map(({ name }) => name)).toEqual(['inner_dense/kernel', 'inner_dense/bias']);
    expect([...layer.namedSublayers.keys()]).toEqual(['inner']);
    layer.trainable = false;
    expect(layer.sublayers[0]!.trainable).toBe(false);
  });

  it('is refused under a name that is taken, or that files cannot hold', () => {
    class Open extends Layer {
      static readonly className = 'Open';
      add(name: string, layer: Layer): Layer {
        return this.addLayer(name, layer);
      }
      override call(x: tf.Tensor): tf.Tensor {
        return x;
      }
    }
    const open = new Open();
    open.add('part', dense({ units: 1, name: 'one' }));
    expect(() => open.add('part', dense({ units: 1 }))).toThrow('[NAME_DUPLICATE]');
    expect(() => open.add('other', dense({ units: 1, name: 'one' }))).toThrow('[NAME_DUPLICATE]');
    expect(() => open.add('a/b', dense({ units: 1 }))).toThrow('[NAME_INVALID]');
  });
});
