// Assertions that any test runner understands: they throw. Not tied to jest, so that kits run anywhere.
import { formatShape, isLamellaError, sameShape, type HostTensor } from '@lamella/program';

/**
 * Throws unless both have the same shape and dtype and each pair of numbers differs by at most
 * `tolerance` times (1 + the larger magnitude); NaN equals NaN, and an infinity itself.
 */
export function assertClose(
  actual: HostTensor,
  expected: HostTensor,
  tolerance: number,
  what = 'result',
): void {
  if (actual.dtype !== expected.dtype || !sameShape(actual.shape, expected.shape)) {
    throw new Error(
      `${what}: expected ${expected.dtype}${formatShape(expected.shape)}, got ${actual.dtype}${formatShape(actual.shape)}`,
    );
  }
  for (let i = 0; i < expected.data.length; i++) {
    const [got, wanted] = [actual.data[i]!, expected.data[i]!];
    if (Object.is(got, wanted) || got === wanted) continue;
    if (Math.abs(got - wanted) <= tolerance * (1 + Math.abs(wanted))) continue;
    throw new Error(
      `${what}: element ${i} of ${formatShape(expected.shape)}: expected ${wanted}, got ${got} (tolerance ${tolerance})`,
    );
  }
}

/** Throws unless both are equal by `Object.is`. */
export function assertSame(actual: unknown, expected: unknown, what: string): void {
  if (!Object.is(actual, expected))
    throw new Error(`${what}: expected ${shown(expected)}, got ${shown(actual)}`);
}

/** A value as messages show it: records as JSON, functions and classes by name. */
function shown(value: unknown): string {
  if (typeof value === 'function') return value.name === '' ? 'a function' : value.name;
  if (typeof value !== 'object' || value === null) return String(value);
  const { name } = value.constructor;
  const isPlain = Array.isArray(value) || name === 'Object';
  return isPlain ? JSON.stringify(value) : `a ${name}`;
}

/** Throws unless `run` fails with the coded error, whose message contains each of `parts`. */
export async function assertRejects(run: () => unknown, code: string, ...parts: string[]): Promise<void> {
  let failure: unknown;
  try {
    await run();
  } catch (error) {
    failure = error;
  }
  if (!isLamellaError(failure, code))
    throw new Error(`expected ${code}, got ${failure === undefined ? 'no error' : String(failure)}`, {
      cause: failure,
    });
  const missing = parts.filter((part) => !failure.message.includes(part));
  if (missing.length > 0)
    throw new Error(`expected ${missing.map((part) => `"${part}"`).join(', ')} in: ${failure.message}`);
}

/** Throws unless `run` fails, in whatever way. */
export async function assertFails(run: () => Promise<unknown>): Promise<void> {
  const failed = await run().then(
    () => false,
    () => true,
  );
  if (!failed) throw new Error('expected a failure, got a result');
}
