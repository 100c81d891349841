// The values of weights by weight, for those who write them: copies, all of one moment.
import { getWeightValues, type Weight } from '@lamella/core';
import type { HostTensor } from '@lamella/program';

/** Which values a weight has. */
export type WeightValues = ReadonlyMap<Weight, HostTensor>;

export async function readValues(weights: readonly Weight[]): Promise<WeightValues> {
  const values = await getWeightValues(weights);
  return new Map(weights.map((weight, i) => [weight, values[i]!]));
}
