// Every operation on lanes, twice: as vector instructions and in plain JavaScript. Both give the same bits (of a NaN, the
// same NaN-ness): each is exact or rounded once, as IEEE 754 says. Functions made of several of them are in functions.ts.
import type { Code } from '../wasm/code.js';
import type { SimdName } from '../wasm/simd.js';
import type { Lane } from './lane.js';

/**
 * The locals that hold a value, one vector for every four positions; for float64 two, of which the second holds the upper
 * two lanes. All operands of an operation are of as many positions.
 */
export type Operand = readonly number[];

/** The values of a block of positions. */
export type Block = Float32Array | Float64Array | Int32Array;

/** What generated code may call. */
export interface Helpers {
  /** The number of the function (f64, f64) -> f64 that gives the remainder. */
  readonly remainder: number;
}

/** An operation on lanes. */
export interface Operation {
  readonly lanes: readonly Lane[];
  readonly result: Lane;
  /** Writes vector instructions that compute the result into new locals. */
  readonly emit: (code: Code, operands: readonly Operand[], amount: number, helpers: Helpers) => Operand;
  /** Computes `count` positions in JavaScript. */
  readonly apply: (result: Block, operands: readonly Block[], count: number, amount: number) => void;
}

type Binary = (result: Block, a: Block, b: Block, count: number) => void;
type Unary = (result: Block, a: Block, count: number) => void;

/** A vector instruction for each vector of the operands. */
function each(...instructions: SimdName[]): Operation['emit'] {
  return (code, operands) =>
    operands[0]!.map((_, half) => {
      for (const operand of operands) code.get(operand[half]!);
      for (const instruction of instructions) code.simd(instruction);
      return kept(code);
    });
}

function kept(code: Code): number {
  const local = code.local('v128');
  code.set(local);
  return local;
}

function binary(lane: Lane, instruction: SimdName, apply: Binary): Operation {
  return {
    lanes: [lane, lane],
    result: lane,
    emit: each(instruction),
    apply: (r, [a, b], n) => apply(r, a!, b!, n),
  };
}

function unary(lane: Lane, instruction: SimdName, apply: Unary): Operation {
  return {
    lanes: [lane],
    result: lane,
    emit: each(instruction),
    apply: (r, [a], n) => apply(r, a!, n),
  };
}

function comparison(lane: Lane, instruction: SimdName, apply: Binary): Operation {
  const compare = each(instruction);
  return {
    lanes: [lane, lane],
    result: 'mask',
    emit: (code, operands, amount, helpers) => {
      const found = compare(code, operands, amount, helpers);
      return lane === 'f64' ? pairs(found, (low, high) => words(code, low, high, 0, 2, 4, 6)) : found;
    },
    apply: (r, [a, b], n) => apply(r, a!, b!, n),
  };
}

/** What becomes of each pair of vectors of a float64. */
function pairs(operand: Operand, join: (low: number, high: number) => number): Operand {
  return operand.flatMap((low, i) => (i % 2 === 0 ? [join(low, operand[i + 1]!)] : []));
}

function shift(
  instruction: SimdName,
  apply: (r: Block, a: Block, n: number, amount: number) => void,
): Operation {
  return {
    lanes: ['i32'],
    result: 'i32',
    emit: (code, [a], amount) =>
      a!.map((vector) => {
        code.get(vector).i32(amount).simd(instruction);
        return kept(code);
      }),
    apply: (r, [a], n, amount) => apply(r, a!, n, amount),
  };
}

function choice(lane: Lane): Operation {
  return {
    lanes: ['mask', lane, lane],
    result: lane,
    emit: (code, [mask, yes, no]) => {
      const wide = lane === 'f64' ? mask!.flatMap((vector) => wideMask(code, vector)) : mask!;
      return yes!.map((_, half) => {
        code.get(yes![half]!).get(no![half]!).get(wide[half]!).simd('v128.bitselect');
        return kept(code);
      });
    },
    apply: (r, [mask, yes, no], n) => {
      for (let i = 0; i < n; i++) r[i] = mask![i] === 0 ? no![i]! : yes![i]!;
    },
  };
}

