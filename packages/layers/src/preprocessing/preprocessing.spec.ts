// The layers that look up, hash, split and normalize, compared with Keras on TensorFlow: fixtures/keras/preprocessing.json.
import { describe, expect, it } from '@jest/globals';
import { cpu } from '@lamella/backend-cpu';
import { onnx } from '@lamella/backend-onnx';
import { clearNames, compose, input, type FileFacts, type Layer, type SymbolicTensor } from '@lamella/core';
import { fitsShape, HostTensor, type AnyHostTensor, type DType, type SymbolicShape } from '@lamella/program';
import { assertClose } from '@lamella/testing';
import { training } from '@lamella/training';
import {
  classOf,
  comparable,
  kerasConfig,
  optionsOf,
  readGolden,
  tolerance,
  type JsonRecord,
} from '../golden-cases.spec.js';
import { layers } from '../layers.js';
import type { AdaptData } from './adapt.js';
import { categoryEncoding } from './category-encoding.js';
import { discretization } from './discretization.js';
import { featureSpace } from './feature-space.js';
import type { IndexLookup } from './index-lookup.js';
import { normalization } from './normalization.js';

interface Tensor {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly data: readonly (number | string)[];
}

interface Case {
  readonly layer: string;
  readonly name: string;
  readonly config: JsonRecord;
  readonly adapt?: Tensor;
  readonly batches?: readonly Tensor[];
  readonly inputs: readonly Tensor[];
  readonly output: Tensor;
  readonly shape: SymbolicShape | null;
  readonly vocabulary?: readonly (string | number)[];
  readonly keras_config: JsonRecord;
}

type Adapted = Layer & { adapt(data: AdaptData): Promise<void> };

const { cases } = readGolden<{ cases: readonly Case[] }>('preprocessing');
const { model } = compose({ plugins: [layers, training] });

function tensorOf({ shape, dtype, data }: Tensor): AnyHostTensor {
  if (dtype === 'string') return new HostTensor(data as string[], shape, dtype);
  return new HostTensor(HostTensor.fromArray(data.map(Number), dtype).data, shape, dtype);
}

async function made(given: Case): Promise<Layer> {
  clearNames();
  const layer = new (classOf('keras.layers', given.layer))(optionsOf(given.config)) as Adapted;
  if (given.adapt !== undefined) await layer.adapt(tensorOf(given.adapt));
  if (given.batches !== undefined) await layer.adapt(given.batches.map(tensorOf)[Symbol.iterator]());
  return layer;
}

/** Whether the lines of Keras' file would not bring the tokens back: here they stand in the config. */
const isLost = ({ name, vocabulary }: Case): boolean => vocabulary?.at(-1) === '' || name === 'characters';

/** On onnx, one case of each layer that is compiled, or may be. */
const compiled = ['Normalization', 'Discretization', 'CategoryEncoding'];
const isFirst = ({ layer }: Case, index: number): boolean =>
  compiled.includes(layer) && cases.findIndex((other) => other.layer === layer) === index;

describe.each([
  { backend: cpu, some: cases },
  { backend: onnx, some: cases.filter(isFirst) },
])('On $backend.name, as Keras on TensorFlow:', ({ backend, some }) => {
  it.each(some)('$layer, $name', async (golden) => {
    const layer = await made(golden);
    const inputs = golden.inputs.map(({ shape, dtype }) =>
      input({ batchShape: [null, ...shape.slice(1)], dtype }),
    );
    const outputs = layer.apply(inputs.length === 1 ? inputs[0]! : inputs) as SymbolicTensor;
    // Keras says another shape than it gives for some rows.
    if (golden.shape !== null && fitsShape(golden.output.shape, golden.shape))
      expect(outputs.shape).toEqual(golden.shape);
    const net = model({ inputs, outputs, backend: backend() });
    const result = (await net.predict(golden.inputs.map(tensorOf))) as HostTensor;
    expect(outputs.dtype).toBe(result.dtype);
    const expected = tensorOf(golden.output);
    if (expected.dtype === 'string') expect(result.array()).toEqual(expected.array());
    // Keras says floats and gives whole numbers for some rows.
    else assertClose(result, expected.cast(result.dtype), tolerance, golden.name);
    const { vocabulary } = golden;
    if (vocabulary !== undefined) expect((layer as IndexLookup).getVocabulary()).toEqual(vocabulary);
    if (isLost(golden)) return;
    const { fixedOptions } = (layer.constructor as { fileFacts?: FileFacts }).fileFacts ?? {};
    expect(comparable({ ...kerasConfig(layer), ...fixedOptions })).toEqual(comparable(golden.keras_config));
  });
});

