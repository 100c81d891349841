// Lambdas as operations of Keras: what stands in the file, that it predicts the same here again, and what is refused.
// That plain Keras opens such files is what `npm run check:keras-ops` shows.
import { beforeEach, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import { cpu } from '@lamella/backend-cpu';
import { clearNames, compose, input, Layer, type Config, type SymbolicTensor } from '@lamella/core';
import { unzip } from '@lamella/files';
import { lambda, lambdas, namedFunction } from '@lamella/lambda';
import { dense, embedding, layers, softmax } from '@lamella/layers';
import { flatten, HostTensor, random, scan, whileLoop } from '@lamella/program';
import { training, type Model } from '@lamella/training';
import { io } from '../io.js';
import { exportableKernels } from './kernels/kernels.js';

type AnyFunction = (inputs: never, args: never, context: never) => tf.Tensor | tf.Tensor[];
interface Entry {
  readonly class_name: string;
  readonly module: string;
  readonly name: string;
  readonly config: { readonly [key: string]: unknown; readonly layers?: readonly Entry[] };
  readonly inbound_nodes: readonly { readonly args: readonly unknown[]; readonly kwargs: unknown }[];
}

/** A layer that holds another one, as no model does. */
class Wrapper extends Layer {
  static readonly className = 'spec>Wrapper';
  private readonly inner: Layer;
  constructor({ inner }: { readonly inner: Layer }) {
    super();
    this.inner = inner;
  }
  override getConfig(): Config {
    return { ...super.getConfig(), inner: this.inner };
  }
  override get sublayers(): readonly Layer[] {
    return [this.inner];
  }
  override call(x: tf.Tensor): tf.Tensor {
    return tf.clone(x);
  }
}

const { model, sequential, encodeModel, loadModel } = compose({
  backend: cpu(),
  plugins: [layers, lambdas(), training, io, { name: 'spec', classes: { layers: [Wrapper] } }],
});

beforeEach(() => clearNames());

/** A model of one Lambda over inputs of these shapes. */
function around(fn: AnyFunction, ...shapes: readonly (readonly (number | null)[])[]): Model {
  const inputs = shapes.map((shape, i) => input({ shape, name: `x${i}` }));
  const given: SymbolicTensor | SymbolicTensor[] = inputs.length === 1 ? inputs[0]! : inputs;
  return model({
    inputs: given,
    outputs: flatten<SymbolicTensor>(lambda(fn as never, { name: 'middle' }).apply(given as never)),
    name: 'net',
  });
}

const encode = (net: Model) => encodeModel(net, 'net.keras', { lambda: 'keras_ops' });

async function layersOf(net: Model): Promise<readonly Entry[]> {
  const { bytes } = await encode(net);
  const config = unzip(bytes, 'net.keras').get('config.json')!;
  return (JSON.parse(new TextDecoder().decode(config)) as Entry).config.layers!;
}

/** The model that stands in a file where the Lambda was. */
async function exported(fn: AnyFunction, ...shapes: readonly (readonly (number | null)[])[]): Promise<Entry> {
  return (await layersOf(around(fn, ...shapes))).find(({ name }) => name === 'middle')!;
}

async function operationsOf(fn: AnyFunction, ...shapes: readonly (readonly (number | null)[])[]) {
  const { config } = await exported(fn, ...shapes);
  return config.layers!.filter(({ class_name }) => class_name !== 'InputLayer');
}

function numbers(shape: readonly number[]): HostTensor {
  const tensor = HostTensor.zeros(shape, 'float32');
  tensor.data.forEach((_, i) => (tensor.data[i] = Math.sin(i + 1)));
  return tensor;
}

/** The largest difference of what a model predicts after its file has been loaded here. */
async function drift(net: Model, batch = 4): Promise<number> {
  const inputs = net.inputs.map(({ shape }) => numbers([batch, ...shape.slice(1).map((size) => size ?? 5)]));
  const given = inputs.length === 1 ? inputs[0]! : inputs;
  const before = flatten(await net.predict(given));
  const after = flatten(await ((await loadModel(await encode(net))) as Model).predict(given));
  expect(after.map(({ shape, dtype }) => ({ shape, dtype }))).toEqual(
    before.map(({ shape, dtype }) => ({ shape, dtype })),
  );
  return Math.max(
    ...before.flatMap(({ data }, k) => Array.from(data, (value, i) => Math.abs(value - after[k]!.data[i]!))),
  );
}

describe('a Lambda as operations of Keras', () => {
  it('is a functional model of its name, called where it was', async () => {
    const [, middle] = await layersOf(around((x: tf.Tensor) => tf.add(x, 2), [3]));
    expect(middle).toMatchObject({ class_name: 'Functional', name: 'middle' });
    const [start, sum] = middle!.config.layers!;
    expect(start).toMatchObject({ class_name: 'InputLayer', config: { batch_shape: [null, 3] } });
    expect(sum).toMatchObject({ class_name: 'Add', module: 'keras.src.ops.numpy', name: 'middle_add' });
    expect(sum!.inbound_nodes[0]!.args).toMatchObject([{ class_name: '__keras_tensor__' }, 2]);
  });

  it('is a scan of known length written out', async () => {
    const averaged = (x: tf.Tensor): tf.Tensor =>
      scan(
        (mean: tf.Tensor, row: tf.Tensor) => [tf.add(tf.mul(mean, 0.5), row), null],
        tf.zeros([x.shape[0]!, 2]),
        tf.transpose(x, [1, 0, 2]),
      )[0];
    const names = (await operationsOf(averaged, [3, 2])).map(({ class_name }) => class_name);
    expect(names).not.toContain('Scan');
    expect(await drift(around(averaged, [3, 2]))).toBeLessThan(1e-6);
  });

  it('stays where it was in the graph, shared and beside other models', async () => {
    const twice = lambda((x: tf.Tensor) => tf.mul(x, 2), { name: 'twice' });
    const inner = input({ shape: [4], name: 'inner' });
    const nested = model({
      inputs: inner,
      outputs: dense({ units: 4 }).apply(twice.apply(inner)),
      name: 'deep',
    });
    const x = input({ shape: [4], name: 'x' });
    const net = model({ inputs: x, outputs: twice.apply(nested.apply(twice.apply(x))), name: 'net' });
    expect((await layersOf(net)).map(({ class_name }) => class_name)).not.toContain('Lambda');
    expect(await drift(net)).toBeLessThanOrEqual(1e-6);
  });

  it('ends a mask, as it did', async () => {
    const x = input({ shape: [3], name: 'x' });
    const embedded = embedding({ inputDim: 5, outputDim: 2, maskZero: true, name: 'embedded' }).apply(x);
    const turned = lambda((t: tf.Tensor) => tf.mean(t, 2), { name: 'turned' }).apply(embedded);
    const net = model({ inputs: x, outputs: softmax().apply(turned), name: 'net' });
    const words = HostTensor.zeros([2, 3], 'float32');
    words.data.set([1, 2, 0, 3, 0, 0]);
    const before = await net.predict(words);
    const again = await loadModel(await encode(net));
    expect((await again.predict(words)).array()).toEqual(before.array());
  });

  it('stands in a sequential model too', async () => {
    const net = sequential({
      inputShape: [3],
      layers: [
        dense({ units: 2 }),
        lambda((x: tf.Tensor) => tf.sin(x), { name: 'wave' }),
        dense({ units: 1 }),
      ],
    });
    expect((await layersOf(net)).map(({ class_name }) => class_name)).toEqual([
      'InputLayer',
      'Dense',
      'Functional',
      'Dense',
    ]);
    expect(await drift(net)).toBeLessThanOrEqual(1e-6);
  });

  it('keeps the inference form of a function that knows of training', async () => {
    const found = await operationsOf(
      ((x: tf.Tensor, _: unknown, { training: on }: { training: boolean }) =>
        on ? tf.add(x, random.normal(x.shape)) : tf.neg(x)) as AnyFunction,
      [3],
    );
    expect(found.map(({ class_name }) => class_name)).toEqual(['Negative']);
  });

  it('has -1 where a new shape follows the batch', async () => {
    const [reshape] = await operationsOf((x: tf.Tensor) => tf.reshape(x, [x.shape[0]!, 6]), [2, 3]);
    expect(reshape!.config['newshape']).toEqual([-1, 6]);
  });

  it('keeps constants as arrays, and numbers as numbers', async () => {
    const [product] = await operationsOf((x: tf.Tensor) => tf.mul(x, [1, 2.5]), [2]);
    expect(product!.inbound_nodes[0]!.args[1]).toEqual({
      class_name: '__numpy__',
      config: { value: [1, 2.5], dtype: 'float32' },
    });
    const [choice] = (
      await operationsOf(
        (x: tf.Tensor) => tf.where(tf.greater(x, 0), tf.fill(x.shape, 1), tf.fill(x.shape, -3)),
        [2],
      )
    ).slice(1);
    expect(choice!.inbound_nodes[0]!.args.slice(1)).toEqual([1, -3]);
  });

  it('stops the gradient around a custom one that passes it on', async () => {
    const through = tf.customGrad(((x: tf.Tensor) => ({
      value: tf.round(x),
      gradFunc: (dy: tf.Tensor) => dy,
    })) as never) as AnyFunction;
    expect((await operationsOf(through, [2])).map(({ class_name }) => class_name)).toEqual([
      'Round',
      'Subtract',
      'StopGradient',
      'Add',
    ]);
  });
});

const cases: readonly (readonly [string, AnyFunction, ...(readonly (number | null)[])[]])[] = [
  ['a reduction of all but the batch', (x: tf.Tensor) => tf.sum(x, [1, 2], true), [2, 3]],
  ['the mean over the batch', (x: tf.Tensor) => tf.sub(x, tf.mean(x, 0, true)), [3]],
  ['the batch size as a number', (x: tf.Tensor) => tf.div(x, x.shape[0]!), [3]],
  ['a constant as large as the batch', (x: tf.Tensor) => tf.concat([x, tf.ones([x.shape[0]!, 1])], 1), [3]],
  ['a constant alone', (x: tf.Tensor) => tf.fill([x.shape[0]!, 2], 3), [3]],
  [
    'copies along the batch',
    (x: tf.Tensor) => tf.add(x, tf.tile(tf.tensor2d([[1, 2, 3]]), [x.shape[0]!, 1])),
    [3],
  ],
  ['nothing at all', (x: tf.Tensor) => x, [3]],
  ['ends counted from the end', (x: tf.Tensor) => tf.slice(x, [1, 0], [x.shape[0]! - 1, 2]), [3]],
  ['running sums of those before', (x: tf.Tensor) => tf.cumsum(x, 1, true, true), [4]],
  ['a split', (x: tf.Tensor) => tf.split(x, [1, 3], 1), [4]],
  [
    'two unknown sizes',
    (x: tf.Tensor) => tf.sub(tf.expandDims(x, 3), tf.expandDims(tf.mean(x, 1, true), 3)),
    [null, 2],
  ],
  [
    'a table looked up',
    (x: tf.Tensor) => tf.gather(tf.tensor1d([5, 6, 7]), tf.cast(tf.abs(x), 'int32') as tf.Tensor1D),
    [3],
  ],
  ['a product', ([a, b]: tf.Tensor[]) => tf.matMul(a!, b!, false, true), [2, 3], [4, 3]],
];

describe('a file of operations', () => {
  it.each(cases)('with %s predicts the same here again', async (_, fn, ...shapes) => {
    expect(await drift(around(fn, ...shapes))).toBeLessThanOrEqual(1e-6);
  });
});

describe('what Keras has no operations for', () => {
  it('is named at once, with each Lambda and kernel', async () => {
    const x = input({ shape: [4], name: 'x' });
    const noisy = lambda((t: tf.Tensor) => tf.add(t, random.normal(t.shape)), { name: 'noisy' }).apply(x);
    const placed = (t: tf.Tensor): tf.Tensor => {
      const places = tf.cast(tf.argMax(t, 1), 'int32') as tf.Tensor1D;
      const sums = tf.unsortedSegmentSum(t, places, 4);
      const placedThere = tf.scatterND(tf.expandDims(places, 1), t, [4, 4]);
      return tf.add(t, tf.add(tf.sum(placedThere), tf.sum(sums)));
    };
    const odd = lambda(placed, { name: 'placed' }).apply(noisy);
    await expect(encode(model({ inputs: x, outputs: odd, name: 'net' }))).rejects.toThrow(
      /^\[KERNEL_UNSUPPORTED\] Model "net".*\n {2}Lambda "noisy": random draws have no Keras operation\n {2}Lambda "placed": kernel UnsortedSegmentSum: .*\n {2}Lambda "placed": kernel ScatterNd: /,
    );
  });

  it('Fourier transforms are written as products with matrices', async () => {
    const spectrum = (x: tf.Tensor): tf.Tensor => tf.abs(tf.spectral.rfft(x));
    expect(await drift(around(spectrum, [6]))).toBeLessThan(1e-5);
  });

  it('loops whose steps nobody can write out', async () => {
    const sum = (x: tf.Tensor): tf.Tensor =>
      scan(
        (total: tf.Tensor, row: tf.Tensor) => [tf.add(total, row), null],
        tf.zeros([x.shape[0]!, 2]),
        tf.transpose(x, [1, 0, 2]),
      )[0];
    await expect(encode(around(sum, [null, 2]))).rejects.toThrow(
      /Lambda "middle": kernel Scan: files of Keras hold no functions/,
    );
    const halved = (x: tf.Tensor): tf.Tensor =>
      whileLoop(
        (v: tf.Tensor) => tf.greater(tf.max(v), 1),
        (v) => tf.div(v, 2),
        x,
      );
    await expect(encode(around(halved, [2]))).rejects.toThrow(
      /kernel While: files of Keras hold no functions/,
    );
  });

  it('is a custom gradient of its own', async () => {
    const clipped = tf.customGrad(((x: tf.Tensor) => ({
      value: tf.clone(x),
      gradFunc: (dy: tf.Tensor) => tf.clipByValue(dy, -1, 1),
    })) as never) as AnyFunction;
    await expect(encode(around(clipped, [2]))).rejects.toThrow(
      /Lambda "middle": kernel CustomGradient: a custom gradient that is no multiple of the incoming one/,
    );
  });

  it('is a mask function', async () => {
    const mask = namedFunction('spec>mask', (t: tf.Tensor) => tf.notEqual(t, 0));
    const x = input({ shape: [3], name: 'x' });
    const masked = lambda((t: tf.Tensor) => t, { name: 'masking', mask: mask as never }).apply(x);
    await expect(encode(model({ inputs: x, outputs: masked }))).rejects.toThrow(
      /Lambda "masking": its mask function/,
    );
  });

  it('is a Lambda inside another layer', async () => {
    const x = input({ shape: [3, 2], name: 'x' });
    const inside = new Wrapper({ inner: lambda((t: tf.Tensor) => tf.neg(t), { name: 'turned' }) });
    await expect(encode(model({ inputs: x, outputs: inside.apply(x) }))).rejects.toThrow(
      /Lambda "turned": it is inside Wrapper/,
    );
  });

  it('is any other file than .keras, and any other form', async () => {
    const net = around((x: tf.Tensor) => tf.neg(x), [2]);
    await expect(encodeModel(net, 'net.h5', { lambda: 'keras_ops' })).rejects.toThrow(
      /\[NOT_SERIALIZABLE\].*\.keras/,
    );
    await expect(encodeModel(net, 'net.keras', { lambda: 'python' as never })).rejects.toThrow(
      /\[OPTION_INVALID\].*'program' or 'keras_ops'/,
    );
  });

  it('is no kernel that tfjs does not have', () => {
    const kernels = new Set([...Object.values(tf as object), 'CustomGradient']);
    expect(exportableKernels().filter((kernel) => !kernels.has(kernel))).toEqual([]);
    expect(exportableKernels().length).toBeGreaterThan(90);
  });
});
