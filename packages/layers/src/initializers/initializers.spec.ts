import { describe, expect, it } from '@jest/globals';
import type { Initializer, InitializerKey } from '@lamella/core';
import { sizeOf, type HostTensor } from '@lamella/program';
import { assertClose } from '@lamella/testing';
import {
  classOf,
  comparable,
  hostTensor,
  kerasConfig,
  optionsOf,
  readGolden,
  type GoldenTensor,
  type JsonRecord,
} from '../golden-cases.spec.js';
import { initializerOf } from '../options/weight-options.js';
import * as initializers from './index.js';
import { fans } from './variance-scaling.js';

interface GoldenInitializer {
  readonly initializer: string;
  readonly config: JsonRecord;
  readonly shape: readonly number[];
}

interface GoldenExact extends GoldenInitializer {
  readonly output: GoldenTensor;
  readonly keras_config: { readonly config: JsonRecord };
}

interface GoldenRandom extends GoldenInitializer {
  readonly fan_in: number;
  readonly fan_out: number;
  readonly mean: number;
  readonly std: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly keras_config: { readonly config: JsonRecord };
}

interface GoldenOrthogonal extends GoldenInitializer {
  readonly matrix: readonly [number, number];
  readonly orthogonal: 'rows' | 'columns';
  readonly gram_diagonal: number;
}

const golden = readGolden<{
  readonly identifiers: Readonly<Record<string, string>>;
  readonly exact: readonly GoldenExact[];
  readonly waves: readonly GoldenExact[];
  readonly random: readonly GoldenRandom[];
  readonly orthogonal: readonly GoldenOrthogonal[];
}>('initializers');

const key: InitializerKey = { seed: 11, stream: 'dense/kernel' };
const make = ({ initializer, config }: Omit<GoldenInitializer, 'shape'>): Initializer =>
  new (classOf('keras.initializers', initializer))(optionsOf(config)) as Initializer;
const title = ({ initializer, config }: Omit<GoldenInitializer, 'shape'>): string =>
  `${initializer} ${JSON.stringify(config)}`;

describe('initializers without randomness', () => {
  golden.exact.forEach((given, i) => {
    it(`${title(given)} gives Keras' values and config (case ${i})`, () => {
      const initializer = make(given);
      const expected = hostTensor(given.output);
      assertClose(initializer.initialize(expected.shape, expected.dtype, key), expected, 0);
      // Keras' Identity forgets its gain in the config; it reads it back all the same.
      const { gain: _gain, ...config } = kerasConfig(initializer);
      expect(comparable(config)).toEqual(comparable(given.keras_config.config));
    });
  });

  golden.waves.forEach((given) => {
    it(`${title(given)} gives Keras' values and config`, () => {
      const initializer = make(given);
      const expected = hostTensor(given.output);
      assertClose(initializer.initialize(expected.shape, expected.dtype, key), expected, 1e-6);
      expect(comparable(kerasConfig(initializer))).toEqual(comparable(given.keras_config.config));
    });
  });

  it.each<{ readonly options: initializers.STFTOptions; readonly shape: number[]; readonly says: string }>([
    { options: {}, shape: [4, 3], says: 'expected a weight of shape [frame length, 1, frequencies]' },
    { options: { window: [1, 2] }, shape: [4, 1, 3], says: 'a window of 4 values, got 2' },
    { options: { window: 'square' as 'hann' }, shape: [4, 1, 3], says: 'window: expected one of' },
  ])('STFT refuses $says', ({ options, shape, says }) => {
    expect(() => initializers.stft(options).initialize(shape, 'float32')).toThrow(says);
  });

  it('fill integers too', () => {
    const threes: Initializer = initializers.constant(3);
    expect(threes.initialize([2], 'int32', key)).toMatchObject({
      dtype: 'int32',
      data: Int32Array.of(3, 3),
    });
  });

  it('fill with lists, spread over the weight', () => {
    const rows = initializers.constant([[1], [2]]);
    expect(rows.initialize([2, 3], 'float32').array()).toEqual([
      [1, 1, 1],
      [2, 2, 2],
    ]);
    expect(initializers.constant([1, 2]).initialize([2, 2], 'int32').array()).toEqual([
      [1, 2],
      [1, 2],
    ]);
    expect(() => rows.initialize([3, 3], 'float32')).toThrow(
      '[SHAPE_MISMATCH] Initializer Constant: expected a weight that its values [2, 1] can be spread over, got [3, 3]',
    );
    expect(() => initializers.constant([1, [2]])).toThrow(
      '[OPTION_INVALID] Constant: value: expected a number',
    );
  });
});

