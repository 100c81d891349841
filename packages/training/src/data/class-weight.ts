// Class weights: a weight for each class becomes a weight for each sample, from its label.
import { HostTensor, lamellaError } from '@lamella/program';

/** The weight of each class by its index; classes that are missing weigh 1. */
export type ClassWeight = Readonly<Record<number, number>> | ReadonlyMap<number, number>;

/** A weight for each sample of the one output. Labels may be integers, or one-hot rows. */
export function classWeights(subject: string, y: readonly HostTensor[], weight: ClassWeight): HostTensor[] {
  if (y.length !== 1)
    throw lamellaError('OPTION_INVALID', {
      subject,
      problem: `classWeight works for models with one output, this one has ${y.length}`,
      fix: 'use sampleWeight',
    });
  const labels = y[0]!;
  const rows = labels.shape[0]!;
  const width = labels.size / rows;
  const weightOf = (label: number): number =>
    (weight instanceof Map ? weight.get(label) : (weight as Readonly<Record<number, number>>)[label]) ?? 1;
  const weights = Float32Array.from({ length: rows }, (_, i) =>
    weightOf(width === 1 ? labels.data[i]! : argMax(labels, i * width, width)),
  );
  return [new HostTensor(weights, [rows])];
}

function argMax(tensor: HostTensor, start: number, width: number): number {
  let best = 0;
  for (let k = 1; k < width; k++) if (tensor.data[start + k]! > tensor.data[start + best]!) best = k;
  return best;
}