/** A mask of 32-bit lanes as one of 64-bit lanes. */
function wideMask(code: Code, mask: number): Operand {
  return (['i64x2.extend_low_i32x4_s', 'i64x2.extend_high_i32x4_s'] as const).map((instruction) => {
    code.get(mask).simd(instruction);
    return kept(code);
  });
}

function words(code: Code, a: number, b: number, ...picked: [number, number, number, number]): number {
  code
    .get(a)
    .get(b)
    .shuffleWords(...picked);
  return kept(code);
}

/** From four 32-bit lanes to two vectors of float64. */
function widening(from: Lane, instruction: SimdName, apply: Unary): Operation {
  return {
    lanes: [from],
    result: 'f64',
    emit: (code, [a]) =>
      a!.flatMap((x) => {
        code.get(x).simd(instruction);
        const low = kept(code);
        code.get(x).get(x).shuffleWords(2, 3, 2, 3).simd(instruction);
        return [low, kept(code)];
      }),
    apply: (r, [a], n) => apply(r, a!, n),
  };
}

/** From two vectors of float64 to four 32-bit lanes. */
function narrowing(to: Lane, instructions: readonly SimdName[], apply: Unary): Operation {
  return {
    lanes: ['f64'],
    result: to,
    emit: (code, [a]) =>
      pairs(a!, (low, high) => {
        for (const half of [low, high]) {
          code.get(half);
          for (const instruction of instructions) code.simd(instruction);
        }
        code.shuffleWords(0, 1, 4, 5);
        return kept(code);
      }),
    apply: (r, [a], n) => apply(r, a!, n),
  };
}

/** x - floor(x / 2^32) * 2^32 for whole x, as the int32 of the same bits; 0 for NaN and infinities. */
function emitWrap(code: Code, [a]: readonly Operand[]): Operand {
  return pairs(a!, (low, high) => {
    for (const half of [low, high]) {
      code.get(half).simd('f64x2.trunc');
      const whole = kept(code);
      code.get(whole);
      code
        .get(whole)
        .f64(2 ** -32)
        .simd('f64x2.splat')
        .simd('f64x2.mul')
        .simd('f64x2.floor');
      code
        .f64(2 ** 32)
        .simd('f64x2.splat')
        .simd('f64x2.mul')
        .simd('f64x2.sub');
      code.simd('i32x4.trunc_sat_f64x2_u_zero');
    }
    code.shuffleWords(0, 1, 4, 5);
    return kept(code);
  });
}

/** The exponent's bits of a float64 hold k + 1023. */
function emitPowerOfTwo(code: Code, [k]: readonly Operand[]): Operand {
  return k!.flatMap((vector) => {
    code.get(vector).i32(1023).simd('i32x4.splat').simd('i32x4.add');
    return wideMask(code, kept(code)).map((half) => {
      code.get(half).i32(52).simd('i64x2.shl');
      return kept(code);
    });
  });
}

function emitRemainder(code: Code, [a, b]: readonly Operand[], _: number, helpers: Helpers): Operand {
  return a!.map((_vector, half) => {
    code.get(a![half]!);
    for (const lane of [0, 1]) {
      code.get(a![half]!).lane('f64x2.extract_lane', lane);
      code.get(b![half]!).lane('f64x2.extract_lane', lane);
      code.call(helpers.remainder).lane('f64x2.replace_lane', lane);
    }
    return kept(code);
  });
}

/** A float64 seen as two int32, the lower first: every platform with typed arrays in use is little-endian. */
const wide = new Float64Array(1);
const halves = new Int32Array(wide.buffer);

