import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { flatten, type SymbolicShape, type Tree } from '@lamella/program';
import { add, concatenate, dense, initializers, multiply, subtract } from '@lamella/layers';
import {
  callContext,
  clearNames,
  input,
  Layer,
  type CallContext,
  type LayerOptions,
  type Node,
  type SymbolicTensor,
  type TensorSpec,
} from '@lamella/core';
import { Functional } from './functional.js';

const { constant } = initializers;

/** Multiplies by a fixed number, so that what flowed where can be read off the result. */
class Times extends Layer {
  static readonly className = 'Times';
  constructor(
    private readonly factor: number,
    options: LayerOptions = {},
  ) {
    super(options);
  }
  override call(x: tf.Tensor): tf.Tensor {
    return tf.mul(x, this.factor);
  }
}

/** Gives the input and its double. */
class Two extends Layer {
  static readonly className = 'Two';
  override call(x: tf.Tensor): tf.Tensor[] {
    return [x, tf.mul(x, 2)];
  }
}

/** Hands out what it was called with. */
class Spy extends Layer {
  static readonly className = 'Spy';
  readonly contexts: CallContext[] = [];
  override call(x: tf.Tensor, context: CallContext): tf.Tensor {
    this.contexts.push(context);
    return x;
  }
}

const times = (factor: number, name?: string): Times => new Times(factor, name === undefined ? {} : { name });
const x1 = (name?: string): SymbolicTensor => input({ shape: [1], ...(name !== undefined && { name }) });

/** The outputs of a model for single numbers. */
function run(model: Functional, ...values: number[]): number[] {
  return tf.tidy(() => {
    const outputs = model.apply(values.map((value) => tf.tensor2d([[value]])));
    return flatten(outputs).map((output) => output.dataSync()[0]!);
  });
}

const names = (model: Functional): string[] => model.layers.map((layer) => layer.name);

beforeAll(() => {
  tf.env().set('IS_TEST', true); // tfjs greets Node's users else
  return tf.setBackend('cpu');
});
beforeEach(() => clearNames());

