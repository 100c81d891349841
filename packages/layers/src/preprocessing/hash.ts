// The hashes of strings that Keras' layers take from TensorFlow: FarmHash's Fingerprint64, and SipHash-2-4 with a key.
// In BigInt: no number of JavaScript holds 64 bits.

const mask = (1n << 64n) - 1n;
const k0 = 0xc3a5c85c97cb3127n;
const k1 = 0xb492b66fbe98f273n;
const k2 = 0x9ae16a3b2f90404fn;

const u64 = (value: bigint): bigint => value & mask;
const rotateRight = (value: bigint, by: bigint): bigint => u64((value >> by) | (value << (64n - by)));
const rotateLeft = (value: bigint, by: bigint): bigint => rotateRight(value, 64n - by);
const shiftMix = (value: bigint): bigint => value ^ (value >> 47n);

const encoder = new TextEncoder();

/** Source: Pike (2014), FarmHash, farmhashna. */
export function fingerprint64(text: string): bigint {
  const bytes = encoder.encode(text);
  const size = bytes.length;
  if (size <= 16) return upTo16(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, size);
  const at = (offset: number): bigint => view.getBigUint64(offset, true);
  const mul = k2 + 2n * BigInt(size);
  if (size <= 32) {
    const [a, b, c, d] = [u64(at(0) * k1), at(8), u64(at(size - 8) * mul), u64(at(size - 16) * k2)];
    return hash16(
      u64(rotateRight(u64(a + b), 43n) + rotateRight(c, 30n) + d),
      u64(a + rotateRight(u64(b + k2), 18n) + c),
      mul,
    );
  }
  return size <= 64 ? upTo64(at, size, mul) : long(at, size);
}

function hash16(u: bigint, v: bigint, mul: bigint): bigint {
  const a = shiftMix(u64((u ^ v) * mul));
  return u64(shiftMix(u64((v ^ a) * mul)) * mul);
}

function upTo16(bytes: Uint8Array): bigint {
  const size = bytes.length;
  const view = new DataView(bytes.buffer, bytes.byteOffset, size);
  const mul = k2 + 2n * BigInt(size);
  if (size >= 8) {
    const a = u64(view.getBigUint64(0, true) + k2);
    const b = view.getBigUint64(size - 8, true);
    return hash16(u64(rotateRight(b, 37n) * mul + a), u64((rotateRight(a, 25n) + b) * mul), mul);
  }
  if (size >= 4) {
    const first = BigInt(view.getUint32(0, true));
    return hash16(BigInt(size) + (first << 3n), BigInt(view.getUint32(size - 4, true)), mul);
  }
  if (size === 0) return k2;
  const y = BigInt(bytes[0]! + (bytes[size >> 1]! << 8));
  const z = BigInt(size + (bytes[size - 1]! << 2));
  return u64(shiftMix(u64(y * k2) ^ u64(z * k0)) * k2);
}

function upTo64(at: (offset: number) => bigint, size: number, mul: bigint): bigint {
  const [a, b, c, d] = [u64(at(0) * k2), at(8), u64(at(size - 8) * mul), u64(at(size - 16) * k2)];
  const y = u64(rotateRight(u64(a + b), 43n) + rotateRight(c, 30n) + d);
  const z = hash16(y, u64(a + rotateRight(u64(b + k2), 18n) + c), mul);
  const [e, f] = [u64(at(16) * mul), at(24)];
  const g = u64((y + at(size - 32)) * mul);
  const h = u64((z + at(size - 24)) * mul);
  return hash16(
    u64(rotateRight(u64(e + f), 43n) + rotateRight(g, 30n) + h),
    u64(e + rotateRight(u64(f + a), 18n) + g),
    mul,
  );
}

