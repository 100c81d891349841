// Class weights: a weight for each class becomes a weight for each sample, from its label.
import { dataInvalid, optionInvalid } from '@lamella/core';
import { HostTensor } from '@lamella/program';

/** The weight of each class by its index; classes that are missing weigh 1. */
export type ClassWeight = Readonly<Record<number, number>> | ReadonlyMap<number, number>;

/** A weight for each sample of the one output. Labels may be whole numbers, or one-hot rows. Throws: OPTION_INVALID, DATA_INVALID. */
export function classWeights(subject: string, y: readonly HostTensor[], weight: ClassWeight): HostTensor[] {
  if (y.length !== 1) {
    throw optionInvalid(
      subject,
      'classWeight',
      'one output with targets (use sampleWeight otherwise)',
      `${y.length} of them`,
    );
  }
  const given: [unknown, unknown][] = weight instanceof Map ? [...weight] : Object.entries(weight);
  for (const [label, share] of given) {
    // Number('') is 0.
    const isClass = String(label).trim() !== '' && Number.isInteger(Number(label)) && Number(label) >= 0;
    if (!isClass)
      throw optionInvalid(
        subject,
        'classWeight',
        'a record whose keys are the numbers of classes, from 0 on',
        `the key ${JSON.stringify(label)}`,
      );
    if (!(typeof share === 'number' && share >= 0 && share < Infinity))
      throw optionInvalid(subject, `classWeight of class ${String(label)}`, 'a number of at least 0', share);
  }
  const byClass = new Map(given.map(([label, share]) => [Number(label), Number(share)]));
  const labels = y[0]!;
  const rows = labels.shape[0]!;
  const width = labels.size / rows;
  if (width !== (labels.shape[1] ?? 1))
    throw dataInvalid(subject, 'classWeight needs one label a sample', 'use sampleWeight');
  const weights = Float32Array.from({ length: rows }, (_, i) => {
    const label = width === 1 ? Math.round(labels.data[i]!) : argMax(labels, i * width, width);
    return byClass.get(label) ?? 1;
  });
  return [new HostTensor(weights, [rows])];
}

function argMax(tensor: HostTensor, start: number, width: number): number {
  let best = 0;
  for (let k = 1; k < width; k++) if (tensor.data[start + k]! > tensor.data[start + best]!) best = k;
  return best;
}