/** All operations by name: the lane they work on, then what they do. */
export const operations = {
  'f32.add': binary('f32', 'f32x4.add', (r, a, b, n) => {
    for (let i = 0; i < n; i++) r[i] = a[i]! + b[i]!;
  }),
  'f32.sub': binary('f32', 'f32x4.sub', (r, a, b, n) => {
    for (let i = 0; i < n; i++) r[i] = a[i]! - b[i]!;
  }),
  'f32.mul': binary('f32', 'f32x4.mul', (r, a, b, n) => {
    for (let i = 0; i < n; i++) r[i] = a[i]! * b[i]!;
  }),
  'f32.div': binary('f32', 'f32x4.div', (r, a, b, n) => {
    for (let i = 0; i < n; i++) r[i] = a[i]! / b[i]!;
  }),
  'f32.max': binary('f32', 'f32x4.max', (r, a, b, n) => {
    for (let i = 0; i < n; i++) r[i] = Math.max(a[i]!, b[i]!);
  }),
  'f32.min': binary('f32', 'f32x4.min', (r, a, b, n) => {
    for (let i = 0; i < n; i++) r[i] = Math.min(a[i]!, b[i]!);
  }),
  'f32.sqrt': unary('f32', 'f32x4.sqrt', (r, a, n) => {
    for (let i = 0; i < n; i++) r[i] = Math.sqrt(a[i]!);
  }),
  'f32.abs': unary('f32', 'f32x4.abs', (r, a, n) => {
    for (let i = 0; i < n; i++) r[i] = Math.abs(a[i]!);
  }),
  'f32.neg': unary('f32', 'f32x4.neg', (r, a, n) => {
    for (let i = 0; i < n; i++) r[i] = -a[i]!;
  }),
  'f32.ceil': unary('f32', 'f32x4.ceil', (r, a, n) => {
    for (let i = 0; i < n; i++) r[i] = Math.ceil(a[i]!);
  }),
  'f32.floor': unary('f32', 'f32x4.floor', (r, a, n) => {
    for (let i = 0; i < n; i++) r[i] = Math.floor(a[i]!);
  }),
  'f32.nearest': unary('f32', 'f32x4.nearest', (r, a, n) => {
    for (let i = 0; i < n; i++) r[i] = nearestEven(a[i]!);
  }),
  'f32.eq': comparison('f32', 'f32x4.eq', equal),
  'f32.ne': comparison('f32', 'f32x4.ne', notEqual),
  'f32.lt': comparison('f32', 'f32x4.lt', less),
  'f32.le': comparison('f32', 'f32x4.le', lessOrEqual),
  'f32.select': choice('f32'),

  'i32.add': binary('i32', 'i32x4.add', (r, a, b, n) => {
    for (let i = 0; i < n; i++) r[i] = a[i]! + b[i]!;
  }),
  'i32.sub': binary('i32', 'i32x4.sub', (r, a, b, n) => {
    for (let i = 0; i < n; i++) r[i] = a[i]! - b[i]!;
  }),
  'i32.max': binary('i32', 'i32x4.max_s', (r, a, b, n) => {
    for (let i = 0; i < n; i++) r[i] = Math.max(a[i]!, b[i]!);
  }),
  'i32.min': binary('i32', 'i32x4.min_s', (r, a, b, n) => {
    for (let i = 0; i < n; i++) r[i] = Math.min(a[i]!, b[i]!);
  }),
  'i32.and': binary('i32', 'v128.and', bitwiseAnd),
  'i32.or': binary('i32', 'v128.or', bitwiseOr),
  'i32.xor': binary('i32', 'v128.xor', bitwiseXor),
  'i32.abs': unary('i32', 'i32x4.abs', (r, a, n) => {
    for (let i = 0; i < n; i++) r[i] = Math.abs(a[i]!);
  }),
  'i32.neg': unary('i32', 'i32x4.neg', (r, a, n) => {
    for (let i = 0; i < n; i++) r[i] = -a[i]!;
  }),
  'i32.shl': shift('i32x4.shl', (r, a, n, amount) => {
    for (let i = 0; i < n; i++) r[i] = a[i]! << amount;
  }),
  'i32.shrS': shift('i32x4.shr_s', (r, a, n, amount) => {
    for (let i = 0; i < n; i++) r[i] = a[i]! >> amount;
  }),
  'i32.shrU': shift('i32x4.shr_u', (r, a, n, amount) => {
    for (let i = 0; i < n; i++) r[i] = a[i]! >>> amount;
  }),
  'i32.eq': comparison('i32', 'i32x4.eq', equal),
  'i32.ne': comparison('i32', 'i32x4.ne', notEqual),
  'i32.lt': comparison('i32', 'i32x4.lt_s', less),
  'i32.le': comparison('i32', 'i32x4.le_s', lessOrEqual),
  'i32.select': choice('i32'),

  'mask.and': binary('mask', 'v128.and', bitwiseAnd),
  'mask.or': binary('mask', 'v128.or', bitwiseOr),
  'mask.xor': binary('mask', 'v128.xor', bitwiseXor),
  'mask.not': unary('mask', 'v128.not', (r, a, n) => {
    for (let i = 0; i < n; i++) r[i] = ~a[i]!;
  }),
  'mask.select': choice('mask'),

  'f64.add': binary('f64', 'f64x2.add', (r, a, b, n) => {
    for (let i = 0; i < n; i++) r[i] = a[i]! + b[i]!;
  }),
  'f64.sub': binary('f64', 'f64x2.sub', (r, a, b, n) => {
    for (let i = 0; i < n; i++) r[i] = a[i]! - b[i]!;
  }),
  'f64.mul': binary('f64', 'f64x2.mul', (r, a, b, n) => {
    for (let i = 0; i < n; i++) r[i] = a[i]! * b[i]!;
  }),
  'f64.div': binary('f64', 'f64x2.div', (r, a, b, n) => {
    for (let i = 0; i < n; i++) r[i] = a[i]! / b[i]!;
  }),
  'f64.max': binary('f64', 'f64x2.max', (r, a, b, n) => {
    for (let i = 0; i < n; i++) r[i] = Math.max(a[i]!, b[i]!);
  }),
  'f64.min': binary('f64', 'f64x2.min', (r, a, b, n) => {
    for (let i = 0; i < n; i++) r[i] = Math.min(a[i]!, b[i]!);
  }),
  /** The remainder of truncated division, with the sign of the dividend. */
  'f64.rem': {
    lanes: ['f64', 'f64'],
    result: 'f64',
    emit: emitRemainder,
    apply: (r, [a, b], n) => {
      for (let i = 0; i < n; i++) r[i] = a![i]! % b![i]!;
    },
  },
  'f64.sqrt': unary('f64', 'f64x2.sqrt', (r, a, n) => {
    for (let i = 0; i < n; i++) r[i] = Math.sqrt(a[i]!);
  }),
  'f64.abs': unary('f64', 'f64x2.abs', (r, a, n) => {
    for (let i = 0; i < n; i++) r[i] = Math.abs(a[i]!);
  }),
  'f64.neg': unary('f64', 'f64x2.neg', (r, a, n) => {
    for (let i = 0; i < n; i++) r[i] = -a[i]!;
  }),
  'f64.floor': unary('f64', 'f64x2.floor', (r, a, n) => {
    for (let i = 0; i < n; i++) r[i] = Math.floor(a[i]!);
  }),
  'f64.nearest': unary('f64', 'f64x2.nearest', (r, a, n) => {
    for (let i = 0; i < n; i++) r[i] = nearestEven(a[i]!);
  }),
  'f64.eq': comparison('f64', 'f64x2.eq', equal),
  'f64.ne': comparison('f64', 'f64x2.ne', notEqual),
  'f64.lt': comparison('f64', 'f64x2.lt', less),
  'f64.le': comparison('f64', 'f64x2.le', lessOrEqual),
  'f64.select': choice('f64'),

  /** float32 to float64. */
  'f64.promote': widening('f32', 'f64x2.promote_low_f32x4', copy),
  'f64.convert': widening('i32', 'f64x2.convert_low_i32x4_s', copy),
  'f64.convertUnsigned': widening('i32', 'f64x2.convert_low_i32x4_u', (r, a, n) => {
    for (let i = 0; i < n; i++) r[i] = a[i]! >>> 0;
  }),
  /** 2^k for -1022 <= k <= 1023. */
  'f64.powerOfTwo': {
    lanes: ['i32'],
    result: 'f64',
    emit: emitPowerOfTwo,
    apply: (r, [k], n) => {
      halves[0] = 0;
      for (let i = 0; i < n; i++) {
        halves[1] = (k![i]! + 1023) << 20;
        r[i] = wide[0]!;
      }
    },
  },
  /** float64 to float32, rounded. */
  'f32.demote': narrowing('f32', ['f32x4.demote_f64x2_zero'], copy),
  'f32.convert': {
    lanes: ['i32'],
    result: 'f32',
    emit: each('f32x4.convert_i32x4_s'),
    apply: (r, [a], n) => copy(r, a!, n),
  },
  /** Rounded towards zero, modulo 2^32; 0 for NaN and infinities: JavaScript's ToInt32. */
  'i32.wrap': {
    lanes: ['f64'],
    result: 'i32',
    emit: emitWrap,
    apply: (r, [a], n) => copy(r, a!, n),
  },
  /** The same where the number is known to fit, or NaN. */
  'i32.truncate': narrowing('i32', ['i32x4.trunc_sat_f64x2_s_zero'], copy),
  /** Sign, exponent and the upper 20 bits of the fraction of a float64. */
  'i32.highWord': {
    lanes: ['f64'],
    result: 'i32',
    emit: (code, [a]) => pairs(a!, (low, high) => words(code, low, high, 1, 3, 5, 7)),
    apply: (r, [a], n) => {
      for (let i = 0; i < n; i++) {
        wide[0] = a![i]!;
        r[i] = halves[1]!;
      }
    },
  },
  /** 1 where the mask is set, else 0. */
  'i32.fromMask': {
    lanes: ['mask'],
    result: 'i32',
    emit: (code, [mask]) =>
      mask!.map((vector) => {
        code.get(vector).i32(1).simd('i32x4.splat').simd('v128.and');
        return kept(code);
      }),
    apply: (r, [mask], n) => {
      for (let i = 0; i < n; i++) r[i] = mask![i]! & 1;
    },
  },
} as const satisfies Record<string, Operation>;