describe('a graph of layers', () => {
  it('runs, from one input to one output', () => {
    const x = x1();
    const model = new Functional({ inputs: x, outputs: times(5).apply(times(3).apply(x)) });
    expect(run(model, 2)).toEqual([30]);
    expect(model.inputStructure).toBe('*');
    expect(model.isBuilt).toBe(true);
  });

  it('runs with several inputs and outputs, in the order given', () => {
    const [a, b] = [x1('a'), x1('b')];
    const difference = subtract().apply([a, b]);
    const model = new Functional({ inputs: [b, a], outputs: [times(10).apply(difference), difference] });
    expect(run(model, 1, 5)).toEqual([40, 4]);
    expect(model.inputStructure).toEqual(['*', '*']);
    expect(model.outputStructure).toEqual(['*', '*']);
  });

  it('computes a tensor once that several layers use', () => {
    const x = x1();
    const spy = new Spy();
    const h = spy.apply(x);
    const model = new Functional({ inputs: x, outputs: add().apply([times(2).apply(h), times(3).apply(h)]) });
    spy.contexts.length = 0;
    expect(run(model, 1)).toEqual([5]);
    expect(spy.contexts).toHaveLength(1);
  });

  it('takes one tensor twice, as an input of a layer and as an output', () => {
    const x = x1();
    const y = add().apply([x, x]);
    expect(run(new Functional({ inputs: x, outputs: [y, y] }), 3)).toEqual([6, 6]);
  });

  it('may give an input out again', () => {
    const x = x1();
    const model = new Functional({ inputs: x, outputs: [x, times(2).apply(x)] });
    expect(run(model, 3)).toEqual([3, 6]);
    expect(run(new Functional({ inputs: x, outputs: x }), 3)).toEqual([3]);
  });

  it('shares the weights of a layer that is applied twice', () => {
    const [a, b] = [x1('a'), x1('b')];
    const shared = dense({ units: 1, kernelInitializer: constant(4) });
    const model = new Functional({
      inputs: [a, b],
      outputs: add().apply([shared.apply(a), shared.apply(b)]),
    });
    expect(run(model, 1, 2)).toEqual([12]);
    expect(model.weights).toHaveLength(2);
    expect(names(model)).toEqual(['a', 'b', 'dense', 'add']);
  });

  it('gives several outputs of one layer to different layers', () => {
    const x = x1();
    const [one, two] = new Two().apply(x);
    const model = new Functional({ inputs: x, outputs: multiply().apply([one!, times(3).apply(two!)]) });
    expect(run(model, 2)).toEqual([24]);
  });

  it('takes ten thousand layers in a row', () => {
    const x = x1();
    class Same extends Times {
      override computeOutputs(inputs: Tree<TensorSpec>): Tree<TensorSpec> {
        return inputs;
      }
    }
    const same = new Same(1);
    let h = x;
    for (let i = 0; i < 10_000; i++) h = same.apply(h);
    expect(run(new Functional({ inputs: x, outputs: h }), 7)).toEqual([7]);
  });

  it('turns integers into floats where its input is one', () => {
    const dtypes: string[] = [];
    class Seen extends Times {
      override call(x: tf.Tensor): tf.Tensor {
        dtypes.push(x.dtype);
        return super.call(x);
      }
    }
    const x = x1();
    const model = new Functional({ inputs: x, outputs: new Seen(2).apply(x) });
    tf.tidy(() => void model.apply(tf.tensor2d([[3]], [1, 1], 'int32')));
    expect(new Set(dtypes)).toEqual(new Set(['float32']));
  });

  it('passes on whether it trains; what a call in it fixes holds unless its own call says otherwise, as in Keras', () => {
    const x = x1();
    const [follows, fixed] = [new Spy(), new Spy()];
    const model = new Functional({
      inputs: x,
      outputs: fixed.apply(follows.apply(x), { training: true }),
    });
    const seen = (options?: { training: boolean }): boolean[] => {
      for (const spy of [follows, fixed]) spy.contexts.length = 0;
      tf.tidy(() => void model.apply(tf.tensor2d([[1]]), options));
      return [follows, fixed].map(({ contexts }) => contexts[0]!.training);
    };
    expect(seen()).toEqual([false, true]);
    expect(seen({ training: true })).toEqual([true, true]);
    expect(seen({ training: false })).toEqual([false, false]);
  });

  it('collects losses that its layers add', () => {
    class Penalty extends Layer {
      static readonly className = 'Penalty';
      override call(x: tf.Tensor, context: CallContext): tf.Tensor {
        context.addLoss(tf.sum(x));
        return x;
      }
    }
    const x = x1();
    const inner = new Functional({ inputs: x, outputs: new Penalty().apply(x) });
    const model = new Functional({
      inputs: x,
      outputs: new Penalty().apply(inner.apply(x) as SymbolicTensor),
    });
    const losses: tf.Tensor[] = [];
    const total = tf.tidy(() => {
      model.invoke(tf.tensor2d([[3]]), callContext({ losses }));
      return losses.map((loss) => loss.dataSync()[0]);
    });
    expect(total).toEqual([3, 3]);
  });
});

describe('the layers of a graph', () => {
  it("stand in Keras' order: by distance from the outputs, then as met walking back from them", () => {
    const [a, b] = [x1('a'), x1('b')];
    const left = times(1, 'left').apply(a);
    const right = times(1, 'right').apply(b);
    const both = concatenate({ name: 'both' }).apply([left, right]);
    const summed = add({ name: 'summed' }).apply([left, right]);
    const outputs = [times(1, 'score').apply(both), times(1, 'label').apply(summed)];
    const model = new Functional({ inputs: [a, b], outputs });
    expect(names(model)).toEqual(['a', 'b', 'left', 'right', 'both', 'summed', 'score', 'label']);
  });

  it('stand where their deepest call is', () => {
    const x = x1('x');
    const shared = times(1, 'shared');
    const h = shared.apply(times(1, 'between').apply(shared.apply(x)));
    expect(names(new Functional({ inputs: x, outputs: h }))).toEqual(['x', 'shared', 'between']);
  });

  it('include an input that nothing uses, as Keras lists it', () => {
    const [used, unused] = [x1('used'), x1('unused')];
    const model = new Functional({ inputs: [used, unused], outputs: times(2, 'times').apply(used) });
    expect(names(model)).toEqual(['used', 'unused', 'times']);
    expect(run(model, 3, 100)).toEqual([6]);
  });

  it('exclude what the outputs do not need', () => {
    const x = x1('x');
    times(1, 'aside').apply(x);
    expect(names(new Functional({ inputs: x, outputs: times(2, 'used').apply(x) }))).toEqual(['x', 'used']);
  });

  it('are found by name and by place', () => {
    const x = x1('x');
    const layer = times(2, 'second');
    const model = new Functional({ inputs: x, outputs: layer.apply(x), name: 'm' });
    expect(model.getLayer('second')).toBe(layer);
    expect(model.getLayer(1)).toBe(layer);
    expect(model.getLayer(-1)).toBe(layer);
    expect(() => model.getLayer('secnd')).toThrow(
      '[LAYER_UNKNOWN] Model "m": no layer "secnd". Known: second, x. Did you mean "second"?',
    );
    expect(() => model.getLayer(2)).toThrow('[LAYER_UNKNOWN]');
    expect(() => model.getLayer('__proto__')).toThrow('[LAYER_UNKNOWN]');
  });
});

