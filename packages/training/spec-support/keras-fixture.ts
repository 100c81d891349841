// What the specs of this package share: reading the values real Keras made, and comparing with them.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { HostTensor, isNumberDType, type NumberDType } from '@lamella/program';

/** A tensor as fixtures store it; see tools/oracle/README.md. */
export interface StoredTensor {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly data: readonly (number | string | boolean)[];
}

/** The parsed content of `fixtures/keras/<name>.json`. */
export function kerasFixture<T>(name: string): T {
  const file = fileURLToPath(new URL(`../../../fixtures/keras/${name}.json`, import.meta.url));
  return JSON.parse(readFileSync(file, 'utf8')) as T;
}

/** A stored tensor in host memory. */
export function hostTensor(stored: StoredTensor): HostTensor {
  if (!isNumberDType(stored.dtype)) throw new Error(`a fixture holds a tensor of dtype ${stored.dtype}`);
  const dtype: NumberDType = stored.dtype;
  const tensor = HostTensor.zeros(stored.shape, dtype);
  tensor.data.set(stored.data.map(Number));
  return tensor;
}

/** Throws unless `|got - expected| <= tolerance + tolerance * |expected|` for each pair; NaN equals NaN. */
export function expectNear(
  got: ArrayLike<number>,
  expected: readonly (number | string | boolean)[],
  what: string,
  tolerance = 1e-5,
): void {
  if (got.length !== expected.length)
    throw new Error(`${what}: expected ${expected.length} values, got ${got.length}`);
  expected.forEach((stored, i) => {
    const wanted = Number(stored);
    const value = got[i]!;
    if (Object.is(value, wanted) || Math.abs(value - wanted) <= tolerance + tolerance * Math.abs(wanted))
      return;
    throw new Error(`${what}: expected ${wanted} at ${i}, got ${value} (tolerance ${tolerance})`);
  });
}
