// Against files of the reference implementation (fixtures/safetensors, tools/oracle/safetensors_files.py), and bad ones.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { cpu } from '@lamella/backend-cpu';
import { clearNames, compose, input } from '@lamella/core';
import { batchNormalization, dense, layers } from '@lamella/layers';
import { HostTensor, type AnyHostTensor } from '@lamella/program';
import { training, type Model } from '@lamella/training';
import { io } from '../io.js';
import { namedWeights } from '../weights/named-weights.js';
import { decodeTensor, readSafetensors, writeSafetensors } from './safetensors-bytes.js';

const folder = new URL('../../../../fixtures/safetensors/', import.meta.url);
const path = (name: string): string => fileURLToPath(new URL(name, folder));
const bytesOf = (name: string): Uint8Array => new Uint8Array(readFileSync(path(name)));
const listed = (name: string) =>
  JSON.parse(readFileSync(path(name), 'utf8')) as Record<string, { shape: number[]; data: number[] }>;

function composed() {
  clearNames();
  return compose({ backend: cpu(), plugins: [layers, training, io] });
}

/** The model whose weights the fixture holds. */
function net(names: { dense?: string } = {}): Model {
  const x = input({ shape: [3], name: 'x' });
  const y = dense({ units: 2, name: names.dense ?? 'dense' }).apply(x);
  return composed().model({ inputs: x, outputs: batchNormalization({ name: 'norm' }).apply(y) });
}

/** A file with this header and so many bytes behind it. */
function file(header: string, size = 0): Uint8Array {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + size);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

