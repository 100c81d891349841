import { describe, expect, it } from '@jest/globals';
import { Code } from './code.js';
import { float32Bytes, signed, unsigned } from './encoding.js';
import { encodeModule } from './module.js';

describe('numbers', () => {
  it('are encoded as the examples of the specification', () => {
    expect(unsigned(3)).toEqual([0x03]);
    expect(unsigned(624485)).toEqual([0xe5, 0x8e, 0x26]);
    expect(unsigned(2 ** 32 - 1)).toEqual([0xff, 0xff, 0xff, 0xff, 0x0f]);
    expect(signed(-123456)).toEqual([0xc0, 0xbb, 0x78]);
    expect(signed(64)).toEqual([0xc0, 0x00]);
    expect(signed(-64)).toEqual([0x40]);
    expect(float32Bytes(1)).toEqual([0, 0, 0x80, 0x3f]);
  });

  it('come back out of a module whatever they are', async () => {
    for (const value of [0, 1, -1, 63, 64, -64, -65, 2 ** 31 - 1, -(2 ** 31), 8191, -8192]) {
      const code = new Code([], ['i32']).i32(value);
      expect(await call(code)).toBe(value);
    }
  });
});

/** What a function without parameters returns. */
async function call(code: Code): Promise<unknown> {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
  const bytes = encodeModule([{ code, exportName: 'f' }]);
  const { instance } = await WebAssembly.instantiate(bytes, { env: { memory } });
  return (instance.exports['f'] as () => unknown)();
}

describe('a function', () => {
  it('keeps its locals apart, whatever the order of their types', async () => {
    const code = new Code([], ['i32']);
    const a = code.local('i32');
    const b = code.local('f64');
    const c = code.local('i32');
    code.i32(5).set(a).f64(1).set(b).i32(2).set(c);
    expect(await call(code.get(a).get(c).op('i32.sub'))).toBe(3);
  });

  it('repeats a body so many times, and not at all for 0', async () => {
    for (const count of [0, 1, 7]) {
      const code = new Code([], ['i32']);
      const sum = code.local('i32');
      code.repeat(count, () => code.get(sum).i32(2).op('i32.add').set(sum));
      expect(await call(code.get(sum))).toBe(2 * count);
    }
  });

  it('picks words of two vectors by their numbers', async () => {
    const vector = (start: number): number[] => [0, 1, 2, 3].flatMap((i) => [start + i, 0, 0, 0]);
    const code = new Code([], ['i32']);
    code.v128(vector(10)).v128(vector(20)).shuffleWords(3, 4, 0, 7);
    expect(await call(code.lane('i32x4.extract_lane', 1))).toBe(20);
  });
});