describe('a model on any tensors', () => {
  const chain = (): Record<'x' | 'a' | 'b' | 'c', SymbolicTensor> => {
    const x = x1('x');
    const a = times(2, 'a').apply(x);
    const b = dense({ units: 1, kernelInitializer: constant(3), name: 'b' }).apply(a);
    const c = times(5, 'c').apply(b);
    return { x, a, b, c };
  };

  it('may end in the middle of another', () => {
    const { x, a, b, c } = chain();
    expect(run(new Functional({ inputs: x, outputs: [a, b, c] }), 1)).toEqual([2, 6, 30]);
    expect(run(new Functional({ inputs: x, outputs: b }), 1)).toEqual([6]);
  });

  it('may begin in the middle of another, and shares its layers', () => {
    const { x, a, c } = chain();
    const whole = new Functional({ inputs: x, outputs: c });
    const tail = new Functional({ inputs: a, outputs: c });
    expect(run(tail, 1)).toEqual([15]);
    expect(names(tail)).toEqual(['a_input', 'b', 'c']);
    expect(tail.getLayer('b')).toBe(whole.getLayer('b'));
    expect(tail.weights).toEqual(whole.weights);
    expect(run(whole, 1)).toEqual([30]);
    expect(names(whole)).toEqual(['x', 'a', 'b', 'c']);
  });

  it('may begin and end at one tensor in the middle', () => {
    const { b } = chain();
    expect(run(new Functional({ inputs: b, outputs: b }), 4)).toEqual([4]);
  });

  it('may begin at two tensors, one of which leads to the other', () => {
    const { a, b, c } = chain();
    const model = new Functional({ inputs: [a, b], outputs: [c, times(1).apply(a)] });
    expect(run(model, 1, 10)).toEqual([50, 1]);
  });

  it('may begin at an input and in the middle', () => {
    const { x, b } = chain();
    const y = add({ name: 'sum' }).apply([x, b]);
    expect(run(new Functional({ inputs: [x, b], outputs: y }), 1, 10)).toEqual([11]);
  });

  it('may begin at one of two outputs of a layer and need the other', () => {
    const x = x1('x');
    const [one, two] = new Two({ name: 'two' }).apply(x);
    const y = add({ name: 'sum' }).apply([one!, two!]);
    expect(run(new Functional({ inputs: [x, one!], outputs: y }), 1, 100)).toEqual([102]);
    expect(run(new Functional({ inputs: [one!, two!], outputs: y }), 1, 100)).toEqual([101]);
    expect(names(new Functional({ inputs: [one!, two!], outputs: y }))).toEqual([
      'two_input',
      'two_input_1',
      'sum',
    ]);
  });

  it('captures nothing again when it begins in the middle', () => {
    const x = x1('x');
    const spy = new Spy();
    const a = times(2).apply(x);
    const y = spy.apply(a);
    const before = spy.contexts.length;
    new Functional({ inputs: a, outputs: y });
    expect(spy.contexts).toHaveLength(before);
  });
});