describe('a .safetensors file', () => {
  it('of the reference implementation puts its weights into a model, from whatever address', async () => {
    const expected = listed('weights.json');
    for (const name of ['weights.safetensors', 'metadata.safetensors']) {
      const model = net();
      const odd = new Uint8Array([0, ...bytesOf(name)]).subarray(1);
      await composed().loadWeights(model, { name, bytes: odd });
      for (const weight of model.weights) {
        const value = await weight.values();
        expect(Array.from(value.data)).toEqual(expected[weight.name]!.data);
        expect(value.shape).toEqual(expected[weight.name]!.shape);
      }
    }
  });

  it('is written byte for byte as the reference implementation does', async () => {
    const model = net();
    await composed().loadWeights(model, path('weights.safetensors'));
    const { bytes } = await composed().encodeWeights(model, 'again.safetensors');
    expect(Buffer.from(bytes).equals(Buffer.from(bytesOf('weights.safetensors')))).toBe(true);
  });

  it('may hold any number, and is refused where a weight cannot', () => {
    const expected = listed('dtypes.json');
    const tensors = readSafetensors(bytesOf('dtypes.safetensors'), 'dtypes.safetensors');
    expect([...tensors.keys()].sort()).toEqual(Object.keys(expected).sort());
    for (const [name, raw] of tensors) {
      const tensor = decodeTensor(name, raw, 'dtypes.safetensors');
      expect({ shape: tensor.shape, data: [tensor.array()].flat(4) }).toEqual({
        shape: expected[name]!.shape,
        data: expected[name]!.data.map((value) =>
          name.startsWith('i') || name.startsWith('u') ? value : Math.fround(value),
        ),
      });
    }
    const huge = new Uint8Array(new BigUint64Array([2n ** 63n]).buffer);
    expect(() => decodeTensor('n', { dtype: 'U64', shape: [1], bytes: huge }, 'a')).toThrow(
      /\[FILE_INVALID\] "a": tensor "n" holds U64 values beyond int64/,
    );
    expect(() => decodeTensor('n', { dtype: 'F8_E4M3', shape: [1], bytes: huge.subarray(7) }, 'a')).toThrow(
      /is of dtype F8_E4M3/,
    );
  });

  it('loads other dtypes than the weights have, and refuses values that those cannot hold', async () => {
    const model = net({ dense: 'd' });
    const others: [string, AnyHostTensor][] = [];
    for (const [name, weight] of namedWeights(model)) others.push([name, (await weight.values()).clone()]);
    const load = (bias: AnyHostTensor): Promise<void> =>
      composed().loadWeights(model, {
        name: 'w.safetensors',
        bytes: writeSafetensors(new Map<string, AnyHostTensor>([...others, ['d/bias', bias]])),
      });
    const bias = async (): Promise<unknown> =>
      (await model.weights.find(({ name }) => name === 'd/bias')!.values()).array();
    for (const dtype of ['float16', 'bfloat16', 'float64', 'int64', 'uint32', 'bool'] as const) {
      await load(HostTensor.fromArray([1, 0]).cast(dtype));
      expect(await bias()).toEqual([1, 0]);
      await load(HostTensor.zeros([2]));
    }
    await expect(load(HostTensor.fromArray([1, 1e39], 'float64'))).rejects.toThrow(
      '  d/bias   expected float32, found float64 values beyond it',
    );
    expect(await bias()).toEqual([0, 0]);
  });

  it('that does not fit changes nothing, and everything is listed at once', async () => {
    const model = net({ dense: 'dens' });
    const before = (await model.getWeights()).map(({ data }) => Array.from(data));
    const bytes = writeSafetensors(
      new Map([
        ['dense/kernel', HostTensor.zeros([3, 2])],
        ['norm/gamma', HostTensor.zeros([3])],
        ['norm/beta', HostTensor.zeros([2])],
      ]),
    );
    const failure = await composed()
      .loadWeights(model, { name: 'w.safetensors', bytes })
      .catch((error: Error) => error.message);
    expect(failure).toBe(
      [
        '[WEIGHTS_MISMATCH] "w.safetensors": it does not fit this model: 4 missing, 1 wrong shape, 1 unused.',
        '  norm/gamma   expected [2], found [3]',
        '  dens/kernel   missing; did you mean "dense/kernel"?',
        '  dens/bias   missing',
        '  norm/moving_mean   missing',
        '  norm/moving_variance   missing',
        '  dense/kernel   not in this model',
        'Nothing was loaded.',
        'Fix: load what fits with { skipMismatch: true }.',
      ].join('\n'),
    );
    expect((await model.getWeights()).map(({ data }) => Array.from(data))).toEqual(before);
  });

  it('names weights of layers with one name by the models around them', async () => {
    const { model, encodeWeights } = composed();
    const inner = (name: string) => {
      const x = input({ shape: [1] });
      return model({ inputs: x, outputs: dense({ units: 1, name: 'dense', useBias: false }).apply(x), name });
    };
    const x = input({ shape: [1] });
    const outer = model({ inputs: x, outputs: inner('right').apply(inner('left').apply(x)) });
    const { bytes } = await encodeWeights(outer, 'w.safetensors');
    expect([...readSafetensors(bytes, 'w').keys()]).toEqual(['left/dense/kernel', 'right/dense/kernel']);
  });

  const f32 = (begin: number, end: number, shape = '[1]'): string =>
    `{"dtype":"F32","shape":${shape},"data_offsets":[${begin},${end}]}`;
  it.each<[string, Uint8Array, RegExp]>([
    ['too short', new Uint8Array(7), /too short/],
    ['a header larger than the file', file('{}').fill(0xff, 0, 8), /declares a header of/],
    ['a header that is no record', file('[]'), /no JSON record/],
    ['a header that is no UTF-8', file('{"é":1}').fill(0xff, 10, 11), /no UTF-8/],
    ['duplicate keys', file(`{"a":${f32(0, 4)},"a":${f32(0, 4)}}`, 4), /"a" stands twice/],
    ['keys that reach a prototype', file(`{"__proto__":${f32(0, 4)}}`, 4), /not allowed/],
    ['a hole', file(`{"a":${f32(4, 8)}}`, 8), /begins at 4, where 0/],
    ['an overlap', file(`{"a":${f32(0, 8, '[2]')},"b":${f32(4, 8)}}`, 8), /begins at 4, where 8/],
    ['bytes behind the last tensor', file(`{"a":${f32(0, 4)}}`, 5), /take 4 bytes, and 5 are there/],
    ['missing bytes', file(`{"a":${f32(0, 4)}}`, 3), /cut off/],
    [
      'a size that is not that of the shape',
      file(`{"a":${f32(0, 4, '[2]')}}`, 4),
      /takes 8 bytes, and has 4/,
    ],
    [
      'a shape beyond all numbers',
      file(`{"a":${f32(0, 4, '[9007199254740991,9007199254740991]')}}`, 4),
      /takes/,
    ],
    ['a negative size', file(`{"a":${f32(0, 4, '[-1]')}}`, 4), /no shape/],
    ['offsets that are no pair', file('{"a":{"dtype":"F32","shape":[],"data_offsets":[0]}}', 4), /no pair/],
    [
      'an unknown dtype',
      file('{"a":{"dtype":"F33","shape":[],"data_offsets":[0,4]}}', 4),
      /unknown dtype "F33"/,
    ],
    ['metadata that is no text', file('{"__metadata__":{"a":1}}'), /metadata/],
  ])('is refused for %s', (_, bytes, message) => {
    expect(() => readSafetensors(bytes, 'bad.safetensors')).toThrow(message);
    expect(() => readSafetensors(bytes, 'bad.safetensors')).toThrow(/^\[FILE_INVALID\] "bad.safetensors"/);
  });
});
