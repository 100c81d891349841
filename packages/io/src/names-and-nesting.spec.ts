import { describe, expect, it } from '@jest/globals';
import { cpu } from '@lamella/backend-cpu';
import { compose, input, type SymbolicTensor } from '@lamella/core';
import { dense, layers } from '@lamella/layers';
import type { HostTensor } from '@lamella/program';
import { model as makeModel, training } from '@lamella/training';
import { io } from './index.js';

const app = compose({ backend: cpu(), plugins: [layers, training, io] });
const formats = ['net.keras', 'net.h5', 'net.json'] as const;

/** Models one inside the other, the innermost a Dense. */
function nested(depth: number): ReturnType<typeof makeModel> {
  let apply = (x: SymbolicTensor): SymbolicTensor => dense({ units: 2, name: 'inmost' }).apply(x);
  let net: ReturnType<typeof makeModel> | undefined;
  for (let i = 0; i < depth; i++) {
    const x = input({ shape: [2], name: `x${i}` });
    const made = makeModel({ inputs: x, outputs: apply(x), name: `level_${i}`, backend: cpu() });
    apply = (y) => made.apply(y) as SymbolicTensor;
    net = made as never;
  }
  return net!;
}

describe('what is saved is loaded', () => {
  it.each(formats)('of 100 models, one inside the other: %s', async (name) => {
    const net = nested(100);
    const again = await app.loadModel(await app.encodeModel(net, name));
    const values = async (of: typeof net): Promise<number[]> => [
      ...((await of.predict([[1, -2]])) as HostTensor).data,
    ];
    expect(await values(again as never)).toEqual(await values(net));
  });

  const names = [
    'a b',
    'Größe',
    '層',
    'e\u0301',
    'x'.repeat(20_000),
    'a.b',
    '__proto__',
    '0',
    '%2e',
    '\u{1f980}',
    'a:0',
    '-',
  ];
  it.each(formats)('under any name: %s', async (format) => {
    for (const name of names) {
      const x = input({ shape: [2], name: 'x' });
      const net = makeModel({
        inputs: x,
        outputs: dense({ units: 1, name }).apply(x),
        name: 'named',
        backend: cpu(),
      });
      const again = await app.loadModel(await app.encodeModel(net, format));
      expect(again.layers.map((layer) => layer.name)).toEqual(['x', name]);
      expect((await again.getWeights()).map(({ data }) => [...data])).toEqual(
        (await net.getWeights()).map(({ data }) => [...data]),
      );
    }
  });

  it.each(['a\0b', 'half \ud83e', '\udd80'])('or refused before anything is written: %j', async (name) => {
    const x = input({ shape: [2], name: 'x' });
    const net = makeModel({
      inputs: x,
      outputs: dense({ units: 1, name }).apply(x),
      name: 'named',
      backend: cpu(),
    });
    for (const format of ['net.h5', 'net.keras'])
      await expect(app.encodeModel(net, format)).rejects.toThrow(
        /^\[NOT_SERIALIZABLE\] Text ".*": expected Unicode without NUL characters/,
      );
    const again = await app.loadModel(await app.encodeModel(net, 'net.json'));
    expect(again.layers[1]!.name).toBe(name);
  });
});