describe('a model as a layer', () => {
  const inner = (): Functional => {
    const x = x1('inner_x');
    const y = dense({ units: 1, kernelInitializer: constant(3), name: 'inner_dense' }).apply(x);
    return new Functional({ inputs: x, outputs: y, name: 'inner' });
  };

  it('nests, and is shared', () => {
    const model = inner();
    const x = x1('x');
    const outer = new Functional({ inputs: x, outputs: model.apply(model.apply(x)) });
    expect(run(outer, 2)).toEqual([18]);
    expect(names(outer)).toEqual(['x', 'inner']);
    expect(outer.weights).toEqual(model.weights);
    expect(outer.weights.map((weight) => weight.name)).toEqual(['inner_dense/kernel', 'inner_dense/bias']);
  });

  it('nests with several inputs and outputs', () => {
    const [a, b] = [x1('a'), x1('b')];
    const pair = new Functional({ inputs: [a, b], outputs: [add().apply([a, b]), subtract().apply([a, b])] });
    const [x, y] = [x1('x'), x1('y')];
    const both = flatten(pair.apply([x, y]));
    const outer = new Functional({ inputs: [x, y], outputs: multiply().apply(both) });
    expect(run(outer, 5, 3)).toEqual([16]);
  });

  it('has the shapes of its outputs, without being captured again where its inputs are as declared', () => {
    const x = x1();
    const spy = new Spy();
    const model = new Functional({ inputs: x, outputs: spy.apply(x) });
    const before = spy.contexts.length;
    expect(model.apply(x1())).toMatchObject({ shape: [null, 1] });
    expect(spy.contexts).toHaveLength(before);
    expect(model.apply(input({ batchShape: [4, 1] }))).toMatchObject({ shape: [4, 1] });
    expect(spy.contexts.length).toBeGreaterThan(before);
  });

  it('freezes all its layers, and thaws them', () => {
    const model = inner();
    model.trainable = false;
    expect(model.getLayer('inner_dense').trainable).toBe(false);
    expect(model.trainableWeights).toEqual([]);
    model.trainable = true;
    expect(model.trainableWeights).toHaveLength(2);
  });

  it('can be made frozen, and leaves layers frozen that were', () => {
    const x = x1();
    const frozen = dense({ units: 1, trainable: false });
    const y = dense({ units: 1 }).apply(frozen.apply(x));
    expect(new Functional({ inputs: x, outputs: y, trainable: true }).trainableWeights).toHaveLength(2);
    expect(new Functional({ inputs: x, outputs: y, trainable: false }).trainableWeights).toEqual([]);
  });
});

describe('a graph that cannot be', () => {
  it('for lack of an input names the output, the missing tensor and the way to it', () => {
    const [x, other] = [x1('x'), input({ shape: [7], name: 'other' })];
    const y = concatenate({ name: 'both' }).apply([x, times(2, 'doubled').apply(other)]);
    expect(() => new Functional({ inputs: x, outputs: y, name: 'm' })).toThrow(
      '[GRAPH_DISCONNECTED] Model "m": output "both" needs tensor "other" [null, 7], which is not among the inputs.\n' +
        'It is reached through other -> doubled -> both.\nFix: add the missing tensor to inputs',
    );
  });

  it('because it begins behind what it needs', () => {
    const x = x1('x');
    const a = times(2, 'a').apply(x);
    const y = add({ name: 'sum' }).apply([times(3, 'b').apply(a), x]);
    expect(() => new Functional({ inputs: a, outputs: y })).toThrow(
      /GRAPH_DISCONNECTED.*output "sum" needs tensor "x" \[null, 1\]/,
    );
  });

  it('has two layers of one name', () => {
    const x = x1('x');
    const y = times(3, 'twin').apply(times(2, 'twin').apply(x));
    expect(() => new Functional({ inputs: x, outputs: y, name: 'm' })).toThrow(
      '[NAME_DUPLICATE] Model "m": 2 different layers are named "twin"',
    );
  });

  it('may have two layers of one name where one of them is inside another model', () => {
    const x = x1('x');
    const nested = new Functional({ inputs: x, outputs: times(2, 'twin').apply(x) });
    expect(
      () => new Functional({ inputs: x, outputs: times(3, 'twin').apply(nested.apply(x) as SymbolicTensor) }),
    ).not.toThrow();
  });

  it('goes round in a circle', () => {
    const x = x1('x');
    const a = times(2, 'a').apply(x);
    const b = times(3, 'b').apply(a);
    (a.node.parents as SymbolicTensor[])[0] = b;
    expect(() => new Functional({ inputs: x, outputs: b, name: 'm' })).toThrow(
      /\[GRAPH_CYCLIC\] Model "m": its graph has a cycle: b -> a -> b/,
    );
    const alone = times(2, 'alone').apply(x);
    (alone.node.parents as SymbolicTensor[])[0] = alone;
    expect(() => new Functional({ inputs: x, outputs: alone })).toThrow(/cycle: alone -> alone/);
  });

  it.each<[string, (x: SymbolicTensor) => unknown, RegExp]>([
    ['no inputs', (x) => ({ inputs: [], outputs: x }), /symbolic tensors in inputs, got none/],
    ['no outputs', (x) => ({ inputs: x, outputs: [] }), /symbolic tensors in outputs, got none/],
    ['an input twice', (x) => ({ inputs: [x, x], outputs: x }), /stands twice in inputs/],
    [
      'a layer for a tensor',
      (x) => ({ inputs: x, outputs: times(2) }),
      /symbolic tensors in outputs, got Times/,
    ],
    ['nothing for a tensor', (x) => ({ inputs: x, outputs: null }), /symbolic tensors in outputs, got null/],
  ])('has %s', (_, options, message) => {
    expect(() => new Functional(options(x1()) as never)).toThrow(message);
    expect(() => new Functional(options(x1()) as never)).toThrow('[INPUT_INVALID] Model');
  });
});

