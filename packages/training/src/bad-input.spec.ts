import { describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import { cpu } from '@lamella/backend-cpu';
import { input, type Example } from '@lamella/core';
import { dense } from '@lamella/layers';
import { HostTensor, isLamellaError } from '@lamella/program';
import type { CompileOptions } from './compile.js';
import type { FitOptions } from './fit.js';
import { meanSquaredError } from './losses/index.js';
import { f1Score, precision } from './metrics/index.js';
import { model, sequential } from './training.js';
import { type Model } from './model.js';
import { sgd } from './optimizers/index.js';

const x = [
  [1, 2],
  [3, 4],
];
const labels = [0, 2];

function classifier(
  compile: CompileOptions | null = { loss: 'sparse_categorical_crossentropy' },
): Model<tf.Tensor, tf.Tensor> {
  const pixels = input({ shape: [2], name: 'pixels' });
  const outputs = dense({ units: 3, activation: 'softmax', name: 'digit' }).apply(pixels);
  const net = model({ inputs: pixels, outputs, backend: cpu(), name: 'net' });
  if (compile !== null) net.compile({ optimizer: sgd(), ...compile });
  return net;
}

const tensor = (shape: number[]): HostTensor => HostTensor.zeros(shape);

/** Expects a coded error of this text, and that neither weights, optimizer, metrics nor tfjs' memory have changed. */
async function expectRefused(net: Model, run: () => Promise<unknown>, ...texts: string[]): Promise<void> {
  const state = async (): Promise<unknown> => [
    (await net.getWeights()).map(({ data }) => [...data]),
    (await net.optimizer?.iterations.values())?.data[0],
    tf.memory().numTensors,
  ];
  const before = await state();
  let failure: unknown;
  try {
    await run();
  } catch (error) {
    failure = error;
  }
  expect(isLamellaError(failure)).toBe(true);
  for (const text of texts) expect((failure as Error).message).toContain(text);
  expect(await state()).toEqual(before);
}

const fitting =
  (given: unknown, y: unknown, options: FitOptions = {}) =>
  (net: Model): Promise<unknown> =>
    net.fit(given as never, y as never, { verbose: 0, ...options });

function* once(example: Example): Generator<Example> {
  yield example;
}

describe('bad input', () => {
  const cases: readonly (readonly [string, (net: Model) => Promise<unknown>, ...string[]])[] = [
    [
      'inputs of another width',
      fitting(tensor([2, 4]), labels),
      '[SHAPE_MISMATCH] Model "net": expected data of shape [null, 2] for input "pixels", got [2, 4].',
      'Fix: pass that, or rebuild the graph with input({ shape: [4] })',
    ],
    [
      'a single sample',
      fitting([1, 2], [0]),
      '[SHAPE_MISMATCH] Model "net"',
      'Fix: put the sample into a list of one',
    ],
    ['inputs of another rank', fitting(tensor([2, 2, 2]), labels), '[SHAPE_MISMATCH] Model "net"'],
    [
      'differing lengths',
      fitting(x, [0, 1, 2]),
      '[DATA_LENGTH] Model "net": expected the same number of samples everywhere.\n  input "pixels": 2\n  targets of "digit": 3\n',
    ],
    [
      'weights of another length',
      fitting(x, labels, { sampleWeight: [1] }),
      '  sample weights of "digit": 1',
    ],
    [
      'no samples',
      fitting(tensor([0, 2]), tensor([0])),
      '[DATA_INVALID] Model "net": the data holds no samples.',
    ],
    ['an empty list', fitting([], []), '[DATA_INVALID] Model "net": the data holds no samples.'],
    [
      'an empty dataset',
      fitting({ length: 0, get: () => ({}) }, undefined),
      '[DATA_INVALID] Model "net": the dataset',
    ],
    [
      'a list that contains itself',
      (net) => {
        const list: unknown[] = [];
        list.push(list);
        return net.predict(list as never);
      },
      '[SHAPE_MISMATCH]',
      'nested more than 64 levels deep',
    ],
    [
      'a dataset whose length is no number of examples',
      fitting({ length: NaN, get: () => ({}) }, undefined),
      '[DATA_INVALID] Model "net": expected a dataset with a natural number as its length, got NaN',
    ],
    [
      'validation data that are no pair, no dataset and no stream',
      fitting(x, labels, { validationData: { x, y: labels } as never }),
      '[DATA_INVALID] Model "net": expected validationData to be [x, y], [x, y, sampleWeight], a dataset or a stream',
    ],
    [
      'a number that JSON has no words for',
      fitting(x, labels, { batchSize: 2n as never }),
      '[OPTION_INVALID] Model "net": batchSize',
      'got 2n',
    ],
    ['an empty stream', fitting(new Set(), undefined), '[DATA_INVALID] Model "net": the data gave no batch.'],
    [
      'no targets',
      fitting(x, undefined),
      '[DATA_INVALID] Model "net": it has a loss, and fit() was given no targets.',
    ],
    [
      'ragged rows',
      fitting([[1, 2], [3]], labels),
      '[DATA_INVALID] Model "net", input "pixels": expected a list of 2 at [1], got one of 1.',
    ],
    [
      'text',
      fitting([['a', 'b']], [0]),
      '[DATA_INVALID] Model "net", input "pixels": expected numbers, got strings.',
    ],
    ['null', fitting(null, labels), '[DATA_INVALID] Model "net"'],
    ['big integers', fitting(BigInt64Array.of(1n, 2n), labels), 'a BigInt64Array is not supported'],
    [
      'labels that are no class',
      fitting(x, [0, 3]),
      '[LABEL_OUT_OF_RANGE] Model "net": expected labels of output "digit" to be whole numbers from 0 to 2, got 3 at index 1.',
      'Fix: give the output 4 units',
    ],
    ['negative labels', fitting(x, [0, -1]), '[LABEL_OUT_OF_RANGE]', 'got -1 at index 1'],
    ['labels between classes', fitting(x, [0, 0.5]), '[LABEL_OUT_OF_RANGE]', 'got 0.5 at index 1'],
    [
      'labels of a stream that are no class',
      fitting(once({ x: tensor([1, 2]), y: new HostTensor(Int32Array.of(7), [1], 'int32') }), undefined),
      '[LABEL_OUT_OF_RANGE] Model "net"',
    ],
    [
      'one-hot targets for a sparse loss',
      fitting(x, tensor([2, 3])),
      '[SHAPE_MISMATCH] Model "net", output "digit": its targets do not fit. Loss "sparse_categorical_crossentropy": expected integer labels of shape [2], got [2, 3].',
      'Fix: pass one integer a sample',
    ],
    [
      'names of inputs that are not there',
      fitting({ pixel: x }, labels),
      '"pixel" is not expected',
      'Fix: use the keys "pixels"',
    ],
    [
      'too many tensors',
      fitting([tensor([2, 2]), tensor([2, 2])], labels),
      'expected data for 1 inputs ("pixels"), got 2',
    ],
    [
      'examples of another form',
      fitting(new Set([tensor([2, 2])]), undefined),
      'expected examples of the form { x, y }, got a tensor',
    ],
    [
      'examples that differ',
      fitting({ length: 2, get: (i: number) => ({ x: tensor([2 + i]), y: tensor([]) }) }, undefined),
      'examples of one batch differ in shape',
    ],
    [
      'weights beside a dataset',
      fitting({ length: 1, get: () => ({}) }, { sampleWeight: [1], verbose: 0 }),
      'sampleWeight: expected none beside a dataset',
    ],
    [
      'both kinds of weights',
      fitting(x, labels, { sampleWeight: [1, 1], classWeight: { 0: 1 } }),
      '[OPTION_INVALID]',
    ],
    [
      'class weights that are no numbers',
      fitting(x, labels, { classWeight: { 0: -1 } }),
      '[OPTION_INVALID] Model "net": classWeight',
    ],
    [
      'half a sample a batch',
      fitting(x, labels, { batchSize: 0.5 }),
      'batchSize: expected a positive whole number, got 0.5',
    ],
    [
      'negative epochs',
      fitting(x, labels, { epochs: -1 }),
      'epochs: expected a whole number of at least 0, got -1',
    ],
    ['no steps', fitting(x, labels, { stepsPerEpoch: 0 }), 'stepsPerEpoch'],
    ['another verbosity', fitting(x, labels, { verbose: 3 as never }), 'verbose: expected 0, 1 or 2, got 3'],
    [
      'a split of everything',
      fitting(x, labels, { validationSplit: 1 }),
      'validationSplit: expected a number between 0 and 1, got 1',
    ],
    ['a split that leaves nothing', fitting(x, labels, { validationSplit: 0.9 }), '2 samples are too few'],
    [
      'validation data of another width',
      fitting(x, labels, { validationData: [tensor([1, 5]), [0]] }),
      '[SHAPE_MISMATCH] Model "net"',
    ],
    [
      'validation labels that are no class',
      fitting(x, labels, { validationData: [x, [0, 9]] }),
      '[LABEL_OUT_OF_RANGE]',
    ],
    [
      'validation data without targets',
      fitting(x, labels, { validationData: [x] as never }),
      'validationData: expected [x, y]',
    ],
    ['validation every no epoch', fitting(x, labels, { validationFreq: 0 }), 'validationFreq'],
  ];

  it.each(cases.map(([name, run, ...texts]) => ({ name, run, texts })))(
    'is refused before anything changes: $name',
    async ({ run, texts }) => {
      const net = classifier();
      await net.predict(x);
      await expectRefused(net, () => run(net), ...texts);
    },
  );

  it('is refused as a tfjs tensor of strings', async () => {
    const net = classifier();
    await net.predict(x);
    await tf.setBackend('cpu');
    const words = tf.tensor1d(['a', 'b']);
    await expectRefused(
      net,
      () => net.fit(x, words, { verbose: 0 }),
      '[DATA_INVALID] Model "net", output "digit": expected numbers, got strings.',
    );
    words.dispose();
  });

  it('of one pass for several epochs is refused at once, and mid-way where it could not be told before', async () => {
    const net = classifier();
    const batch = { x: tensor([2, 2]), y: new HostTensor(Int32Array.of(0, 1), [2], 'int32') };
    await expectRefused(
      net,
      () => net.fit(once(batch), { epochs: 2, verbose: 0 }),
      '[DATA_EXHAUSTED] Model "net": its data can be gone through once, and 2 epochs were asked for.',
      'Fix: pass an object whose iterator starts anew',
    );
    await expect(net.fit(once(batch), { epochs: 2, stepsPerEpoch: 1, verbose: 0 })).rejects.toThrow(
      '[DATA_EXHAUSTED] Model "net": its data ended after 1 epochs.',
    );
    await expect(net.fit(x, labels, { epochs: 2, validationData: once(batch), verbose: 0 })).rejects.toThrow(
      '[DATA_EXHAUSTED] Model "net", validationData: its data ended after 1 epochs.',
    );
  });

  it('of targets of another width is told by the loss, with the model and the output', async () => {
    const net = classifier({ loss: 'mse', metrics: ['mae'] });
    await expectRefused(
      net,
      () => net.fit(x, tensor([2, 4]), { verbose: 0 }),
      `[SHAPE_MISMATCH] Model "net", output "digit": its targets do not fit. Loss "mean_squared_error": expected targets of the predictions' shape [2, 3], got [2, 4].`,
    );
  });

  it.each([
    [{ loss: 'mean_square_error' }, 'unknown loss "mean_square_error"', 'Did you mean "mean_squared_error"?'],
    [{ optimizer: 'adm' }, 'unknown optimizer "adm"', 'Did you mean "adam"?'],
    [{ loss: 'mse', metrics: ['acuracy'] }, 'unknown metric "acuracy"', 'Did you mean "accuracy"?'],
    [{ loss: ['mse', 'mse'] }, 'loss: expected one for each of the 1 outputs, got 2'],
    [{ loss: { digits: 'mse' } }, 'loss: expected the names of outputs (digit), got "digits"'],
    [{ loss: 3 as never }, 'loss: expected a name'],
    [{ loss: 'mse', metrics: 'mae' as never }, 'metrics: expected a list of metrics'],
    [{ loss: 'mse', weightedMetrics: { digits: 'mae' } }, 'weightedMetrics: expected the names of outputs'],
  ] as const)('in compile() is told: %j', (options, ...texts) => {
    const net = classifier(null);
    for (const text of texts) expect(() => net.compile(options)).toThrow(text);
    expect(net.compiled).toBeUndefined();
  });

  it('is a loss that gives no single number', async () => {
    const net = classifier({ loss: meanSquaredError({ reduction: 'none' }) });
    await expectRefused(
      net,
      () => net.fit(x, tensor([2, 3]), { verbose: 0 }),
      '[OPTION_INVALID]',
      'loss: expected a loss whose reduction gives one number, got "none"',
    );
  });

  it('is training or evaluation before compile(); prediction needs none', async () => {
    const net = classifier(null);
    const message = '[NOT_COMPILED] Model "net": it has no optimizer and no loss yet.';
    await expect(net.fit(x, labels)).rejects.toThrow(message);
    await expect(net.evaluate(x, labels)).rejects.toThrow(message);
    expect((await net.predict(x)).shape).toEqual([2, 3]);
  });

  it('is a model without a backend; the bare functions take one', async () => {
    const pixels = input({ shape: [2] });
    const options = { inputs: pixels, outputs: dense({ units: 1 }).apply(pixels), name: 'bare' };
    await expect(model(options).predict(x)).rejects.toThrow(
      '[BACKEND_MISSING] Model "bare": expected a backend, got none.',
    );
    expect((await model({ ...options, backend: cpu() }).predict(x)).shape).toEqual([2, 1]);
    const chain = sequential({ layers: [dense({ units: 1 })], inputShape: [2], backend: cpu() });
    expect((await chain.predict(x)).shape).toEqual([2, 1]);
    expect(() => sequential({ layers: [] })).toThrow('[INPUT_INVALID] Sequential');
    expect(() => sequential({ layers: [dense({ units: 1 })] })).toThrow(
      'the shape of its input is not known',
    );
    expect(() => sequential({ layers: [3 as never], inputShape: [1] })).toThrow(
      'expected layers, got number',
    );
  });

  it('is a second fit while one runs', async () => {
    const net = classifier();
    const first = net.fit(x, labels, { verbose: 0 });
    await expect(net.fit(x, labels, { verbose: 0 })).rejects.toThrow('[MODEL_BUSY] Model "net"');
    await first;
    await net.fit(x, labels, { verbose: 0 });
  });

  it('is a metric of several results', async () => {
    const oneHot = [
      [1, 0, 0],
      [0, 0, 1],
    ];
    for (const [metric, name] of [
      ['f1_score', 'f1_score'],
      [precision({ thresholds: [0.2, 0.5, 0.7] }), 'precision'],
    ] as const) {
      const net = classifier({ loss: 'categorical_crossentropy', metrics: [metric] });
      await expectRefused(
        net,
        () => fitting(x, oneHot)(net),
        `[METRIC_NOT_SCALAR] Metric "${name}": expected one number as its result, got [3].`,
      );
    }
    const net = classifier({
      loss: 'categorical_crossentropy',
      metrics: [f1Score({ average: 'macro' }), 'auc', precision()],
    });
    const { history } = await net.fit(x, oneHot, { verbose: 0 });
    expect(Object.keys(history)).toEqual(['auc', 'f1_score', 'loss', 'precision']);
  });

  it('is a host tensor of another shape given to call()', async () => {
    const net = classifier();
    await expect(net.predictOnBatch(tensor([2, 5]))).rejects.toThrow('[SHAPE_MISMATCH] Model "net"');
    await expect(net.predictOnBatch([tensor([2, 2]), tensor([2, 2])])).rejects.toThrow(
      '[DATA_INVALID] Model "net"',
    );
  });
});

describe('an abort signal', () => {
  it('ends training between steps: the weights are those of the last whole step', async () => {
    const net = classifier();
    const controller = new AbortController();
    const seen: number[][] = [];
    const run = net.fit(x, labels, {
      epochs: 50,
      batchSize: 1,
      verbose: 0,
      signal: controller.signal,
      callbacks: [
        {
          async onTrainBatchEnd() {
            seen.push([...(await net.getWeights())[0]!.data]);
            if (seen.length === 5) controller.abort(new Error('enough'));
          },
        },
      ],
    });
    await expect(run).rejects.toMatchObject({ code: 'ABORTED', cause: new Error('enough') });
    expect((await net.optimizer!.iterations.values()).data[0]).toBe(5);
    expect([...(await net.getWeights())[0]!.data]).toEqual(seen[4]);
    await expect(net.evaluate(x, labels, { signal: controller.signal })).rejects.toThrow(
      '[ABORTED] Model "net"',
    );
    await expect(net.predict(x, { signal: controller.signal })).rejects.toThrow('[ABORTED] Model "net"');
    await net.fit(x, labels, { verbose: 0 });
  });
});

it.each([
  { what: 'that are no classes', labels: [[1, 3]], says: '[INDEX_OUT_OF_RANGE]' },
  {
    what: 'of more steps than there are',
    labels: [[1, 2, 1]],
    says: '[SHAPE_MISMATCH] Model "net", output "digit"',
  },
])('CTC: labels $what are refused', async ({ labels: targets, says }) => {
  const steps = input({ shape: [2, 2] });
  const net = model({
    inputs: steps,
    outputs: dense({ units: 3, name: 'digit' }).apply(steps),
    backend: cpu(),
    name: 'net',
  });
  net.compile({ optimizer: sgd(), loss: 'ctc' });
  await expect(net.fit([x], targets, { verbose: 0 })).rejects.toThrow(says);
});