describe('random initializers', () => {
  for (const given of golden.random) {
    it(`${title(given)} draws [${given.shape.join(', ')}] with Keras' mean, deviation and limits`, () => {
      const initializer = make(given);
      const { data: values, shape } = initializer.initialize(given.shape, 'float32', key);
      const data = Array.from(values);
      expect(shape).toEqual(given.shape);
      const count = data.length;
      const mean = data.reduce((sum, value) => sum + value, 0) / count;
      const deviation = Math.sqrt(data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count);
      // Five deviations of the estimates: with the seed fixed, this either always holds or never.
      expect(Math.abs(mean - given.mean)).toBeLessThan((5 * given.std) / Math.sqrt(count));
      expect(Math.abs(deviation / given.std - 1)).toBeLessThan(5 / Math.sqrt(2 * count));
      const [lowest, highest] = [Math.min(...data), Math.max(...data)];
      if (given.low !== null) {
        const margin = 0.02 * (given.high! - given.low);
        expect(lowest).toBeGreaterThanOrEqual(given.low - 1e-6);
        expect(lowest).toBeLessThan(given.low + margin);
        expect(highest).toBeLessThanOrEqual(given.high! + 1e-6);
        expect(highest).toBeGreaterThan(given.high! - margin);
      } else expect(highest - given.mean).toBeGreaterThan(2.5 * given.std);
      const { inputAxes = null, outputAxes = null } = initializer as initializers.VarianceScaling;
      expect(fans(given.shape, inputAxes, outputAxes)).toEqual([given.fan_in, given.fan_out]);
      expect(comparable(kerasConfig(initializer))).toEqual(comparable(given.keras_config.config));
    });
  }

  const drawn = (initializer: Initializer, other: Partial<InitializerKey> = {}): readonly number[] => [
    ...initializer.initialize([2, 3], 'float32', { ...key, ...other }).data,
  ];

  it('repeat for one key, and differ between seeds and between weights', () => {
    const initializer = initializers.glorotUniform();
    expect(drawn(initializer)).toEqual(drawn(initializers.glorotUniform()));
    expect(drawn(initializer)).not.toEqual(drawn(initializer, { seed: 12 }));
    expect(drawn(initializer)).not.toEqual(drawn(initializer, { stream: 'dense_1/kernel' }));
  });

  it('with a seed of their own give the same numbers to every weight, as in Keras', () => {
    const seeded = initializers.heNormal({ seed: 5 });
    expect(drawn(seeded)).toEqual(drawn(seeded, { seed: 12, stream: 'dense_1/kernel' }));
    expect(drawn(seeded)).not.toEqual(drawn(initializers.heNormal({ seed: 6 })));
  });

  it('refuse integer weights and options out of range', () => {
    expect(() => initializers.randomNormal().initialize([2], 'int32', key)).toThrow(
      /^\[DTYPE_MISMATCH\] Initializer RandomNormal: expected a weight of float32, got int32/,
    );
    expect(() => initializers.randomNormal({ stddev: -1 })).toThrow(
      /^\[OPTION_INVALID\] RandomNormal: stddev: .*got -1/,
    );
    expect(() => initializers.randomUniform({ minval: 1, maxval: 0 })).toThrow(
      /^\[OPTION_INVALID\] RandomUniform: minval: expected at most maxval \(0\), got 1/,
    );
    expect(() => initializers.varianceScaling({ scale: 0 })).toThrow(
      /^\[OPTION_INVALID\] VarianceScaling: scale: /,
    );
    expect(() => initializers.varianceScaling({ mode: 'fan' as 'fan_in' })).toThrow(
      /^\[OPTION_INVALID\] VarianceScaling: mode: expected one of "fan_in", "fan_out", "fan_avg", got "fan"/,
    );
    expect(() => initializers.glorotUniform({ seed: 0.5 })).toThrow(
      /^\[OPTION_INVALID\] GlorotUniform: seed: /,
    );
    expect(() => initializers.glorotUniform({ inputAxes: [0] })).toThrow(
      /^\[OPTION_INVALID\] GlorotUniform: outputAxes: expected a list of axes, as inputAxes is one/,
    );
    expect(() =>
      initializers.glorotUniform({ inputAxes: [0], outputAxes: [2] }).initialize([2, 2], 'float32', key),
    ).toThrow(
      /^\[OPTION_INVALID\] Initializer GlorotUniform: outputAxes: expected an axis of \[2, 2\], got 2/,
    );
  });
});