describe('adapt()', () => {
  it('takes turns where it is called several times at once: the last one holds', async () => {
    const [first, last] = [
      [[0], [100], [300]],
      [[2], [4]],
    ] as const;
    const scale = normalization();
    const bins = discretization({ numBins: 2 });
    const [alone, aloneBins] = [normalization(), discretization({ numBins: 2 })];
    await Promise.all([alone.adapt(last), aloneBins.adapt(last)]);
    const failing = scale.adapt([].values());
    await Promise.all(
      [scale.adapt(first), bins.adapt(first), scale.adapt(last), bins.adapt(last)].concat(
        failing.catch(() => undefined),
      ),
    );
    await expect(failing).rejects.toThrow('[DATA_INVALID]');
    expect(bins.boundaries).toEqual(aloneBins.boundaries);
    expect(await scale.getWeights()).toEqual(await alone.getWeights());
  });

  it('takes datasets and streams of examples, and at most so many batches', async () => {
    const rows = [[1], [3], [5], [100]];
    const dataset = {
      length: 4,
      get: (i: number) => ({ x: HostTensor.fromArray(rows[i]!), y: HostTensor.fromArray([0]) }),
    };
    const scale = normalization();
    await scale.adapt(dataset, { batchSize: 3, steps: 1 });
    expect((await scale.getWeights()).slice(0, 2).map((weight) => weight.data[0])).toEqual([
      3,
      expect.closeTo(8 / 3, 5),
    ]);
    await scale.adapt([{ x: [[2], [4]] }, { x: [[6]] }].values());
    expect((await scale.getWeights())[0]!.data[0]).toBe(4);
  });

  it('of rows is for windows of rows too, and not for fewer axes or other sizes', async () => {
    const scale = normalization({ name: 'n' });
    await scale.adapt(Array.from({ length: 10 }, (_, i) => [2 * i, 2 * i + 1]));
    const x = input({ shape: [3, 2] });
    const net = model({ inputs: x, outputs: scale.apply(x), backend: cpu() });
    const got = await net.predict({ data: new Float32Array(6).fill(1), shape: [1, 3, 2] });
    // keras.layers.Normalization of Keras 3.15.1, adapted to numpy.arange(20.).reshape(10, 2), of ones.
    const row = [-1.3926213, -1.5666989];
    assertClose(got, new HostTensor(Float32Array.from([...row, ...row, ...row]), [1, 3, 2]), 1e-6);
    expect(() => scale.apply(input({ shape: [3, 4] }))).toThrow(
      /\[SHAPE_MISMATCH\] Normalization "n": expected \[1, 2\] as its last sizes.*\[null, 3, 4\]/,
    );
    expect(() => scale.apply(input({ shape: [] }))).toThrow(/\[SHAPE_MISMATCH\] Normalization "n"/);
  });

  it('lets timers run between batches', async () => {
    let rang = false;
    setTimeout(() => (rang = true), 0);
    // Ends in any case, so that a failure is seen.
    function* batches(): Generator<number[][]> {
      for (let i = 0; !rang && i < 2_000_000; i++) yield [[i]];
    }
    await normalization().adapt(batches());
    expect(rang).toBe(true);
    rang = false;
    setTimeout(() => (rang = true), 0);
    const parts = function* (): Generator<{ a: number[][] }> {
      for (const a of batches()) yield { a };
    };
    await featureSpace({ features: { a: 'float_normalized' } }).adapt(parts());
    expect(rang).toBe(true);
  });

  it('changes what a compiled model computes', async () => {
    const x = input({ shape: [1] });
    const scale = normalization();
    const net = model({ inputs: x, outputs: scale.apply(x), backend: cpu() });
    expect((await net.predict([[12]])).array()).toEqual([[12]]);
    await scale.adapt([[10], [14]]);
    expect((await net.predict([[12]])).array()).toEqual([[0]]);
  });

  it.each<{ name: string; run: () => Promise<void>; says: string }>([
    {
      name: 'no rows',
      run: () => normalization({ name: 'n' }).adapt([]),
      says: '[DATA_INVALID] Normalization "n", adapt(): the data hold no values',
    },
    {
      name: 'a stream of nothing',
      run: () => discretization({ numBins: 2, name: 'd' }).adapt([].values()),
      says: '[DATA_INVALID] Discretization "d", adapt(): the data hold no values',
    },
    {
      name: 'strings',
      run: () => normalization({ name: 'n' }).adapt(['a']),
      says: '[DATA_INVALID] Normalization "n", adapt(): expected numbers, got string',
    },
    {
      name: 'what is no data',
      run: () => normalization({ name: 'n' }).adapt({} as never),
      says: '[DATA_INVALID]',
    },
    {
      name: 'batches of other sizes',
      run: () => normalization({ name: 'n' }).adapt([[[1, 2]], [[1]]].values()),
      says: '[SHAPE_MISMATCH] Normalization "n", adapt(): expected [null, 2], got [1, 1]',
    },
    {
      name: 'a mean that is given',
      run: () => normalization({ name: 'n', mean: 1, variance: 1 }).adapt([1]),
      says: '[OPTION_INVALID] Normalization "n": mean',
    },
    {
      name: 'boundaries that are given',
      run: () => discretization({ name: 'd', binBoundaries: [1] }).adapt([1]),
      says: '[OPTION_INVALID] Discretization "d": binBoundaries',
    },
    {
      name: 'no steps',
      run: () => normalization({ name: 'n' }).adapt([[1]], { steps: 0 }),
      says: '[OPTION_INVALID] Normalization "n", adapt(): steps',
    },
  ])('refuses $name', async ({ run, says }) => {
    await expect(run()).rejects.toThrow(says);
  });
});

