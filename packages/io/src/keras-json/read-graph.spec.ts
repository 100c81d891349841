import type * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from '@jest/globals';
import { Budget, HostTensor } from '@lamella/program';
import type { Model } from '@lamella/training';
import { readContext } from '../formats/read-context.js';
import { composed } from '../keras-fixtures.spec.js';
import { readModel } from './read-model.js';
import { readPythonJson, writePythonJson, type Json } from './python-json.js';
import { writeModel } from './write-model.js';

type Entry = { [key: string]: unknown };

const history = (layer: string, node = 0, index = 0): Entry => ({
  class_name: '__keras_tensor__',
  config: { shape: [null, 3], dtype: 'float32', keras_history: [layer, node, index] },
});

const inputLayer = (name: string, shape: readonly number[] = [3], dtype = 'float32'): Entry => ({
  module: 'keras.layers',
  class_name: 'InputLayer',
  config: { batch_shape: [null, ...shape], dtype, name },
  name,
  inbound_nodes: [],
});

const layer = (className: string, config: Entry, nodes: readonly unknown[]): Entry => ({
  module: 'keras.layers',
  class_name: className,
  config,
  registered_name: null,
  name: config['name'],
  inbound_nodes: nodes,
});

const operation = (className: string, config: Entry, args: readonly unknown[]): Entry => ({
  ...layer(className, config, [{ args, kwargs: {} }]),
  module: 'keras.src.ops.numpy',
  registered_name: className,
});

function functional(layers: readonly Entry[], inputs: unknown, outputs: unknown): Entry {
  return {
    module: 'keras.src.models.functional',
    class_name: 'Functional',
    config: { name: 'net', trainable: true, layers, input_layers: inputs, output_layers: outputs },
    registered_name: 'Functional',
  };
}

function read(entry: Entry): Model<tf.Tensor, tf.Tensor> {
  const context = readContext({
    file: 'x.keras',
    composition: composed(),
    options: {},
    budget: Budget.ofFile('x.keras', 0),
  });
  const json = readPythonJson(JSON.stringify(entry), 'x.keras');
  return readModel(json, context, { seed: 1, storedValues: 100 }) as Model<tf.Tensor, tf.Tensor>;
}

const rows = (...values: number[]): HostTensor =>
  new HostTensor(Float32Array.from(values), [values.length / 3, 3]);