describe('the orthogonal initializer', () => {
  for (const given of golden.orthogonal) {
    it(`${title(given)} gives [${given.shape.join(', ')}] orthogonal ${given.orthogonal}`, () => {
      const weight = make(given).initialize(given.shape, 'float32', key);
      expect(gram(weight, given.matrix, given.orthogonal)).toEqual(given.gram_diagonal);
    });
  }

  it('refuses vectors', () => {
    expect(() => initializers.orthogonal().initialize([3], 'float32', key)).toThrow(
      /^\[SHAPE_MISMATCH\] Initializer Orthogonal: expected a weight of rank 2 or more, got \[3\]/,
    );
  });

  it('comes from a normal matrix: R has a positive diagonal, so that both signs occur', () => {
    const { data } = initializers.orthogonal({ seed: 3 }).initialize([8, 8], 'float32', key);
    const positive = data.filter((value) => value > 0).length;
    expect(positive).toBeGreaterThan(16);
    expect(positive).toBeLessThan(48);
  });
});

/** The diagonal of the Gram matrix of the rows or columns, all the same; throws when the rest is not 0. */
function gram(
  { data }: HostTensor,
  [rows, columns]: readonly [number, number],
  of: 'rows' | 'columns',
): number {
  const at = (i: number, j: number): number => data[i * columns + j]!;
  const [count, length] = of === 'rows' ? [rows, columns] : [columns, rows];
  const value = (vector: number, i: number): number => (of === 'rows' ? at(vector, i) : at(i, vector));
  const dot = (p: number, q: number): number => {
    let sum = 0;
    for (let i = 0; i < length; i++) sum += value(p, i) * value(q, i);
    return sum;
  };
  const diagonal = Math.round(dot(0, 0) * 1e5) / 1e5;
  for (let p = 0; p < count; p++) {
    for (let q = 0; q < count; q++) expect(dot(p, q)).toBeCloseTo(p === q ? diagonal : 0, 5);
  }
  expect(data.length).toBe(sizeOf([rows, columns]));
  return diagonal;
}

describe('identifiers of initializers', () => {
  it('are all of Keras, but for the kernels of its spectrogram layers, which are not here', () => {
    for (const [name, className] of Object.entries(golden.identifiers)) {
      if (className === 'Initializer' || className === 'STFT') continue;
      const found = initializerOf('Dense "d"', 'kernelInitializer', name as 'zeros');
      expect([name, found.className]).toEqual([name, className]);
    }
  });

  it('are suggested where one is misspelt', () => {
    expect(() => initializerOf('Dense "d"', 'kernelInitializer', 'glorot_unifrom' as 'zeros')).toThrow(
      /^\[IDENTIFIER_UNKNOWN\] Dense "d": unknown initializer "glorot_unifrom"\. .*Did you mean "glorot_uniform"/,
    );
    expect(() => initializerOf('Dense "d"', 'kernelInitializer', 3 as never)).toThrow(
      /^\[OPTION_INVALID\] Dense "d": kernelInitializer: expected the identifier of an initializer, or an object, got 3/,
    );
  });
});