describe('a model fed with what does not fit', () => {
  const model = (shape: SymbolicShape): Functional => {
    const x = input({ shape, name: 'pixels' });
    return new Functional({ inputs: x, outputs: times(2).apply(x), name: 'm' });
  };
  const feed = (fed: Functional, ...shapes: number[][]): tf.Tensor[] =>
    tf.tidy(() => {
      const tensors = shapes.map((shape) => tf.zeros(shape));
      return flatten(fed.apply(tensors));
    });

  it('says which input, what shape, and what to do', () => {
    expect(() => feed(model([784]), [32, 768])).toThrow(
      '[SHAPE_MISMATCH] Model "m": expected shape [null, 784] for input "pixels", got [32, 768].\n' +
        'Fix: feed [batch, 784], or rebuild the graph with input({ shape: [768] })',
    );
    expect(() => feed(model([null, 3]), [32, 5])).toThrow(/\[null, null, 3\].*got \[32, 5\]/);
  });

  it('counts its inputs', () => {
    expect(() => feed(model([1]), [1, 1], [1, 1])).toThrow(
      '[STRUCTURE_MISMATCH] Model "m": expected inputs nested as *, got [*, *].\n' +
        '  expected one value, got a list of 2\nIts inputs are "pixels".',
    );
  });

  it.each<[string, (x: SymbolicTensor) => unknown, string]>([
    ['lacks a key', (x) => ({ left: x }), '"right" is missing'],
    ['has a key too many', (x) => ({ left: x, right: x, middle: x }), '"middle" is not expected'],
    ['is a list that is too short', (x) => [x], 'expected a record, got a list of 1'],
  ])('names what is wrong where a record %s', (_, given, says) => {
    const ends = { left: x1('a'), right: x1('b') };
    const pair = new Functional({
      inputs: ends,
      outputs: add().apply([ends.left, ends.right]),
      name: 'pair',
    });
    pair.apply({ left: x1(), right: x1() });
    const error = `[STRUCTURE_MISMATCH] Model "pair": expected inputs nested as { left: *, right: * }`;
    expect(() => pair.apply(given(x1()) as never)).toThrow(error);
    expect(() => pair.apply(given(x1()) as never)).toThrow(says);
  });

  it('takes any size where the size is unknown', () => {
    expect(() => feed(model([null, 3]), [32, 5, 3])).not.toThrow();
  });
});

it('a call of a layer knows its place among the calls', () => {
  const layer = times(2);
  const calls: Node[] = [layer.apply(x1()).node, layer.apply(x1()).node];
  expect(calls.map((node) => node.index)).toEqual([0, 1]);
  expect(calls[1]!.outputs[0]!.node).toBe(calls[1]);
});