function long(at: (offset: number) => bigint, size: number): bigint {
  type Pair = readonly [bigint, bigint];
  const weak = (offset: number, a: bigint, b: bigint): Pair => {
    const [w, x, y, z] = [at(offset), at(offset + 8), at(offset + 16), at(offset + 24)];
    const first = u64(a + w);
    const sum = u64(first + x + y);
    return [u64(sum + z), u64(rotateRight(u64(b + first + z), 21n) + rotateRight(sum, 44n) + first)];
  };
  let x = 81n;
  let y = u64(81n * k1 + 113n);
  let z = u64(shiftMix(u64(y * k2 + 113n)) * k2);
  let v: Pair = [0n, 0n];
  let w: Pair = [0n, 0n];
  x = u64(x * k2 + at(0));
  const round = (offset: number, mul: bigint, nine: bigint): void => {
    x = u64(rotateRight(u64(x + y + v[0] + at(offset + 8)), 37n) * mul);
    y = u64(rotateRight(u64(y + v[1] + at(offset + 48)), 42n) * mul);
    x ^= u64(w[1] * nine);
    y = u64(y + v[0] * nine + at(offset + 40));
    z = u64(rotateRight(u64(z + w[0]), 33n) * mul);
    v = weak(offset, u64(v[1] * mul), u64(x + w[0]));
    w = weak(offset + 32, u64(z + w[1]), u64(y + at(offset + 16)));
    [x, z] = [z, x];
  };
  const end = Math.floor((size - 1) / 64) * 64;
  for (let offset = 0; offset < end; offset += 64) round(offset, k1, 1n);
  const mul = u64(k1 + ((z & 0xffn) << 1n));
  w = [u64(w[0] + BigInt((size - 1) & 63)), w[1]];
  v = [u64(v[0] + w[0]), v[1]];
  w = [u64(w[0] + v[0]), w[1]];
  round(size - 64, mul, 9n);
  return hash16(u64(hash16(v[0], w[0], mul) + shiftMix(y) * k0 + z), u64(hash16(v[1], w[1], mul) + x), mul);
}

/** Two fingerprints as one. Source: TensorFlow, FingerprintCat64. */
export function joinFingerprints(first: bigint, second: bigint): bigint {
  const mul = 0xc6a4a7935bd1e995n;
  let result = first ^ mul;
  result ^= u64(shiftMix(u64(second * mul)) * mul);
  result = u64(result * mul);
  return shiftMix(u64(shiftMix(result) * mul));
}

/** Source: Aumasson and Bernstein (2012), SipHash-2-4. */
export function sipHash(text: string, [key0, key1]: readonly [bigint, bigint]): bigint {
  const bytes = encoder.encode(text);
  const padded = new Uint8Array(Math.floor(bytes.length / 8) * 8 + 8);
  padded.set(bytes);
  padded[padded.length - 1] = bytes.length & 0xff;
  const words = new DataView(padded.buffer);
  let v0 = u64(key0) ^ 0x736f6d6570736575n;
  let v1 = u64(key1) ^ 0x646f72616e646f6dn;
  let v2 = u64(key0) ^ 0x6c7967656e657261n;
  let v3 = u64(key1) ^ 0x7465646279746573n;
  const rounds = (count: number): void => {
    for (let i = 0; i < count; i++) {
      v0 = u64(v0 + v1);
      v1 = rotateLeft(v1, 13n) ^ v0;
      v0 = rotateLeft(v0, 32n);
      v2 = u64(v2 + v3);
      v3 = rotateLeft(v3, 16n) ^ v2;
      v0 = u64(v0 + v3);
      v3 = rotateLeft(v3, 21n) ^ v0;
      v2 = u64(v2 + v1);
      v1 = rotateLeft(v1, 17n) ^ v2;
      v2 = rotateLeft(v2, 32n);
    }
  };
  for (let offset = 0; offset < padded.length; offset += 8) {
    const word = words.getBigUint64(offset, true);
    v3 ^= word;
    rounds(2);
    v0 ^= word;
  }
  v2 ^= 0xffn;
  rounds(4);
  return v0 ^ v1 ^ v2 ^ v3;
}

/** Two numbers that a hash starts with. */
export type Salt = readonly [number, number];

/** Which of `bins` bins a text falls into: by its fingerprint, or with a salt by SipHash. */
export function hashBin(text: string, bins: number, salt: Salt | null): number {
  const hash = salt === null ? fingerprint64(text) : sipHash(text, [BigInt(salt[0]), BigInt(salt[1])]);
  return Number(hash % BigInt(bins));
}
