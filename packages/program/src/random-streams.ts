// Random streams on the host: what a Program's random inputs hold. The definition is whole here, in integer operations
// and float64 + - x / and square root, so that any other implementation (wasm) gives the same bits.
// Not here: drawing inside a captured function (random.ts).
import type { TypedArray } from './dtype.js';
import { dtypeMismatch, randomInvalid } from './errors.js';
import type { RandomSpec } from './program.js';
import { fillBlocks, threefry, type WordPair } from './threefry.js';

/** What the numbers depend on, beside the stream's name. Units: `seed` an integer, `step` an unsigned 32-bit one. */
export interface RandomKey {
  readonly seed: number;
  readonly step: number;
}

/** Words are drawn in pieces of this many, which stay in the first-level cache. */
const piece = 4096;
const scratch = new Int32Array(piece);

/**
 * Fills `target` with the numbers of a stream at a step; the same arguments give the same numbers everywhere.
 *
 * Element `i` comes from word `i % 2` of Threefry's block `floor(i / 2)`, whose counter is (block, step) and whose key is
 * that of {@link streamKey}. The word `w`, unsigned, becomes: `bits`: itself; `uniform`: floor(w / 256) / 2^24, in [0, 1);
 * `normal`: the quantile of (w + 1/2) / 2^32; `truncatedNormal`: the same within two deviations. Everything is computed in
 * float64 and rounded to float32 once.
 * Throws: DTYPE_MISMATCH when `target` is no Int32Array for `bits`, no Float32Array for the others; RANDOM_INVALID.
 *
 * @example
 * const noise = new Float32Array(4);
 * fillRandom({ distribution: 'normal', stream: 'dropout:0' }, { seed: 42, step: 0 }, noise);
 */
export function fillRandom(spec: RandomSpec, key: RandomKey, target: TypedArray): void {
  const { seed = key.seed, stream, distribution } = spec;
  if (!Number.isInteger(key.step) || key.step < 0 || key.step > 0xffffffff) {
    throw randomInvalid(`Stream "${stream}"`, 'step', 'an unsigned 32-bit integer', key.step);
  }
  const words = streamKey(seed, stream);
  if (distribution === 'bits') {
    if (!(target instanceof Int32Array)) throw wrongArray(spec, 'Int32Array', target);
    fillBlocks(words, 0, key.step, target);
    return;
  }
  if (!(target instanceof Float32Array)) throw wrongArray(spec, 'Float32Array', target);
  for (let start = 0; start < target.length; start += piece) {
    const count = Math.min(piece, target.length - start);
    fillBlocks(words, start / 2, key.step, count === piece ? scratch : scratch.subarray(0, count));
    if (distribution === 'uniform') writeUniform(target, start, count);
    else if (distribution === 'normal') writeNormal(target, start, count);
    else writeTruncatedNormal(target, start, count);
  }
}

/**
 * The 64-bit key of a stream: the seed (its lower and its upper 32 bits, two's complement), into which the blocks of 8
 * bytes of the name are absorbed one by one, `state = threefry(state, block) xor block`. The name is UTF-8, followed by
 * the byte 0x80 and as many zeros as fill a block; words are little-endian.
 *
 * Throws: RANDOM_INVALID when the seed is no safe integer.
 */
export function streamKey(seed: number, stream: string): WordPair {
  if (!Number.isSafeInteger(seed))
    throw randomInvalid(`Stream "${stream}"`, 'seed', 'an integer of at most 53 bits', seed);
  const name = new TextEncoder().encode(stream);
  const padded = new Uint8Array((Math.floor(name.length / 8) + 1) * 8);
  padded.set(name);
  padded[name.length] = 0x80;
  const view = new DataView(padded.buffer);
  let state: WordPair = [seed | 0, Math.floor(seed / 4294967296) | 0];
  for (let offset = 0; offset < padded.length; offset += 8) {
    const block: WordPair = [view.getInt32(offset, true), view.getInt32(offset + 4, true)];
    const mixed = threefry(state, block);
    state = [mixed[0] ^ block[0], mixed[1] ^ block[1]];
  }
  return state;
}

