// Random numbers for first weights: the process's seed and the weight's path, or an initializer's own seed, decide them.
import type { InitializerKey } from '@lamella/core';
import {
  dtypeMismatch,
  fillRandom,
  HostTensor,
  sizeOf,
  type RandomSpec,
  type Shape,
  type NumberDType,
} from '@lamella/program';

/**
 * Standard random numbers times `scale` plus `offset`. An initializer with a seed of its own gives the same numbers to
 * every weight of one shape. Throws: DTYPE_MISMATCH.
 */
export function draw(
  subject: string,
  distribution: Exclude<RandomSpec['distribution'], 'bits'>,
  shape: Shape,
  dtype: NumberDType,
  key: InitializerKey,
  {
    seed,
    scale,
    offset = 0,
  }: { readonly seed: number | null; readonly scale: number; readonly offset?: number },
): HostTensor {
  if (dtype !== 'float32')
    throw dtypeMismatch(`Initializer ${subject}`, `expected a weight of float32, got ${dtype}`);
  const data = new Float32Array(sizeOf(shape));
  fillRandom(
    { distribution, stream: seed === null ? key.stream : 'initializer' },
    { seed: seed ?? key.seed, step: 0 },
    data,
  );
  for (let i = 0; i < data.length; i++) data[i] = data[i]! * scale + offset;
  return new HostTensor(data, shape);
}