describe('Preprocessing refuses', () => {
  it.each<{ name: string; run: () => unknown; says: string }>([
    {
      name: 'a mean without a variance',
      run: () => normalization({ name: 'n', mean: 1 }),
      says: '[OPTION_INVALID] Normalization "n": variance',
    },
    {
      name: 'a variance of another shape',
      run: () => normalization({ name: 'n', mean: [1, 2], variance: [1] }),
      says: '[OPTION_INVALID] Normalization "n": variance',
    },
    {
      name: 'a mean of more axes',
      run: () => normalization({ name: 'n', mean: [[1]], variance: [[1]] }),
      says: '[OPTION_INVALID] Normalization "n": mean',
    },
    {
      name: 'an unknown size on a kept axis',
      run: () => normalization({ name: 'n' }).apply(input({ shape: [null] })),
      says: '[SHAPE_MISMATCH] Normalization "n"',
    },
    {
      name: 'bins of neither kind',
      run: () => discretization({ name: 'd' }),
      says: '[OPTION_INVALID] Discretization "d": numBins',
    },
    {
      name: 'boundaries out of order',
      run: () => discretization({ name: 'd', binBoundaries: [2, 1] }),
      says: '[OPTION_INVALID] Discretization "d": binBoundaries: expected a list of numbers in ascending order',
    },
    {
      name: 'bins that are not known yet',
      run: () => discretization({ name: 'd', numBins: 2, outputMode: 'count' }).apply(input({ shape: [1] })),
      says: '[LAYER_NOT_ADAPTED] Discretization "d": it does not know the boundaries of its bins yet',
    },
    {
      name: 'weights where nothing is counted',
      run: () =>
        categoryEncoding({ name: 'c', numTokens: 2 }).apply(input({ shape: [1] }), {
          countWeights: input({ shape: [1] }),
        }),
      says: '[INPUT_INVALID] CategoryEncoding "c": countWeights',
    },
  ])('$name', ({ run, says }) => {
    expect(run).toThrow(says);
  });
});
