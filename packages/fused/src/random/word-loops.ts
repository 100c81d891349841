// Random streams as loops: the definition in @lamella/program's random-streams.ts, operation by operation, so that the bits
// agree. A loop fills the two words of each of so many blocks. Not here: filling arrays of any length (random-fill.ts).
import type { RandomSpec } from '@lamella/program';
import { normalised } from '../loop/functions.js';
import { Lanes, type Value } from '../loop/lanes.js';
import type { Loop } from '../loop/loop.js';

/** The buffers of a loop: four int32 (the key's two words, the step, the first block), and the target. */
export const buffers = { parameters: 0, target: 1 } as const;

/** Fills `blocks` blocks; with `isHalf` only the first word of each. */
export function wordLoop(distribution: RandomSpec['distribution'], blocks: number, isHalf = false): Loop {
  const l = new Lanes();
  const parameter = (offset: number): Value =>
    l.load({ buffer: buffers.parameters, element: 'int32', offset, strides: [0] });
  const block = l.add(parameter(3), l.index(0, [1]));
  const words = threefry(l, [parameter(0), parameter(1)], block, parameter(2));
  const stores = words.slice(0, isHalf ? 1 : 2).map((word, offset) => ({
    access: {
      buffer: buffers.target,
      element: distribution === 'bits' ? ('int32' as const) : ('float32' as const),
      offset,
      strides: [2],
    },
    value: numberOf(l, distribution, word).id,
  }));
  return { sizes: [blocks], folded: 0, vector: 0, instructions: l.instructions, stores };
}

const rotations = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
] as const;

/** Threefry-2x32 with 20 rounds. */
function threefry(l: Lanes, [k0, k1]: readonly [Value, Value], low: Value, high: Value): Value[] {
  const keys = [k0, k1, l.xor(l.xor(l.i32(0x1bd11bda), k0), k1)];
  let a = l.add(low, k0);
  let b = l.add(high, k1);
  for (let group = 0; group < 5; group++) {
    for (const bits of rotations[group % 2]!) {
      a = l.add(a, b);
      b = l.xor(l.or(l.shl(b, bits), l.shrU(b, 32 - bits)), a);
    }
    a = l.add(a, keys[(group + 1) % 3]!);
    b = l.add(l.add(b, keys[(group + 2) % 3]!), l.i32(group + 1));
  }
  return [a, b];
}

function numberOf(l: Lanes, distribution: RandomSpec['distribution'], word: Value): Value {
  switch (distribution) {
    case 'bits':
      return word;
    case 'uniform':
      // 24 bits: exact in float32.
      return l.mul(l.toF32(l.shrU(word, 8)), l.f32(2 ** -24));
    case 'normal':
      return l.toF32(normalQuantile(l, centred(l, word)));
    case 'truncatedNormal': {
      const x = normalQuantile(l, l.mul(centred(l, word), l.f64(0.9544997361036416)));
      const upper = l.select(l.lt(x, l.f64(-2)), l.f64(-2), x);
      return l.toF32(l.select(l.lt(l.f64(2), x), l.f64(2), upper));
    }
  }
}

/** (w + 1/2) / 2^32 - 1/2 for the unsigned word w. */
function centred(l: Lanes, word: Value): Value {
  const unsigned = l.operation('f64.convertUnsigned', [word]);
  return l.sub(l.mul(l.add(unsigned, l.f64(0.5)), l.f64(2 ** -32)), l.f64(0.5));
}

/** c0 x^n + c1 x^(n-1) + ..., from the highest power down. */
function horner(l: Lanes, x: Value, coefficients: readonly number[], start?: Value): Value {
  const [first, ...rest] = coefficients;
  return rest.reduce((sum, c) => l.add(l.mul(sum, x), l.f64(c)), start ?? l.f64(first!));
}

/** Wichura's AS 241: numerator and denominator of whichever range is meant, and one division. */
function normalQuantile(l: Lanes, q: Value): Value {
  const size = l.abs(q);
  const r = l.sub(l.f64(0.180625), l.mul(q, q));
  const s = l.sub(l.sqrt(l.neg(naturalLogarithm(l, l.sub(l.f64(0.5), size)))), l.f64(1.6));
  const outer = horner(l, s, [0.17023821103, 1.3067284816, 2.75681539, 1.4234372777]);
  const central = l.mul(q, horner(l, r, [59.10937472, 159.29113202, 50.434271938, 3.3871327179]));
  const isCentral = l.le(size, l.f64(0.425));
  const above = l.select(isCentral, central, l.select(l.lt(q, l.f64(0)), l.neg(outer), outer));
  const below = l.select(
    isCentral,
    horner(l, r, [67.1875636, 78.757757664, 17.895169469, 1]),
    horner(l, s, [0.12021132975, 0.7370016425, 1]),
  );
  return l.div(above, below);
}

function naturalLogarithm(l: Lanes, x: Value): Value {
  const { exponent, fraction } = normalised(l, x);
  const s = l.div(l.sub(fraction, l.f64(1)), l.add(fraction, l.f64(1)));
  const t = l.mul(s, s);
  const first = l.add(l.div(t, l.f64(15)), l.f64(1 / 13));
  const series = horner(l, t, [1 / 13, 1 / 11, 1 / 9, 1 / 7, 1 / 5, 1 / 3, 1], first);
  return l.add(l.mul(l.toF64(exponent), l.f64(Math.LN2)), l.mul(l.add(s, s), series));
}
