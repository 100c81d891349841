import { describe, expect, it } from '@jest/globals';
import { input, InputLayer, isInputLayer } from './input.js';
import { isSymbolicTensor } from './symbolic-tensor.js';

describe('input', () => {
  it('is a symbolic tensor with an unknown batch dimension', () => {
    const x = input({ shape: [28, null, 3], name: 'image' });
    expect(x.shape).toEqual([null, 28, null, 3]);
    expect(x.rank).toBe(4);
    expect(x.dtype).toBe('float32');
    expect(x.name).toBe('image');
    expect(isSymbolicTensor(x)).toBe(true);
    expect(isInputLayer(x.node.layer)).toBe(true);
  });

  it('takes a batch size, or the whole batch shape', () => {
    expect(input({ shape: [2], batchSize: 8 }).shape).toEqual([8, 2]);
    expect(input({ batchShape: [4, null] }).shape).toEqual([4, null]);
    expect(input({ shape: [] }).shape).toEqual([null]);
  });

  it('computes narrow integers as int32 and remembers how they lie in memory', () => {
    const x = input({ shape: [3], dtype: 'uint8' });
    expect(x.dtype).toBe('int32');
    expect((x.node.layer as InputLayer).dtype).toBe('uint8');
  });

  it('is the same tensor each time it is asked for', () => {
    const layer = new InputLayer({ shape: [3] });
    expect(layer.tensor).toBe(layer.tensor);
    expect(layer.output).toBe(layer.tensor);
  });

  it('gives its options back', () => {
    const layer = new InputLayer({ shape: [3], name: 'x', dtype: 'int32' });
    const config = layer.getConfig();
    expect(config).toEqual({ batchShape: [null, 3], dtype: 'int32', name: 'x' });
    expect(new InputLayer(config as never).getConfig()).toEqual(config);
  });

  it('cannot have its shape changed', () => {
    expect(() => (input({ shape: [3] }).shape as number[]).push(4)).toThrow(TypeError);
  });

  it.each<[string, unknown, RegExp]>([
    ['no shape', {}, /expected a shape, got none.*\n.*Fix/],
    ['two shapes', { shape: [1], batchShape: [null, 1] }, /got both/],
    ['a number as the shape', { shape: 784 }, /expected a list of sizes, got 784/],
    ['a negative size', { shape: [-1] }, /natural numbers or null/],
    ['half a size', { shape: [1.5] }, /natural numbers or null/],
    ['an unknown dtype', { shape: [1], dtype: 'float63' }, /unknown dtype "float63"/],
  ])('refuses %s', (_, options, message) => {
    expect(() => input(options as never)).toThrow(message);
    expect(() => input(options as never)).toThrow('[INPUT_INVALID] InputLayer');
  });

  it('refuses a name with a slash', () => {
    expect(() => input({ shape: [1], name: 'a/b' })).toThrow('[NAME_INVALID]');
  });
});
