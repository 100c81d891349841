import { describe, expect, it } from '@jest/globals';
import { instantiateLoops } from '../generate/loop-module.js';
import { memoryViews, plainLoop } from '../generate/plain-loop.js';
import { createArena } from '../memory/arena.js';
import { exp, expm1, log, log1p, pow, sigmoid, tanh } from './functions.js';
import { Lanes, type Value } from './lanes.js';
import type { Loop } from './loop.js';

const arena = createArena({ bytes: 2 ** 23 });

/** A loop over float32 `a` (and `b`), whose result is `compute` in float64, rounded. */
function loopOf(count: number, compute: (l: Lanes, a: Value, b: Value) => Value): Loop {
  const l = new Lanes();
  const input = (buffer: number): Value =>
    l.toF64(l.load({ buffer, element: 'float32', offset: 0, strides: [1] }));
  const value = l.toF32(compute(l, input(0), input(1))).id;
  const access = { buffer: 2, element: 'float32', offset: 0, strides: [1] } as const;
  return { sizes: [count], folded: 0, vector: 0, instructions: l.instructions, stores: [{ access, value }] };
}

/** What the loop gives on both paths, which must agree bit for bit. */
async function run(
  a: Float32Array,
  b: Float32Array,
  compute: Parameters<typeof loopOf>[1],
): Promise<Float32Array> {
  const loop = loopOf(a.length, compute);
  const tensors = [arena.tensor([a.length]), arena.tensor([a.length]), arena.tensor([a.length])];
  tensors[0]!.data.set(a);
  tensors[1]!.data.set(b);
  const table = arena.tensor([3], 'int32');
  table.data.set(tensors.map(({ data }) => data.byteOffset));
  plainLoop(loop)(memoryViews(arena.buffer), Uint32Array.from(table.data));
  const plain = tensors[2]!.data.slice();
  tensors[2]!.data.fill(0);
  const { loops } = await instantiateLoops({ loops: [loop] }, arena.memory!);
  loops(table.data.byteOffset);
  const simd = tensors[2]!.data.slice() as Float32Array;
  expect(firstDifference(simd, plain as Float32Array)).toBeUndefined();
  for (const tensor of [...tensors, table]) arena.release(tensor);
  return simd;
}

function firstDifference(a: Float32Array, b: Float32Array): string | undefined {
  const i = a.findIndex((value, k) => !Object.is(value, b[k]));
  return i < 0 ? undefined : `${i}: ${a[i]} and ${b[i]}`;
}

const view = new DataView(new ArrayBuffer(4));

/** The distance from the float64 `exact` to the float32 `value`. Units: of float32's last place. */
function ulps(value: number, exact: number): number {
  const nearest = Math.fround(exact);
  if (Object.is(value, nearest) || (Number.isNaN(value) && Number.isNaN(exact))) return 0;
  if (!Number.isFinite(value) || !Number.isFinite(nearest)) return Infinity;
  view.setFloat32(0, Math.max(Math.abs(nearest), 2 ** -126));
  const unit = 2 ** ((view.getUint32(0) >>> 23) - 127 - 23);
  return Math.abs(value - exact) / unit;
}

/** Numbers of all sizes and both signs, and the special ones. */
const samples = ((): Float32Array => {
  const bits = new Uint32Array(20_003);
  for (let i = 0; i < bits.length; i++) bits[i] = (i * 214_741 + 12_345) >>> 0;
  const wide = new Float32Array(bits.buffer);
  const near = Float32Array.from({ length: 20_000 }, (_, i) => (i - 10_000) / 100);
  const special = [
    0,
    -0,
    1,
    -1,
    Infinity,
    -Infinity,
    NaN,
    1e-45,
    -1e-45,
    1.1754943508222875e-38,
    3.4028234663852886e38,
  ];
  return Float32Array.from([
    ...wide,
    ...near,
    ...special,
    88.72283,
    88.72284,
    -87.33655,
    -103.97208,
    -103.97209,
  ]);
})();

const unary: [string, (l: Lanes, x: Value) => Value, (x: number) => number][] = [
  ['exp', exp, Math.exp],
  ['expm1', expm1, Math.expm1],
  ['log', log, Math.log],
  ['log1p', log1p, Math.log1p],
  ['tanh', tanh, Math.tanh],
  ['sigmoid', sigmoid, (x) => 1 / (1 + Math.exp(-x))],
];

describe('functions of loops', () => {
  it.each(unary)('%s is within 0.501 units in the last place everywhere', async (_, compute, exact) => {
    const results = await run(samples, samples, compute);
    let worst = { error: 0, x: 0, value: 0 };
    results.forEach((value, i) => {
      const error = ulps(value, exact(samples[i]!));
      if (error > worst.error) worst = { error, x: samples[i]!, value };
    });
    expect(worst.error <= 0.501 ? 'good' : worst).toBe('good');
  });

  it('keep the sign of zero', async () => {
    const zeros = new Float32Array([0, -0]);
    for (const compute of [expm1, log1p, tanh])
      expect([...(await run(zeros, zeros, compute))]).toEqual([0, -0]);
  });

  it('pow is within 0.501 units of Math.pow, special cases included', async () => {
    const bases = [
      0,
      -0,
      1,
      -1,
      0.5,
      -0.5,
      2,
      -2,
      3,
      0.9,
      0.999,
      1e-30,
      1e30,
      1e-42,
      Infinity,
      -Infinity,
      NaN,
    ];
    const exponents = [
      0,
      -0,
      1,
      -1,
      2,
      3,
      -3,
      0.5,
      -0.5,
      1.5,
      10,
      11,
      1000,
      16777217,
      1e30,
      Infinity,
      -Infinity,
      NaN,
    ];
    const a = Float32Array.from(bases.flatMap((base) => exponents.map(() => base)));
    const b = Float32Array.from(bases.flatMap(() => exponents));
    const results = await run(a, b, pow);
    const wrong = [...results].flatMap((value, i) =>
      ulps(value, a[i]! ** b[i]!) <= 0.501 && (value !== 0 || Object.is(value, Math.fround(a[i]! ** b[i]!)))
        ? []
        : [`${a[i]} ** ${b[i]} = ${value}`],
    );
    expect(wrong).toEqual([]);
  });
});