describe('the graph of a stored model', () => {
  it('is built in whatever order the file lists it', async () => {
    const layers = [
      layer('Add', { name: 'c' }, [{ args: [[history('a'), history('b')]], kwargs: {} }]),
      layer('ReLU', { name: 'b' }, [{ args: [history('a')], kwargs: {} }]),
      layer('ReLU', { name: 'a', negative_slope: 1 }, [{ args: [history('x')], kwargs: {} }]),
      inputLayer('x'),
    ];
    const model = read(functional(layers, ['x', 0, 0], ['c', 0, 0]));
    expect((await model.predict(rows(-1, 2, 3))).array()).toEqual([[-1, 4, 6]]);
  });

  it('keeps the order of the calls of a shared layer, even where a later one could be made first', async () => {
    const layers = [
      inputLayer('x'),
      // Its second call is on the input; its first one waits for another layer.
      layer('ReLU', { name: 'shared' }, [
        { args: [history('slope')], kwargs: {} },
        { args: [history('x')], kwargs: {} },
      ]),
      layer('LeakyReLU', { name: 'slope', negative_slope: 0.5 }, [{ args: [history('x')], kwargs: {} }]),
    ];
    const model = read(
      functional(
        layers,
        [['x', 0, 0]],
        [
          ['shared', 0, 0],
          ['shared', 1, 0],
        ],
      ),
    );
    const [first, second] = model.outputs;
    expect([first!.node.parents[0]!.name, second!.node.parents[0]!.name]).toEqual(['slope', 'x']);
  });

  it.each([
    [
      'a loop',
      [
        layer('ReLU', { name: 'a' }, [{ args: [history('b')], kwargs: {} }]),
        layer('ReLU', { name: 'b' }, [{ args: [history('a')], kwargs: {} }]),
      ],
    ],
    ['a call that is never made', [layer('ReLU', { name: 'a' }, [{ args: [history('a', 1)], kwargs: {} }])]],
  ])('is refused where it has %s', (_, layers) => {
    expect(() => read(functional([inputLayer('x'), ...layers], ['x', 0, 0], ['a', 0, 0]))).toThrow(
      /^\[FILE_INVALID\] "x.keras": its graph has a loop or loose ends at "a"/,
    );
  });

  it('takes inputs by name, in the order of their names, as Keras does', () => {
    const layers = [
      inputLayer('b'),
      inputLayer('a'),
      layer('Subtract', { name: 'difference' }, [{ args: [[history('a'), history('b')]], kwargs: {} }]),
    ];
    const model = read(functional(layers, { b: ['b', 0, 0], a: ['a', 0, 0] }, ['difference', 0, 0]));
    expect(model.inputs.map((tensor) => tensor.name)).toEqual(['a', 'b']);
  });

  it('understands the lists of Keras 2, which count the calls of a model inside from 1', async () => {
    const inner = {
      ...functional(
        [inputLayer('in'), { ...layer('ReLU', { name: 'relu' }, [[['in', 0, 0, {}]]]) }],
        [['in', 0, 0]],
        [['relu', 0, 0]],
      ),
      name: 'inner',
    };
    (inner as unknown as { config: Entry }).config['name'] = 'inner';
    const twice = { ...inner, inbound_nodes: [[['x', 0, 0, {}]], [['shift', 0, 0, {}]]] };
    const shift = layer('Rescaling', { name: 'shift', scale: 1, offset: -2 }, [[['inner', 1, 0, {}]]]);
    const old = functional(
      [inputLayer('x'), twice, shift].map(withoutModule),
      [['x', 0, 0]],
      [['inner', 2, 0]],
    );
    const model = read(withoutModule(old));
    expect((await model.predict(rows(-1, 1, 3))).array()).toEqual([[0, 0, 1]]);
  });
});

function withoutModule({ module: _module, registered_name: _registered, ...entry }: Entry): Entry {
  return entry;
}

describe('masks that a file passes to a call', () => {
  const embedding = layer('Embedding', { name: 'words', input_dim: 4, output_dim: 2, mask_zero: true }, [
    { args: [history('x')], kwargs: {} },
  ]);
  const isPadding = (name: string, value: number): Entry =>
    operation('NotEqual', { name }, [history('x'), value]);
  const masked = (mask: string): Entry[] => [
    inputLayer('x', [3], 'int32'),
    embedding,
    isPadding('not_zero', 0),
    isPadding('not_one', 1),
    layer('Softmax', { name: 'softmax', axis: 1 }, [
      { args: [history('words')], kwargs: { mask: history(mask) } },
    ]),
  ];

  it('are not needed where the layers give the same', () => {
    const model = read(
      functional(
        masked('not_zero').slice(0, 3).concat(masked('not_zero').slice(4)),
        ['x', 0, 0],
        ['softmax', 0, 0],
      ),
    );
    expect(model.layers.map((one) => one.name)).toEqual(['x', 'words', 'softmax']);
  });

  it('take the place of those that the layers give where they are others, and are written again', () => {
    const entry = functional(masked('not_one'), ['x', 0, 0], ['softmax', 0, 0]);
    const model = read(entry);
    expect(model.layers.map((one) => one.name)).toEqual(['x', 'words', 'not_one', 'softmax']);
    const written = readPythonJson(writePythonJson(writeModel(model, 'v3')), 'x.keras') as {
      config: { layers: { name: string; inbound_nodes: Json }[] };
    };
    const stored = written.config.layers.find(({ name }) => name === 'softmax')!;
    expect(JSON.stringify(stored.inbound_nodes)).toContain('"mask":{"class_name":"__keras_tensor__"');
    expect(JSON.stringify(stored.inbound_nodes)).toContain('["not_one",0,0]');
    expect(read(written as unknown as Entry).layers).toHaveLength(4);
  });
});
