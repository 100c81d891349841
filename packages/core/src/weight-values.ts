// Reading and setting many weights at once; what does not fit sets none of them.
import {
  formatShape,
  isFloatDType,
  isHostTensor,
  lamellaError,
  requirePresent,
  sameShape,
  type HostTensor,
} from '@lamella/program';
import { inputInvalid } from './errors.js';
import { queueRun } from './run-queue.js';
import type { Weight } from './weight.js';

/** Copies of the values, of one moment: between runs of the backends that they lie on. */
export function getWeightValues(weights: readonly Weight[]): Promise<HostTensor[]> {
  const owners = new Set(weights.map(({ buffer }) => buffer.backend));
  return queueRun([...owners], async () =>
    (await Promise.all(weights.map((weight) => weight.values()))).map((values) => values.clone()),
  );
}

/** Throws: INPUT_INVALID, WEIGHTS_MISMATCH with every weight that does not fit; nothing has changed then. */
export function setWeightValues(
  subject: string,
  weights: readonly Weight[],
  values: readonly HostTensor[],
): void {
  if (!Array.isArray(values) || !values.every(isHostTensor))
    throw inputInvalid(
      subject,
      'expected a list of host tensors',
      'pass what getWeights() gives, or HostTensor objects',
    );
  const given = values as readonly HostTensor[];
  if (given.length !== weights.length)
    throw inputInvalid(subject, `expected ${weights.length} weights, got ${given.length}`);
  given.forEach((values, i) => requirePresent(values, `${subject}, values of "${weights[i]!.name}"`));
  const wrong = weights.flatMap((weight, i) => {
    const { shape, dtype } = given[i]!;
    const isFloat = isFloatDType(weight.dtype) && isFloatDType(dtype);
    const fits = sameShape(weight.shape, shape) && (weight.dtype === dtype || isFloat);
    const expected = `${weight.dtype}${formatShape(weight.shape)}`;
    return fits ? [] : [`  ${weight.name}   expected ${expected}, got ${dtype}${formatShape(shape)}`];
  });
  if (wrong.length > 0) {
    throw lamellaError('WEIGHTS_MISMATCH', {
      subject,
      problem: `${wrong.length} of ${weights.length} weights do not fit`,
      details: [...wrong.slice(0, 20), 'Nothing was set.'],
      fix: 'pass values in the order, shapes and dtypes of weights',
    });
  }
  weights.forEach((weight, i) => weight.set(given[i]!.cast(weight.dtype)));
}