function wrongArray(spec: RandomSpec, expected: string, target: TypedArray): Error {
  return dtypeMismatch(
    `Stream "${spec.stream}"`,
    `expected ${spec.distribution} numbers in a ${expected}, got ${target.constructor.name}`,
  );
}

function writeUniform(target: Float32Array, start: number, count: number): void {
  for (let i = 0; i < count; i++) target[start + i] = (scratch[i]! >>> 8) * 5.9604644775390625e-8;
}

function writeNormal(target: Float32Array, start: number, count: number): void {
  for (let i = 0; i < count; i++) target[start + i] = normalQuantile(centred(scratch[i]!));
}

/** Phi(2) - Phi(-2): the share of the normal distribution within two deviations. */
const withinTwo = 0.9544997361036416;

function writeTruncatedNormal(target: Float32Array, start: number, count: number): void {
  for (let i = 0; i < count; i++) {
    const x = normalQuantile(centred(scratch[i]!) * withinTwo);
    target[start + i] = x > 2 ? 2 : x < -2 ? -2 : x;
  }
}

/** (w + 1/2) / 2^32 - 1/2, exactly, for the unsigned word w. */
function centred(word: number): number {
  return ((word >>> 0) + 0.5) * 2.3283064365386963e-10 - 0.5;
}

/**
 * The number below which a standard normal one lies with probability `q` + 1/2, for |q| <= 1/2 - 2^-33.
 * Accuracy: 1.2e-7 relative, measured. Source: Wichura, "Algorithm AS 241" (1988), PPND7; its third range, beyond exp(-25), is
 * never reached.
 */
export function normalQuantile(q: number): number {
  const size = q < 0 ? -q : q;
  if (size <= 0.425) {
    const r = 0.180625 - q * q;
    const above = ((59.10937472 * r + 159.29113202) * r + 50.434271938) * r + 3.3871327179;
    const below = ((67.1875636 * r + 78.757757664) * r + 17.895169469) * r + 1;
    return (q * above) / below;
  }
  const r = Math.sqrt(-naturalLogarithm(0.5 - size)) - 1.6;
  const above = ((0.17023821103 * r + 1.3067284816) * r + 2.75681539) * r + 1.4234372777;
  const below = (0.12021132975 * r + 0.7370016425) * r + 1;
  return q < 0 ? -above / below : above / below;
}

/**
 * The natural logarithm of 2^-63 < x < 1, to 1e-13: x = m * 2^e with m from sqrt(1/2) to sqrt(2), and
 * log m = 2 artanh((m - 1) / (m + 1)), the series up to the 15th power.
 */
export function naturalLogarithm(x: number): number {
  let m = x;
  let e = 0;
  // Multiplying by powers of two is exact: this finds the same m and e as reading the exponent's bits.
  if (m < 2.3283064365386963e-10) {
    m *= 4294967296;
    e -= 32;
  }
  if (m < 1.52587890625e-5) {
    m *= 65536;
    e -= 16;
  }
  if (m < 0.00390625) {
    m *= 256;
    e -= 8;
  }
  if (m < 0.0625) {
    m *= 16;
    e -= 4;
  }
  if (m < 0.25) {
    m *= 4;
    e -= 2;
  }
  if (m < 0.7071067811865476) {
    m *= 2;
    e -= 1;
  }
  if (m < 0.7071067811865476) {
    m *= 2;
    e -= 1;
  }
  const s = (m - 1) / (m + 1);
  const t = s * s;
  const series =
    ((((((t / 15 + 1 / 13) * t + 1 / 11) * t + 1 / 9) * t + 1 / 7) * t + 1 / 5) * t + 1 / 3) * t + 1;
  return e * 0.6931471805599453 + 2 * s * series;
}
