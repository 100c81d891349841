// The kit itself: sound formats pass everything, and each way of breaking one fails the promise it breaks.
import { describe, expect, it } from '@jest/globals';
import { definePlugin, type Format, type Layer } from '@lamella/core';
import { io } from '@lamella/io';
import { dense } from '@lamella/layers';
import { HostTensor, lamellaError, sizeOf } from '@lamella/program';
import { brokenPromises, testsOf } from '../spec-support/broken-promises.js';
import { testFormat, type TestFormatOptions } from './test-format.js';

const promise = {
  values: 'reads what it writes, to the last bit',
  same: 'writes the same bytes again',
  bytes: 'knows its bytes from others',
  damage: 'refuses damaged bytes with a code, and changes nothing',
  fit: 'refuses weights that do not fit, and changes nothing',
  disk: 'is whole on disk, in place of what was there',
  inspect: 'says what is in a file',
};

interface Lines {
  readonly head?: () => string;
  readonly weightsOf?: (layer: Layer) => Layer['weights'];
  readonly digits?: (value: number) => string;
  /** Throws for values that are not whole. */
  readonly check?: (name: string, numbers: readonly number[], size: number) => void;
  readonly set?: (layer: Layer, i: number, value: HostTensor) => void;
  readonly matches?: Format['matches'];
  readonly inspect?: Format['inspect'];
}

const failing = (name: string, numbers: readonly number[], size: number): void => {
  if (numbers.length !== size || !numbers.every(Number.isFinite))
    throw lamellaError('FILE_INVALID', { subject: name, problem: `expected ${size} numbers`, fix: 'none' });
};

/** A third party's: a line for each weight; with ways to break it. */
function lines({
  head = () => 'lines',
  weightsOf = ({ weights }) => weights,
  digits = String,
  check = failing,
  set,
  ...others
}: Lines = {}): Format {
  return {
    name: 'lines',
    extensions: ['.weights.lines'],
    matches: (bytes) => new TextDecoder().decode(bytes.slice(0, 6)) === 'lines\n',
    async writeWeights(layer) {
      const rows = await Promise.all(
        weightsOf(layer).map(async (weight) =>
          [weight.name, ...Array.from((await weight.values()).data, digits)].join(' '),
        ),
      );
      return new TextEncoder().encode([head(), ...rows, 'end'].join('\n'));
    },
    async readWeights(bytes, layer) {
      const [, ...rows] = new TextDecoder().decode(bytes).split('\n');
      const stored = new Map(rows.map((row) => [row.split(' ')[0]!, row.split(' ').slice(1).map(Number)]));
      const values = weightsOf(layer).map(({ name, shape }, i) => {
        const numbers = stored.get(name) ?? [];
        check(name, numbers, sizeOf(shape));
        const value = HostTensor.zeros(shape);
        value.data.set(numbers.slice(0, sizeOf(shape)));
        set?.(layer, i, value);
        return value;
      });
      if (set === undefined) weightsOf(layer).forEach((weight, i) => weight.set(values[i]!));
    },
    ...others,
  };
}

const broken = (format: Format, options: TestFormatOptions = {}): Promise<string[]> =>
  brokenPromises((runner) => testFormat(format, [], { ...options, runner }));
const twice = (...names: string[]): string[] => [...names, ...names];

describe('testFormat', () => {
  it("finds nothing wrong with a third party's, and tries all it promises", async () => {
    const inspect: Format['inspect'] = async () => ({ format: 'lines', weights: [] });
    const { inspect: last, ...others } = promise;
    expect(testsOf((runner) => testFormat(lines({ inspect }), [], { runner })).map(([name]) => name)).toEqual(
      twice(...Object.values(others), last),
    );
    const format = lines();
    const plugin = definePlugin({ name: 'acme-lines', formats: [format] });
    expect(await broken(format, { plugins: [plugin] })).toEqual([]);
  });

  it.each(['keras', 'h5', 'safetensors', 'weights.h5'])('finds nothing wrong with %s', async (name) => {
    const format = io.formats!.find((one) => one.extensions.includes(`.${name}`))!;
    expect(await broken(format)).toEqual([]);
  });

  it('fails a format that forgets the weights of a layer that is no model', async () => {
    const keras = io.formats!.find(({ name }) => name === 'keras')!;
    const writeLayer: Format['writeLayer'] = (_, context) =>
      keras.writeLayer!(dense({ units: 2, name: 'alone' }), context);
    const format = { ...keras, name: 'mine', extensions: ['.mine'], writeLayer };
    expect(await broken(format)).toEqual(twice('holds a layer that is no model'));
  });

  it('fails values that are not the same', async () => {
    expect(await broken(lines({ digits: (value) => value.toFixed(3) }))).toEqual(
      twice(promise.values, promise.disk),
    );
  });

  it('fails weights that it forgets, where a model has such', async () => {
    const format = lines({ weightsOf: ({ trainableWeights }) => trainableWeights as Layer['weights'] });
    expect(await broken(format)).toEqual([promise.values, promise.disk]);
  });

  it('fails bytes that follow the time, or are taken for its own', async () => {
    let count = 0;
    expect(await broken(lines({ head: () => `lines\n# ${count++}` }))).toEqual(twice(promise.same));
    expect(await broken(lines({ matches: () => true }))).toEqual(twice(promise.bytes));
    expect(await broken(lines({ matches: (bytes) => bytes.length > 1e6 }))).toEqual(twice(promise.bytes));
  });

  it('fails a reader that takes what is left of a file', async () => {
    expect(await broken(lines({ check: () => undefined }))).toEqual(twice(promise.damage, promise.fit));
  });

  it('fails a reader that sets as it goes', async () => {
    const set: Lines['set'] = (layer, i, value) => layer.weights[i]!.set(value);
    expect(await broken(lines({ set }))).toEqual(twice(promise.damage, promise.fit));
  });

  it('fails a format that claims a checksum and has none, or says otherwise what is in a file', async () => {
    expect(await broken(lines(), { hasChecksum: true })).toEqual(twice(promise.damage));
    const inspect: Format['inspect'] = async () => ({
      format: 'lines',
      weights: [{ name: 'a', shape: [2], dtype: 'float32' }],
    });
    expect(await broken(lines({ inspect }))).toEqual(twice(promise.inspect));
  });
});