/** The name of an operation. */
export type OperationName = keyof typeof operations;

/** The operation of that name. */
export function operationNamed(name: OperationName): Operation {
  return operations[name];
}

function copy(r: Block, a: Block, n: number): void {
  for (let i = 0; i < n; i++) r[i] = a[i]!;
}

function equal(r: Block, a: Block, b: Block, n: number): void {
  for (let i = 0; i < n; i++) r[i] = a[i] === b[i] ? -1 : 0;
}

function notEqual(r: Block, a: Block, b: Block, n: number): void {
  for (let i = 0; i < n; i++) r[i] = a[i] === b[i] ? 0 : -1;
}

function less(r: Block, a: Block, b: Block, n: number): void {
  for (let i = 0; i < n; i++) r[i] = a[i]! < b[i]! ? -1 : 0;
}

function lessOrEqual(r: Block, a: Block, b: Block, n: number): void {
  for (let i = 0; i < n; i++) r[i] = a[i]! <= b[i]! ? -1 : 0;
}

function bitwiseAnd(r: Block, a: Block, b: Block, n: number): void {
  for (let i = 0; i < n; i++) r[i] = a[i]! & b[i]!;
}

function bitwiseOr(r: Block, a: Block, b: Block, n: number): void {
  for (let i = 0; i < n; i++) r[i] = a[i]! | b[i]!;
}

function bitwiseXor(r: Block, a: Block, b: Block, n: number): void {
  for (let i = 0; i < n; i++) r[i] = a[i]! ^ b[i]!;
}

/** Halves go to the even neighbour, as the vector instruction has it. */
function nearestEven(x: number): number {
  const below = Math.floor(x);
  const above = x - below;
  if (above < 0.5) return below;
  if (above > 0.5) return Math.ceil(x);
  if (below % 2 === 0) return below;
  return below === -1 ? -0 : below + 1;
}
